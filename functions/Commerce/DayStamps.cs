using System.Globalization;
using Azure.Data.Tables;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>
/// Marks days whose rows changed after they were over. The mark lies in the day's own partition and is written in the transaction of the change, so it costs no transaction and cannot be missed: what was
/// computed from a day under another mark is out of date.
/// </summary>
internal static class DayStamps
{
    /// <summary>No record's key holds this character.</summary>
    public const string Row = "!";

    private const string Stamp = "S";
    private const int AtATime = 16;

    /// <summary>Days over for longer are marked when they change; those over for less are not taken as closed by anybody.</summary>
    private static readonly TimeSpan MarkedAfter = TimeSpan.FromHours(12);

    private static readonly TimeSpan ClosedAfter = TimeSpan.FromHours(36);

    /// <summary>Whether the last UTC day that the span touches is over so long that changes to it are marked.</summary>
    public static bool IsClosed(DateTimeOffset to, DateTimeOffset now) => now - EndOfDay(to.AddTicks(-1)) >= ClosedAfter;

    /// <summary>The mark to be written with a change of rows; null while the day is not over for long.</summary>
    /// <param name="partition">{connection}|{day, UTC}</param>
    /// <param name="change">Tells this change from another made in the same instant.</param>
    public static TableTransactionAction? Mark(string partition, string change, DateTimeOffset now)
    {
        var day = DateTimeOffset.ParseExact(partition.AsSpan(partition.LastIndexOf('|') + 1), Keys.DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        return now - EndOfDay(day) < MarkedAfter
            ? null
            : new TableTransactionAction(TableTransactionActionType.UpsertReplace, new TableEntity(partition, Row) { [Stamp] = string.Create(CultureInfo.InvariantCulture, $"{now.UtcTicks:x}.{change}") });
    }

    /// <summary>The marks of the UTC days from the first instant's to the last one's, by the day's key; days without one are left out.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> ReadAsync(TableClient table, string connectionId, DateTimeOffset first, DateTimeOffset last, CancellationToken cancellationToken)
    {
        var stamps = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var days in Days(first, last).Chunk(AtATime))
        {
            var rows = await Task.WhenAll(days.Select(day => table.GetEntityIfExistsAsync<TableEntity>($"{connectionId}|{day}", Row, cancellationToken: cancellationToken)));
            foreach (var (day, row) in days.Zip(rows).Where(static pair => pair.Second.HasValue))
            {
                stamps[day] = row.Value!.GetString(Stamp)!;
            }
        }

        return stamps;
    }

    /// <summary>The keys of the UTC days that the instants from first to last lie in.</summary>
    public static IEnumerable<string> Days(DateTimeOffset first, DateTimeOffset last)
    {
        for (var day = first.UtcDateTime.Date; day <= last.UtcDateTime; day = day.AddDays(1))
        {
            yield return Keys.Day(new DateTimeOffset(day, TimeSpan.Zero));
        }
    }

    private static DateTimeOffset EndOfDay(DateTimeOffset instant) => new(instant.UtcDateTime.Date.AddDays(1), TimeSpan.Zero);
}
