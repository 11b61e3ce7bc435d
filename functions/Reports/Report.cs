using System.Text.Json.Serialization;
using StoreClaw.Connections;

namespace StoreClaw.Reports;

/// <summary>From inclusive, to exclusive, UTC.</summary>
public sealed record ReportPeriod(DateTimeOffset From, DateTimeOffset To);

/// <summary>A store a report is about, as it stood when the report was made.</summary>
/// <param name="Connection">The connection's id.</param>
/// <param name="Store">The platform's name of it: a domain, an address, a number.</param>
/// <param name="Name">What the seller calls it.</param>
/// <param name="Status">When it is not connected, what the report knows of it may be incomplete.</param>
public sealed record ReportStore(string Connection, string Connector, string Store, string Name, ConnectionStatus Status);

/// <summary>What every report says of itself; its figures are in the record of its kind.</summary>
public abstract record Report
{
    [JsonPropertyOrder(-10)]
    public required string Id { get; init; }

    [JsonPropertyOrder(-9)]
    public required string Kind { get; init; }

    /// <summary>The IANA name of the zone whose days the report counts.</summary>
    [JsonPropertyOrder(-8)]
    public required string TimeZone { get; init; }

    [JsonPropertyOrder(-7)]
    public required ReportPeriod Period { get; init; }

    /// <summary>What "now" meant.</summary>
    [JsonPropertyOrder(-6)]
    public required DateTimeOffset AsOf { get; init; }

    [JsonPropertyOrder(-5)]
    public required DateTimeOffset GeneratedAt { get; init; }

    /// <summary>Ids of connections.</summary>
    [JsonPropertyOrder(-4)]
    public required IReadOnlyList<string> Connections { get; init; }

    [JsonPropertyOrder(-3)]
    public required IReadOnlyList<ReportStore> Stores { get; init; }
}
