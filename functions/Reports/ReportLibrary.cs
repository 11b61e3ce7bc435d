using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Reports;

/// <summary>A report as the library lists it.</summary>
/// <param name="Task">The task that made it.</param>
/// <param name="TaskName">What the task was called then; like title and stores null for reports of versions that did not note it.</param>
/// <param name="Title">In English.</param>
/// <param name="Stores">What the stores were called then, in the order of the connections.</param>
public sealed record ReportEntry(
    string Id,
    string Kind,
    string Task,
    string Run,
    string TimeZone,
    ReportPeriod Period,
    DateTimeOffset AsOf,
    DateTimeOffset GeneratedAt,
    IReadOnlyList<string> Connections,
    string? TaskName = null,
    string? Title = null,
    IReadOnlyList<string>? Stores = null);

/// <summary>What is looked for in the library. What is left out is no condition.</summary>
public sealed record ReportQuery
{
    public string? Kind { get; init; }

    /// <summary>The id of a connection the report is about.</summary>
    public string? Connection { get; init; }

    /// <summary>Made then or later.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Made before.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>The report's own period ends after it.</summary>
    public DateTimeOffset? PeriodFrom { get; init; }

    /// <summary>The report's own period begins before it.</summary>
    public DateTimeOffset? PeriodTo { get; init; }

    /// <summary>Stands in kind, title, a store's name or the task's name, in whatever case.</summary>
    public string? Text { get; init; }

    /// <summary>Only what is listed after the report of this id.</summary>
    public string? Before { get; init; }

    public int Most { get; init; } = ReportLibrary.Most;
}

/// <param name="Next">The last report's id when there are more, to be asked for as <see cref="ReportQuery.Before"/>; else null.</param>
public sealed record ReportListing(IReadOnlyList<ReportEntry> Reports, string? Next);

/// <summary>The reports there are: rows under their kind and under all, newest first; bodies among the payloads.</summary>
public sealed class ReportLibrary(StorageClients storage, PayloadStore payloads, ReportKinds kinds)
{
    /// <summary>The most entries a listing has.</summary>
    public const int Most = 500;

    private const string All = "all";
    private const string Body = "Body";

    // What a search for text looks at.
    private const string Text = "Text";
    private const int NameBytes = 200;

    /// <summary>The id of a run's report. Holds when it is made, so that the id alone finds it.</summary>
    public static string IdOf(DateTimeOffset generatedAt, string task, string run) => InstantIds.Of(generatedAt, task, run);

    /// <summary>Keeps the report; keeping it again replaces it.</summary>
    public async Task SaveAsync(Report report, string task, string taskName, string run, CancellationToken cancellationToken)
    {
        await payloads.SaveAsync(PayloadId(report.Id), Kind(report.Kind).ToJson(report), cancellationToken);
        var message = Kind(report.Kind).ToMessage(report, null);
        var stores = report.Stores.Select(static store => ReadableText.Cut(store.Name, NameBytes)).ToList();
        var entry = new ReportEntry(
            report.Id, report.Kind, task, run, report.TimeZone, report.Period, report.AsOf, report.GeneratedAt, report.Connections, taskName, message.English.Title, stores);
        var text = TextOf(entry, [message.Chinese.Title, .. report.Stores.Select(static store => ReadableText.Cut(store.Store, NameBytes))]);
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        foreach (var partition in new[] { report.Kind, All })
        {
            var row = new TableEntity(partition, InstantIds.RowKey(report.Id)!) { [Body] = JsonSerializer.Serialize(entry, JsonText.Options), [Text] = text };
            await table.UpsertEntityAsync(row, TableUpdateMode.Replace, cancellationToken);
        }
    }

    /// <summary>The report with its kind, or null.</summary>
    public async Task<(IReportKind Kind, Report Report)?> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (InstantIds.RowKey(id) is not { } key)
        {
            return null;
        }

        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        var row = await table.GetEntityIfExistsAsync<TableEntity>(All, key, cancellationToken: cancellationToken);
        if (!row.HasValue || await payloads.LoadAsync(PayloadId(id), cancellationToken) is not { } json)
        {
            return null;
        }

