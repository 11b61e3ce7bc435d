using System.Text.Json;
using StoreClaw.Connections;
using StoreClaw.Notifications;

namespace StoreClaw.Reports;

/// <summary>What a report is computed from.</summary>
/// <param name="ReportId">The id the report will have.</param>
/// <param name="Zone">Days are this zone's.</param>
/// <param name="AsOf">The instant that "now" means.</param>
/// <param name="Parameters">Checked by <see cref="IReportKind.Check"/>.</param>
/// <param name="FindBefore">The newest report that the same task made before an instant; null when there is none at hand.</param>
public sealed record ReportContext(
    string ReportId,
    IReadOnlyList<Connection> Connections,
    TimeZoneInfo Zone,
    DateTimeOffset AsOf,
    DateTimeOffset GeneratedAt,
    JsonElement Parameters,
    Func<DateTimeOffset, CancellationToken, Task<Report?>>? FindBefore = null)
{
    /// <summary>The connections as the report shows them.</summary>
    public IReadOnlyList<ReportStore> Stores => [.. Connections.Select(static connection => new ReportStore(connection.Id, connection.Connector, connection.Store, connection.Name, connection.Status))];
}

/// <summary>A kind whose reports name single customers.</summary>
public interface INamesCustomers
{
    /// <summary>The report without what it says of who the customer of the store is (all of the store's customers when null); null when it names nobody of them.</summary>
    Report? Without(Report report, string connectionId, string? customerId);
}

/// <summary>One kind of report: what it may be asked, how it is computed, how it reads. Kinds are listed in <see cref="ReportServices.AddReports"/>.</summary>
public interface IReportKind
{
    /// <summary>The task's <c>kind</c>.</summary>
    string Id { get; }

    /// <summary>What a connection must be able to do to be of use to it: all of these, of <see cref="Connectors.Connector.Capabilities"/>.</summary>
    IReadOnlyList<string> Capabilities { get; }

    /// <summary>Wrong parameters by field name, each with its remedy; empty when they will do.</summary>
    IReadOnlyDictionary<string, string> Check(JsonElement parameters);

    /// <summary>Reads what it needs and nothing else; acts on no platform. The same context over the same history gives the same report.</summary>
    /// <exception cref="Common.ProblemException">There can be no report; says why and what to do.</exception>
    Task<Report> ComputeAsync(ReportContext context, CancellationToken cancellationToken);

    /// <summary>The report as it is kept and given out, UTF-8.</summary>
    byte[] ToJson(Report report);

    /// <summary>What <see cref="ToJson"/> made.</summary>
    Report FromJson(ReadOnlySpan<byte> json);

    string ToMarkdown(Report report);

    /// <summary>A whole page, self-contained, without scripts.</summary>
    string ToHtml(Report report);

    /// <summary>What the team's group reads, under 4,000 bytes of UTF-8 in each language.</summary>
    /// <param name="link">Where the whole report opens; null when the app has no public address.</param>
    LocalizedMessage ToMessage(Report report, Uri? link);
}
