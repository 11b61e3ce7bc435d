using System.Globalization;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>The timeline, the parked messages and replays, as the API shows them.</summary>
public sealed class EventDesk(EventLog log, EventReplay replay, ParkedMessages parked, ParkingLot parking, IConnectionDirectory connections, TimeProvider time)
{
    private const int Most = 1000;

    private static readonly TimeSpan UsualPeriod = TimeSpan.FromDays(7);

    /// <summary>Query: connection (else all), order (any resource's id), from, to (else the last seven days).</summary>
    public async Task<IResult> ListAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        var to = Instant(query, "to") ?? time.GetUtcNow();
        var from = Instant(query, "from") ?? to - UsualPeriod;
        var order = query["order"].FirstOrDefault();
        IEnumerable<string> ids = query["connection"].FirstOrDefault() is { Length: > 0 } one
            ? [(await connections.FindAsync(one, cancellationToken) ?? throw new ProblemException(Problem.NotFound("connection", one))).Id]
            : (await connections.ListAsync(cancellationToken)).Select(static connection => connection.Id);
        var entries = new List<EventEntry>();
        foreach (var id in ids)
        {
            entries.AddRange(await log.ListAsync(id, order, from, to, Most, cancellationToken));
        }

        return Json(new { Events = entries.OrderByDescending(static entry => entry.ReceivedAt).Take(Most) });
    }

    public async Task<IResult> ReplayAsync(ReplayRequest request, CancellationToken cancellationToken) =>
        Json(await replay.ReplayAsync(request, cancellationToken), request.DryRun ? 200 : 202);

    public async Task<IResult> ParkedAsync(CancellationToken cancellationToken) => Json(new { Parked = await parked.ListAsync(cancellationToken) });

    public async Task<IResult> ReplayParkedAsync(string id, CancellationToken cancellationToken) =>
        await parking.ReplayAsync(id, cancellationToken) ? Json(new { Id = id }, 202) : throw new ProblemException(Problem.NotFound("parked message", id));

    private static DateTimeOffset? Instant(IQueryCollection query, string name)
    {
        if (query[name].FirstOrDefault() is not { Length: > 0 } text)
        {
            return null;
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new ProblemException(Problem.Invalid(name, "Give an ISO 8601 instant such as 2026-11-22T00:00:00Z."));
    }

    private static IResult Json(object value, int status = 200) => Results.Json(value, JsonText.Options, statusCode: status);
}
