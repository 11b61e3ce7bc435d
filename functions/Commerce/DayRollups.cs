using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>
/// Keeps the books of whole days that are over, so that reading them again costs the same however many orders they had. A kept book holds the marks (<see cref="DayStamps"/>) under which it was counted;
/// a late order or refund changes them, and the book is counted anew.
/// </summary>
public sealed class DayRollups(StorageClients storage, IOrderHistory history, TimeProvider time) : IDayBooks
{
    private const string Stamps = "Stamps";
    private const string Parts = "Parts";

    /// <summary>Days looked at together, which bounds what is in memory.</summary>
    private const int Window = 31;

    /// <summary>Days counted together from their orders.</summary>
    private const int Counted = 7;

    private readonly DayBooks _counting = new(history);

    public async IAsyncEnumerable<DayBook> ReadAsync(string connectionId, TimeZoneInfo zone, IReadOnlyList<DateTimeOffset> cuts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var start = 0; start < cuts.Count - 1; start += Window)
        {
            List<DateTimeOffset> window = [.. cuts.Skip(start).Take(Window + 1)];
            await foreach (var book in ReadWindowAsync(connectionId, zone, window, cancellationToken))
            {
                yield return book;
            }
        }
    }

    /// <summary>Forgets the books that orders of these UTC days are in, in every zone.</summary>
    public async Task ForgetAsync(string connectionId, IReadOnlyCollection<DateTimeOffset> days, CancellationToken cancellationToken)
    {
        if (days.Count == 0)
        {
            return;
        }

        // A local day overlaps the UTC days around it.
        var keys = days.SelectMany(static day => Enumerable.Range(-1, 3).Select(off => Keys.Day(day.AddDays(off)))).ToHashSet(StringComparer.Ordinal);
        var (first, last) = (keys.Min(StringComparer.Ordinal)!, keys.Max(StringComparer.Ordinal) + "}");
        var table = await storage.TableAsync(TableNames.Rollups, cancellationToken);
        await table.RemoveAsync(
            TableClient.CreateQueryFilter($"PartitionKey ge {connectionId + "|"} and PartitionKey lt {connectionId + "}"} and RowKey ge {first} and RowKey lt {last}"),
            row => keys.Contains(row.RowKey.Split('|')[0]),
            cancellationToken);
    }

    private async IAsyncEnumerable<DayBook> ReadWindowAsync(string connectionId, TimeZoneInfo zone, List<DateTimeOffset> cuts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var spans = cuts.Zip(cuts.Skip(1), (from, to) => new Span(from, to, KeyOf(zone, from, to, now))).ToList();
        var kept = await KeptAsync(connectionId, zone, spans, cancellationToken);
        for (var i = 0; i < spans.Count;)
        {
            if (kept.GetValueOrDefault(spans[i]) is { } book)
            {
                yield return book;
                i++;
                continue;
            }

            var missing = spans.Skip(i).Take(Counted).TakeWhile(span => !kept.ContainsKey(span)).ToList();
            await foreach (var counted in CountAsync(connectionId, zone, missing, cancellationToken))
            {
                yield return counted;
            }

            i += missing.Count;
        }
    }

    private async IAsyncEnumerable<DayBook> CountAsync(string connectionId, TimeZoneInfo zone, List<Span> spans, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The marks come first: a change between the two makes the book look out of date, never up to date.
        var stamps = await StampsAsync(connectionId, spans, cancellationToken);
        var next = 0;
        await foreach (var book in _counting.ReadAsync(connectionId, zone, [.. spans.Select(static span => span.From), spans[^1].To], cancellationToken))
        {
            var span = spans[next++];
            if (span.Key is not null)
            {
                await KeepAsync(connectionId, zone, span, book, stamps[span], cancellationToken);
            }

            yield return book;
        }
    }

    /// <summary>The kept books that are up to date.</summary>
    private async Task<Dictionary<Span, DayBook>> KeptAsync(string connectionId, TimeZoneInfo zone, List<Span> spans, CancellationToken cancellationToken)
    {
        var kept = new Dictionary<Span, DayBook>();
        var closed = spans.Where(static span => span.Key is not null).ToList();
        if (closed.Count == 0)
        {
            return kept;
        }

        var stamps = await StampsAsync(connectionId, closed, cancellationToken);
        var rows = new Dictionary<string, SortedDictionary<string, TableEntity>>(StringComparer.Ordinal);
        var (partition, first, last) = (Partition(connectionId, zone), closed[0].Key!, closed[^1].Key + "}");
        var table = await storage.TableAsync(TableNames.Rollups, cancellationToken);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition} and RowKey ge {first} and RowKey lt {last}"), cancellationToken: cancellationToken))
        {
            var key = row.RowKey.Split('|')[0];
            if (!rows.TryGetValue(key, out var parts))
            {
                rows[key] = parts = new SortedDictionary<string, TableEntity>(StringComparer.Ordinal);
            }

            parts[row.RowKey] = row;
        }

        foreach (var span in closed)
        {
            if (rows.TryGetValue(span.Key!, out var parts) && Read([.. parts.Values], stamps[span]) is { } book && book.From == span.From && book.To == span.To)
            {
                kept[span] = book;
            }
        }

        return kept;
    }

    private async Task<Dictionary<Span, string>> StampsAsync(string connectionId, List<Span> spans, CancellationToken cancellationToken)
    {
        if (spans.TrueForAll(static span => span.Key is null))
        {
            return [];
        }

        var (first, last) = (spans[0].From, spans[^1].To.AddTicks(-1));
        var orders = await DayStamps.ReadAsync(await storage.TableAsync(TableNames.Orders, cancellationToken), connectionId, first, last, cancellationToken);
        var refunds = await DayStamps.ReadAsync(await storage.TableAsync(TableNames.Refunds, cancellationToken), connectionId, first, last, cancellationToken);
        return spans.ToDictionary(
            static span => span,
            span => string.Join(' ', DayStamps.Days(span.From, span.To.AddTicks(-1)).Select(day => $"{orders.GetValueOrDefault(day)}/{refunds.GetValueOrDefault(day)}")));
    }

    private async Task KeepAsync(string connectionId, TimeZoneInfo zone, Span span, DayBook book, string stamps, CancellationToken cancellationToken)
    {
        var packed = Packing.Pack(JsonSerializer.SerializeToUtf8Bytes(book, JsonText.Options));
        var parts = packed.Chunk(Packing.RowCapacity).ToList();
        var table = await storage.TableAsync(TableNames.Rollups, cancellationToken);
        for (var part = 0; part < parts.Count; part++)
        {
            // Every part names its count and its marks: parts of two writers do not make a whole.
            var row = new TableEntity(Partition(connectionId, zone), $"{span.Key}|{part:D2}") { [Stamps] = stamps, [Parts] = parts.Count };
            Packing.Lay(row, parts[part]);
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        }
    }

    private static DayBook? Read(List<TableEntity> parts, string stamps)
    {
        var count = parts[0].GetInt32(Parts) ?? 0;
        if (parts.Count < count || parts.Take(count).Any(part => part.GetString(Stamps) != stamps || part.GetInt32(Parts) != count))
        {
            return null;
        }

        var packed = count == 1 ? Packing.Gather(parts[0]) : [.. parts.Take(count).SelectMany(static part => Packing.Gather(part))];
        return JsonSerializer.Deserialize<DayBook>(Packing.Unpack(packed), JsonText.Options);
    }

    /// <summary>The day's key where the span is a whole day of the zone and closed.</summary>
    private static string? KeyOf(TimeZoneInfo zone, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now)
    {
        var day = zone.LocalDay(from);
        return DayStamps.IsClosed(to, now) && zone.StartOfDay(day) == from && zone.StartOfDay(day.AddDays(1)) == to
            ? day.ToString(Keys.DayFormat, System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    private static string Partition(string connectionId, TimeZoneInfo zone) => $"{connectionId}|{Keys.Escape(zone.Id)}";

    private sealed record Span(DateTimeOffset From, DateTimeOffset To, string? Key);
}
