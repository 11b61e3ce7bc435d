using System.Globalization;
using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>How refunds lie in their table: {connection}|{refund's day} / {order}|{refund}.</summary>
internal static class RefundRows
{
    private const string Amount = "Amount";
    private const string Currency = "Currency";
    private const string At = "At";
    private const string Shares = "Shares";

    /// <summary>A property holds 32 Ki characters.</summary>
    private const int LongestText = 30_000;

    public static TableEntity ToRow(string connectionId, Order order, Refund refund) =>
        new(Keys.OfDay(connectionId, refund.CreatedAt), $"{Keys.Escape(order.Id)}|{Keys.Escape(refund.Id)}")
        {
            [Amount] = refund.Amount.ToString(CultureInfo.InvariantCulture),
            [Currency] = order.Currency,
            [At] = refund.CreatedAt,
            [Shares] = ToText(RefundShare.Of(order, refund)),
        };

    /// <param name="known">"{refund id, escaped}@{day}"</param>
    public static TableEntity Emptied(string connectionId, Order order, string known)
    {
        var at = known.LastIndexOf('@');
        return new TableEntity($"{connectionId}|{known[(at + 1)..]}", $"{Keys.Escape(order.Id)}|{known[..at]}");
    }

    /// <summary>Null for an emptied row.</summary>
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

    private static string? ToText(IReadOnlyList<RefundShare> shares) =>
        shares.Count > 0 && JsonSerializer.Serialize(shares, JsonText.Options) is { Length: <= LongestText } text ? text : null;

    private static string Unescape(string key) => Uri.UnescapeDataString(key.Replace('=', '%'));
}
