using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connections;

namespace StoreClaw.Alerts;

/// <param name="Kind">Left out for all kinds.</param>
/// <param name="Connection">Left out for all stores.</param>
public sealed record MuteBody(string? Kind, string? Connection, DateTimeOffset? Until);

/// <summary>Alerts and mutes as the API shows them.</summary>
public sealed class AlertDesk(AlertTable table, AlertMutes mutes, IConnectionDirectory connections, TimeProvider time)
{
    private static readonly IReadOnlyDictionary<string, AlertKind> Kinds = Enum.GetValues<AlertKind>().ToDictionary(Alert.KindName, static kind => kind);

    /// <summary>Newest first.</summary>
    public async Task<IResult> ListAsync(IQueryCollection query, CancellationToken cancellationToken)
    {
        AlertState? state = query["state"].ToString() switch
        {
            "" or "open" => AlertState.Open,
            "closed" => AlertState.Closed,
            "all" => null,
            _ => throw new ProblemException(Problem.Invalid("state", "Give open, closed or all; open is meant when it is left out.")),
        };
        var alerts = (await table.ListAsync(state, cancellationToken)).OrderByDescending(static alert => alert.FirstSeen).ThenByDescending(static alert => alert.Severity);
        return Json(new
        {
            Alerts = alerts.Select(static alert => new
            {
                alert.Id,
                alert.Kind,
                alert.Connection,
                alert.Severity,
                alert.State,
                Cause = alert.Cause.English,
                alert.FirstSeen,
                alert.LastSeen,
                alert.Count,
                alert.ClosedAt,
            }),
        });
    }

    public async Task<IResult> MuteAsync(MuteBody body, CancellationToken cancellationToken)
    {
        var errors = new Dictionary<string, string>();
        if (body.Kind is { } name && !Kinds.ContainsKey(name))
        {
            errors["kind"] = $"Give one of {string.Join(", ", Kinds.Keys)}, or leave it out for all.";
        }

        if (body.Connection is { } id && await connections.FindAsync(id, cancellationToken) is null)
        {
            errors["connection"] = $"There is no connection '{id}'. List them to see which there are, or leave it out for all.";
        }

        if (body.Until is not { } until || until <= time.GetUtcNow())
        {
            errors["until"] = "Give an instant in the future, such as 2030-01-01T08:00:00Z.";
            until = default;
        }

        return errors.Count > 0
            ? throw new ProblemException(Problem.Invalid(errors))
            : Json(await mutes.AddAsync(body.Kind is { } kind ? Kinds[kind] : null, body.Connection, until, cancellationToken));
    }

    public async Task<IResult> MutesAsync(CancellationToken cancellationToken) => Json(new { Mutes = await mutes.ListAsync(cancellationToken) });

    public async Task<IResult> UnmuteAsync(string id, CancellationToken cancellationToken) =>
        await mutes.RemoveAsync(id, cancellationToken) ? Results.NoContent() : throw new ProblemException(Problem.NotFound("mute", id));

    private static IResult Json(object value) => Results.Json(value, JsonText.Options);
}