        var kind = Kind(ToEntry(row.Value!).Kind);
        return (kind, kind.FromJson(json));
    }

    /// <summary>The newest report of the kind that the task made before the instant; null when it is not among the newest <see cref="Most"/> of its kind.</summary>
    public async Task<Report?> FindBeforeAsync(string kind, string task, DateTimeOffset instant, CancellationToken cancellationToken) =>
        (await ListAsync(kind, null, instant, cancellationToken)).FirstOrDefault(entry => entry.Task == task) is { } entry ? (await FindAsync(entry.Id, cancellationToken))?.Report : null;

    /// <summary>Reports made in [from, to), newest first, at most <see cref="Most"/>.</summary>
    /// <param name="kind">Null for all kinds.</param>
    public async Task<IReadOnlyList<ReportEntry>> ListAsync(string? kind, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken) =>
        (await SearchAsync(new ReportQuery { Kind = kind, From = from, To = to }, cancellationToken)).Reports;

    /// <summary>The reports that the query is about, newest first. Reads the rows of the kind that were made in time.</summary>
    public async Task<ReportListing> SearchAsync(ReportQuery query, CancellationToken cancellationToken)
    {
        // A row's key starts with how far its instant is from the end of time; '}' follows every key of that instant.
        var newest = query.To is { } end ? Keys.NewestFirst(end) + "}" : "";
        var oldest = query.From is { } start ? Keys.NewestFirst(start) + "}" : "}";
        if (query.Before is { } id && InstantIds.RowKey(id) is { } key && string.CompareOrdinal(key, newest) > 0)
        {
            newest = key;
        }

        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {query.Kind ?? All} and RowKey gt {newest} and RowKey lt {oldest}");
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        var entries = new List<ReportEntry>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, maxPerPage: Most, cancellationToken: cancellationToken))
        {
            var entry = ToEntry(row);
            if (!Matches(query, entry, row))
            {
                continue;
            }

            if (entries.Count == query.Most)
            {
                return new ReportListing(entries, entries[^1].Id);
            }

            entries.Add(entry);
        }

        return new ReportListing(entries, null);
    }

    /// <summary>Removes what was made before the instant, bodies and rows.</summary>
    public async Task CleanAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {All} and RowKey gt {Keys.NewestFirst(before) + "}"}");
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            // The row under all goes last: what a crash leaves is found by it the next night.
            var entry = ToEntry(row);
            await table.DeleteEntityAsync(entry.Kind, row.RowKey, ETag.All, cancellationToken);
            await payloads.DeleteAsync(PayloadId(entry.Id), cancellationToken);
            await table.DeleteEntityAsync(All, row.RowKey, ETag.All, cancellationToken);
        }
    }

    /// <summary>Takes a customer of the store out of all reports that name customers; without an id, all of the store's. The figures stay.</summary>
    public async Task ForgetAsync(string connectionId, string? customerId, CancellationToken cancellationToken)
    {
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        foreach (var (kind, names) in kinds.All.Select(static kind => (kind, names: kind as INamesCustomers)))
        {
            if (names is null)
            {
                continue;
            }

            await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {kind.Id}"), cancellationToken: cancellationToken))
            {
                var entry = ToEntry(row);
                if (entry.Connections.Contains(connectionId)
                    && await payloads.LoadAsync(PayloadId(entry.Id), cancellationToken) is { } json
                    && names.Without(kind.FromJson(json), connectionId, customerId) is { } report)
                {
                    await payloads.SaveAsync(PayloadId(entry.Id), kind.ToJson(report), cancellationToken);
                }
            }
        }
    }

    private static bool Matches(ReportQuery query, ReportEntry entry, TableEntity row) =>
        (query.Connection is null || entry.Connections.Contains(query.Connection))
        && (query.PeriodFrom is null || entry.Period.To > query.PeriodFrom)
        && (query.PeriodTo is null || entry.Period.From < query.PeriodTo)
        && (query.Text is null || (row.GetString(Text) ?? TextOf(entry, [])).Contains(query.Text, StringComparison.OrdinalIgnoreCase));

    private static string TextOf(ReportEntry entry, IEnumerable<string> more) => string.Join('\n', [entry.Kind, entry.TaskName, entry.Title, .. entry.Stores ?? [], .. more]);

    private static string PayloadId(string id) => $"report-{id}";

    private static ReportEntry ToEntry(TableEntity row) =>
        JsonSerializer.Deserialize<ReportEntry>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The report row {row.RowKey} is empty.");

    private IReportKind Kind(string id) => kinds.Find(id) ?? throw new InvalidDataException($"There is no kind of report '{id}' any more.");
}
