using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Reports;

/// <summary>A report as the library lists it.</summary>
/// <param name="Task">The task that made it.</param>
public sealed record ReportEntry(
    string Id,
    string Kind,
    string Task,
    string Run,
    string TimeZone,
    ReportPeriod Period,
    DateTimeOffset AsOf,
    DateTimeOffset GeneratedAt,
    IReadOnlyList<string> Connections);

/// <summary>The reports there are: rows under their kind and under all, newest first; bodies among the payloads.</summary>
public sealed class ReportLibrary(StorageClients storage, PayloadStore payloads, ReportKinds kinds)
{
    /// <summary>The most entries a listing has.</summary>
    public const int Most = 500;

    private const string All = "all";
    private const string Body = "Body";

    /// <summary>The id of a run's report. Holds when it is made, so that the id alone finds it.</summary>
    public static string IdOf(DateTimeOffset generatedAt, string task, string run) => InstantIds.Of(generatedAt, task, run);

    /// <summary>Keeps the report; keeping it again replaces it.</summary>
    public async Task SaveAsync(Report report, string task, string run, CancellationToken cancellationToken)
    {
        await payloads.SaveAsync(PayloadId(report.Id), Kind(report.Kind).ToJson(report), cancellationToken);
        var entry = new ReportEntry(report.Id, report.Kind, task, run, report.TimeZone, report.Period, report.AsOf, report.GeneratedAt, report.Connections);
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        foreach (var partition in new[] { report.Kind, All })
        {
            var row = new TableEntity(partition, InstantIds.RowKey(report.Id)!) { [Body] = JsonSerializer.Serialize(entry, JsonText.Options) };
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
    public async Task<IReadOnlyList<ReportEntry>> ListAsync(string? kind, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken)
    {
        // A row's key starts with how far its instant is from the end of time; '}' follows every key of that instant.
        var newest = to is { } end ? Keys.NewestFirst(end) + "}" : "";
        var oldest = from is { } start ? Keys.NewestFirst(start) + "}" : "}";
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {kind ?? All} and RowKey gt {newest} and RowKey lt {oldest}");
        var table = await storage.TableAsync(TableNames.Reports, cancellationToken);
        var entries = new List<ReportEntry>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, maxPerPage: Most, cancellationToken: cancellationToken))
        {
            entries.Add(ToEntry(row));
            if (entries.Count == Most)
            {
                break;
            }
        }

        return entries;
    }

    private static string PayloadId(string id) => $"report-{id}";

    private static ReportEntry ToEntry(TableEntity row) =>
        JsonSerializer.Deserialize<ReportEntry>(row.GetString(Body)!, JsonText.Options) ?? throw new InvalidDataException($"The report row {row.RowKey} is empty.");

    private IReportKind Kind(string id) => kinds.Find(id) ?? throw new InvalidDataException($"There is no kind of report '{id}' any more.");
}
