using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using StoreClaw.Approvals;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;
using StoreClaw.Reports;

namespace StoreClaw.Tasks;

/// <summary>A task as it is written to the API.</summary>
public sealed record TaskInput
{
    public string? Name { get; init; }

    public string? Kind { get; init; }

    public IReadOnlyList<string>? Connections { get; init; }

    public ScheduleSpec? Schedule { get; init; }

    public string? TimeZone { get; init; }

    public JsonElement? Parameters { get; init; }

    /// <summary>Left out: all connected channels. Empty: none, the report is only kept.</summary>
    public IReadOnlyList<string>? DeliverTo { get; init; }

    public string? Missed { get; init; }

    public bool? Enabled { get; init; }

    /// <summary>Whatever else the body holds. What the API itself adds to a task may come back, so that a task can be read, changed and written.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement> Others { get; init; } = [];
}

/// <summary>Makes a task of what was written, or says field by field what is wrong.</summary>
public sealed class TaskInputReader(ReportKinds kinds, IConnectionDirectory connections, ConnectorRegistry connectors, ChannelRegistry channels)
{
    private const int LongestName = 120;
    private const int MostConnections = 50;

    private static readonly HashSet<string> Added = ["id", "createdAt", "updatedAt", "nextDue", "lateBy", "lastRan", "lastSkipped"];

    /// <exception cref="ProblemException">422, with an entry per wrong field.</exception>
    public async Task<ScheduledTask> ReadAsync(TaskInput input, string id, DateTimeOffset createdAt, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string>(StringComparer.Ordinal);
        var name = ReadName(input.Name, errors);
        var stores = await ReadConnectionsAsync(input, errors, cancellationToken);
        CheckSchedule(input, createdAt, errors);
        var parameters = CheckKind(input, errors);
        CheckTogether(input.Kind, parameters, stores, errors);
        CheckChannels(input.DeliverTo, errors);
        var missed = ReadMissed(input.Missed, errors);
        foreach (var unknown in input.Others.Keys.Where(static name => !Added.Contains(name)))
        {
            errors[unknown] = "A task has no such field. Leave it out.";
        }

        if (errors.Count > 0)
        {
            throw new ProblemException(Problem.Invalid(errors));
        }

        return new ScheduledTask(
            id, name, input.Kind!, stores, input.Schedule!, input.TimeZone!, parameters, input.DeliverTo is { } ids ? [.. ids.OfType<string>().Distinct()] : null, missed, input.Enabled ?? true, createdAt, now);
    }

    private static string ReadName(string? name, Dictionary<string, string> errors)
    {
        var text = ReadableText.OneLine(name ?? "");
        if (text.Length is 0 or > LongestName)
        {
            errors["name"] = string.Create(CultureInfo.InvariantCulture, $"Give a name of 1 to {LongestName} characters, such as \"Morning report\".");
        }

        return text;
    }

