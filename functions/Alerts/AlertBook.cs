using StoreClaw.Connections;
using StoreClaw.Notifications;

namespace StoreClaw.Alerts;

/// <summary>
/// Where alerts open, are told, and close. The row comes first and says that something is to be told; then the notice, under a key made from the row; then the row says that it was told. So of several hosts
/// one opens an alert, and what a crash leaves untold is told by the next sighting or sweep, once.
/// </summary>
public sealed class AlertBook(AlertTable table, AlertMutes mutes, IConnectionDirectory connections, INotifier notifier, TimeProvider time)
{
    /// <summary>Opens the alert, or counts the sighting in when it is open. A rise in severity is told at once.</summary>
    public async Task SeenAsync(AlertSighting sighting, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = AlertTable.IdOf(sighting.Kind, sighting.Connection, sighting.Subject);
        await TellIfDueAsync(await table.ChangeAsync(sighting.Connection, id, stored => Next(stored, sighting, id, now), cancellationToken), now, cancellationToken);
    }

    /// <summary>Closes the alert with a message, if it is open.</summary>
    /// <param name="ending">How it ended; null for no more than that.</param>
    public Task GoneAsync(AlertKind kind, string? connection, string subject, AlertText? ending, CancellationToken cancellationToken) =>
        CloseAsync(connection, AlertTable.IdOf(kind, connection, subject), ending, quietly: false, cancellationToken);

    public Task GoneAsync(Alert alert, AlertText? ending, CancellationToken cancellationToken) => CloseAsync(alert.Connection, alert.Id, ending, quietly: false, cancellationToken);

    /// <summary>Closes it without a word: something else says more.</summary>
    public Task DropAsync(Alert alert, CancellationToken cancellationToken) => CloseAsync(alert.Connection, alert.Id, null, quietly: true, cancellationToken);

    /// <summary>The store's open alerts; null for those about no store.</summary>
    public Task<IReadOnlyList<Alert>> OpenAsync(string? connection, CancellationToken cancellationToken) => table.OpenAsync(connection, cancellationToken);

    public Task<Alert?> FindAsync(AlertKind kind, string? connection, string subject, CancellationToken cancellationToken) =>
        table.FindAsync(connection, AlertTable.IdOf(kind, connection, subject), cancellationToken);

    /// <summary>Drops all of a store that was taken off.</summary>
    public async Task ForgetAsync(string connection, CancellationToken cancellationToken)
    {
        foreach (var alert in await table.OpenAsync(connection, cancellationToken))
        {
            await DropAsync(alert, cancellationToken);
        }
    }

    /// <summary>Tells what has come due: repeats, what a mute held back, what a crash left untold.</summary>
    public async Task SweepAsync(string? connection, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var alert in await table.DueAsync(connection, now, cancellationToken))
        {
            await TellIfDueAsync(alert, now, cancellationToken);
        }
    }

    /// <summary>Forgets what was closed <see cref="AlertPolicy.Kept"/> ago, and mutes that are over.</summary>
    public async Task CleanAsync(CancellationToken cancellationToken)
    {
        await table.CleanAsync(time.GetUtcNow() - AlertPolicy.Kept, cancellationToken);
        await mutes.CleanAsync(cancellationToken);
    }

    private static Alert Next(Alert? stored, AlertSighting seen, string id, DateTimeOffset now)
    {
        if (stored is not { State: AlertState.Open })
        {
            return new Alert(
                id, seen.Kind, seen.Connection, seen.Subject, seen.About, seen.Severity, AlertState.Open, seen.Cause, seen.Advice, now, now, 1, seen.Occurrence, seen.Reference, 0, seen.Severity, now, null, null);
        }

        if (seen.Occurrence is not null && seen.Occurrence == stored.Occurrence && seen.Severity == stored.Severity)
        {
            return stored;
        }

        return stored with
        {
            Severity = seen.Severity,
            Cause = seen.Cause,
            Advice = seen.Advice,
            About = seen.About,
            LastSeen = now,
            Count = stored.Count + 1,
            Occurrence = seen.Occurrence,
            Due = stored.Told > 0 && seen.Severity > stored.ToldSeverity ? now : stored.Due,
        };
    }

    private static Alert Told(Alert told, Alert stored, DateTimeOffset now)
    {
        if (stored.FirstSeen != told.FirstSeen || stored.Told != told.Told)
        {
            return stored;
        }

        DateTimeOffset? next = stored.State != told.State || stored.Severity > told.Severity ? now
            : stored.State == AlertState.Open && AlertPolicy.Repeat(stored.Kind, stored.Severity) is { } repeat ? now + repeat : null;
        return stored with { Told = stored.Told + 1, ToldSeverity = told.Severity, Due = next };
    }

    private async Task CloseAsync(string? connection, string id, AlertText? ending, bool quietly, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var closed = await table.ChangeAsync(
            connection,
            id,
            stored => stored is { State: AlertState.Open }
                ? stored with { State = AlertState.Closed, ClosedAt = now, Ending = ending, Due = quietly || stored.Told == 0 ? null : now }
                : stored,
            cancellationToken);
        await TellIfDueAsync(closed, now, cancellationToken);
    }

    private async Task TellIfDueAsync(Alert? alert, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (alert is null || !(alert.Due <= now))
        {
            return;
        }

        if ((await mutes.ListAsync(cancellationToken)).Any(mute => mute.Covers(alert, now)))
        {
            // What is open stays due, and is told when the mute is over; an end that nobody wants to hear of never is.
            await table.ChangeAsync(
                alert.Connection, alert.Id, stored => stored is { State: AlertState.Closed } && stored.FirstSeen == alert.FirstSeen ? stored with { Due = null } : stored, cancellationToken);
            return;
        }

        var store = alert.Connection is { } id ? (await connections.FindAsync(id, cancellationToken))?.Name ?? id : null;
        await notifier.NotifyAsync(AlertMessages.Notice(alert, store), null, cancellationToken);
        await table.ChangeAsync(alert.Connection, alert.Id, stored => stored is null ? null : Told(alert, stored, now), cancellationToken);
    }
}
