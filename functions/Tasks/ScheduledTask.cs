using System.Text.Json;
using StoreClaw.Common;

namespace StoreClaw.Tasks;

/// <summary>A schedule plus what to do.</summary>
/// <param name="Kind">The id of an <see cref="Reports.IReportKind"/>.</param>
/// <param name="Connections">Ids of the stores it is about.</param>
/// <param name="TimeZone">IANA name; the schedule's and the report's days are this zone's.</param>
/// <param name="Parameters">A JSON object the kind has accepted.</param>
/// <param name="DeliverTo">Channels; null is all connected ones, empty none: the report is only kept.</param>
/// <param name="CreatedAt">What an interval counts from.</param>
public sealed record ScheduledTask(
    string Id,
    string Name,
    string Kind,
    IReadOnlyList<string> Connections,
    ScheduleSpec Schedule,
    string TimeZone,
    JsonElement Parameters,
    IReadOnlyList<string>? DeliverTo,
    MissedPolicy Missed,
    bool Enabled,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    /// <exception cref="InvalidDataException">What was accepted once cannot be read any more: the machine lost the zone.</exception>
    public Schedule ReadSchedule()
    {
        var errors = new Dictionary<string, string>();
        return WallClock.TryFindZone(TimeZone, out var zone) && Schedule.Read(zone, CreatedAt, errors) is { } schedule
            ? schedule
            : throw new InvalidDataException($"The schedule of task {Id} in {TimeZone} cannot be read. {string.Join(' ', errors.Values)}");
    }
}