    private async Task<IReadOnlyList<string>> ReadConnectionsAsync(TaskInput input, Dictionary<string, string> errors, CancellationToken cancellationToken)
    {
        var distinct = (input.Connections ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (distinct.Count is 0 or > MostConnections)
        {
            errors["connections"] = string.Create(CultureInfo.InvariantCulture, $"Give the ids of 1 to {MostConnections} connections. GET /api/connections lists them.");
            return distinct;
        }

        var known = (await connections.ListAsync(cancellationToken)).ToDictionary(static connection => connection.Id, StringComparer.Ordinal);
        if (distinct.Where(id => !known.ContainsKey(id)).ToList() is { Count: > 0 } unknown)
        {
            errors["connections"] = $"There is no connection {Quote(unknown)}. GET /api/connections lists them.";
        }
        else if (kinds.Find(input.Kind ?? "") is { } kind && Unfit(kind, distinct.ConvertAll(id => known[id])) is { } remedy)
        {
            errors["connections"] = remedy;
        }

        return distinct;
    }

    /// <summary>Why the kind cannot work with these connections, and what to do; null when it can.</summary>
    private string? Unfit(IReportKind kind, List<Connection> stores)
    {
        if (stores.FindAll(store => IsOfNoUse(store, kind)).ConvertAll(static store => store.Id) is { Count: > 0 } useless)
        {
            return $"A {kind.Id} needs connections that can {string.Join(" and ", kind.Capabilities)}; {Quote(useless)} cannot. GET /api/connectors lists which connectors can: {string.Join(", ", Able(kind))}.";
        }

        return stores.Find(store => Ungranted(store, kind).Count > 0) is { } lacking
            ? $"'{lacking.Id}' was not granted {string.Join(", ", Ungranted(lacking, kind))}, which the kind {kind.Id} needs. Grant it to the app on {connectors.Find(lacking.Connector)!.Descriptor.Name} and connect the store again."
            : null;
    }

    private List<string> Ungranted(Connection connection, IReportKind kind) =>
    [
        .. kind.Capabilities.SelectMany(capability => connectors.Find(connection.Connector)?.Descriptor.Needs(capability) ?? []).Except(connection.Granted, StringComparer.Ordinal),
    ];

    // What a connector brought that this version does not know any more can still be reported on.
    private bool IsOfNoUse(Connection connection, IReportKind kind) => connectors.Find(connection.Connector) is { } connector && !connector.Can(kind.Capabilities);

    private IEnumerable<string> Able(IReportKind kind) => connectors.Connectors.Where(connector => connector.Can(kind.Capabilities)).Select(static connector => connector.Descriptor.Name);

    private static string Quote(IEnumerable<string> ids) => string.Join(", ", ids.Select(static id => $"'{id}'"));

    private static void CheckSchedule(TaskInput input, DateTimeOffset createdAt, Dictionary<string, string> errors)
    {
        if (!WallClock.TryFindZone(input.TimeZone, out var zone))
        {
            var meant = input.TimeZone is { } windows && TimeZoneInfo.TryConvertWindowsIdToIanaId(windows, out var iana) ? iana : "Asia/Shanghai or America/New_York";
            errors["timeZone"] = $"Give an IANA time zone, such as {meant}.";
        }

        (input.Schedule ?? new ScheduleSpec(null, null)).Read(zone ?? TimeZoneInfo.Utc, createdAt, errors);
    }

    private JsonElement CheckKind(TaskInput input, Dictionary<string, string> errors)
    {
        var parameters = input.Parameters is { ValueKind: not JsonValueKind.Null } given ? given : JsonElement.Parse("{}"u8);
        if (input.Kind is null || kinds.Find(input.Kind) is not { } kind)
        {
            errors["kind"] = $"Must be one of {string.Join(", ", kinds.Ids)}.";
            return parameters;
        }

        foreach (var (field, message) in kind.Check(parameters))
        {
            errors[field] = message;
        }

        return parameters;
    }

    // Only where each of the two is right for itself.
    private void CheckTogether(string? kind, JsonElement parameters, IReadOnlyList<string> stores, Dictionary<string, string> errors)
    {
        var wrong = errors.Keys.Any(static field => field == "connections" || field.StartsWith("parameters", StringComparison.Ordinal));
        if (!wrong && kinds.Find(kind ?? "") is IActingKind acting)
        {
            foreach (var (field, message) in acting.CheckTogether(parameters, stores))
            {
                errors[field] = message;
            }
        }
    }

    // Which channels are connected may change at any time; one that is not when a report is made is told nothing.
    private void CheckChannels(IReadOnlyList<string>? ids, Dictionary<string, string> errors)
    {
        if (ids?.FirstOrDefault(id => channels.Find(id) is null) is { } unknown)
        {
            errors["deliverTo"] = $"There is no channel '{unknown}'. Give ids such as [\"wecom\"], leave it out for all connected ones, or give [] to keep the report without telling anyone.";
        }
    }

    private static MissedPolicy ReadMissed(string? missed, Dictionary<string, string> errors)
    {
        switch (missed)
        {
            case null or "latest":
                return MissedPolicy.Latest;
            case "all":
                return MissedPolicy.All;
            case "skip":
                return MissedPolicy.Skip;
            default:
                errors["missed"] = "Must be one of all, latest, skip.";
                return default;
        }
    }
}
