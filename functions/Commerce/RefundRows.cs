using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>
/// How refunds lie in their table: {connection}|{refund's day} / {order}|{refund}. With them lie cancellations of another day than their order's, {connection}|{cancellation's day} / {order}|!, since whoever
/// asks what was cancelled on a day would else have to go through the orders of all days before.
/// </summary>
internal static class RefundRows
{
    /// <summary>In place of a refund's id; none is written with this character.</summary>
    private const string Cancellation = "!";

    private const string Amount = "Amount";
    private const string Currency = "Currency";
    private const string At = "At";
    private const string Shares = "Shares";
    private const string Placed = "Placed";

    /// <summary>A property holds 32 Ki characters.</summary>
    private const int LongestText = 30_000;

    /// <summary>What rows the order has, as "{refund, escaped, or !}@{day}".</summary>
    public static IReadOnlyList<string> Known(Order order) => HasNone(order) ? [] :
    [
        .. order.Refunds.Select(static refund => $"{Keys.Escape(refund.Id)}@{Keys.Day(refund.CreatedAt)}"),
        .. LateCancellation(order) is { } at ? [$"{Cancellation}@{Keys.Day(at)}"] : Array.Empty<string>(),
    ];

    /// <summary>Its rows.</summary>
    /// <param name="since">Cancellations of before are history that nobody asks for.</param>
    public static IEnumerable<TableEntity> Of(string connectionId, Order order, DateTimeOffset since)
    {
        if (HasNone(order))
        {
            yield break;
        }

        foreach (var refund in order.Refunds)
        {
            yield return ToRow(connectionId, order, refund);
        }

        if (LateCancellation(order) is { } at && at >= since)
        {
            yield return new TableEntity(Keys.OfDay(connectionId, at), $"{Keys.Escape(order.Id)}|{Cancellation}") { [At] = at, [Placed] = order.CreatedAt };
        }
    }

    private static TableEntity ToRow(string connectionId, Order order, Refund refund) =>
        new(Keys.OfDay(connectionId, refund.CreatedAt), $"{Keys.Escape(order.Id)}|{Keys.Escape(refund.Id)}")
        {
            [Amount] = refund.Amount.ToString(CultureInfo.InvariantCulture),
            [Currency] = order.Currency,
            [At] = refund.CreatedAt,
            [Shares] = ToText(RefundShare.Of(order, refund)),
        };

    /// <param name="known">One of <see cref="Known"/>.</param>
    public static TableEntity Emptied(string connectionId, Order order, string known)
    {
        var at = known.LastIndexOf('@');
        return new TableEntity($"{connectionId}|{known[(at + 1)..]}", $"{Keys.Escape(order.Id)}|{known[..at]}");
    }

    /// <summary>Null for every other row.</summary>
    public static CancellationRow? ReadCancellation(TableEntity row) =>
        row.GetDateTimeOffset(Placed) is { } placed ? new CancellationRow(Unescape(row.RowKey.Split('|')[0]), placed, row.GetDateTimeOffset(At)!.Value) : null;

    /// <summary>Null for an emptied row and for a cancellation.</summary>
    public static RefundRow? Read(TableEntity row)
    {
        if (row.GetString(Amount) is not { } amount)
        {
            return null;
        }

        var ids = row.RowKey.Split('|');
        return new RefundRow(
            Unescape(ids[0]), Unescape(ids[1]), row.GetDateTimeOffset(At)!.Value, decimal.Parse(amount, CultureInfo.InvariantCulture), row.GetString(Currency)!)
        {
            Shares = row.GetString(Shares) is { } shares ? JsonSerializer.Deserialize<IReadOnlyList<RefundShare>>(shares, JsonText.Options) ?? [] : [],
        };
    }

    private static bool HasNone(Order order) => order.Test || order.Deleted;

    private static DateTimeOffset? LateCancellation(Order order) => order.CancelledAt is { } at && Keys.Day(at) != Keys.Day(order.CreatedAt) ? at : null;

    private static string? ToText(IReadOnlyList<RefundShare> shares) =>
        shares.Count > 0 && JsonSerializer.Serialize(shares, JsonText.Options) is { Length: <= LongestText } text ? text : null;

    private static string Unescape(string key) => Uri.UnescapeDataString(key.Replace('=', '%'));
}
