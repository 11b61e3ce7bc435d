using System.Globalization;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Sync;
using StoreClaw.Webhooks;

namespace StoreClaw.Alerts;

/// <summary>One store's access, syncs, figures and silence.</summary>
public sealed class StoreCheck(SyncCursors cursors, StoreRhythms rhythms, EventLog log, AlertBook book, TimeProvider time)
{
    /// <summary>What a store that gives no access cannot be asked.</summary>
    private static readonly AlertKind[] NeedAccess =
        [AlertKind.SyncFailing, AlertKind.StoreQuiet, AlertKind.OrderVolume, AlertKind.OrderValue, AlertKind.Cancellations, AlertKind.Refunds];

    /// <param name="open">Its open alerts, read before its row was.</param>
    public async Task RunAsync(Connection store, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        if (store.Status != ConnectionStatus.Connected)
        {
            foreach (var alert in open.Where(alert => store.Status == ConnectionStatus.Disconnected ? alert.Kind != AlertKind.Authorization : NeedAccess.Contains(alert.Kind)))
            {
                await book.DropAsync(alert, cancellationToken);
            }

            if (store.Status == ConnectionStatus.ReauthorizationRequired)
            {
                await book.SeenAsync(Access.Rejected(store, null), cancellationToken);
            }

            return;
        }

        await AccessAsync(store, open, cancellationToken);
        var known = await cursors.ListAsync(store.Id, cancellationToken);
        foreach (var (resource, cursor) in known)
        {
            await SyncAsync(store, resource, cursor, open, cancellationToken);
        }

        // Until the history is there nothing is known of what is usual.
        if (known.GetValueOrDefault(Resource.Orders)?.Watermark is { } syncedUntil)
        {
            await FiguresAsync(store, syncedUntil, open, cancellationToken);
        }
    }

    internal static bool IsFailing(SyncCursor cursor, DateTimeOffset connectedAt, DateTimeOffset now) =>
        cursor.State == SyncState.Failed && now - (cursor.Watermark > connectedAt ? cursor.Watermark.Value : connectedAt) > AlertPolicy.SyncFailing;

    private static bool Is(Alert alert, AlertKind kind, string subject) => alert.Kind == kind && alert.Subject == subject;

    private async Task AccessAsync(Connection store, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        var ending = Access.Ends(store, time.GetUtcNow());
        if (ending is not null)
        {
            await book.SeenAsync(ending, cancellationToken);
        }

        foreach (var alert in open.Where(alert => alert.Kind == AlertKind.Authorization && alert.Subject != ending?.Subject))
        {
            // Of the days before the end each has an alert of its own, which the next one takes the place of.
            await (ending is not null && alert.Subject != Access.Subject ? book.DropAsync(alert, cancellationToken) : book.GoneAsync(alert, AlertWords.AccessBack, cancellationToken));
        }
    }

    private async Task SyncAsync(Connection store, Resource resource, SyncCursor cursor, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        var subject = resource.ToString();
        if (IsFailing(cursor, store.ConnectedAt, time.GetUtcNow()))
        {
            var (cause, advice) = AlertWords.SyncFailing(resource, cursor.LastError);
            await book.SeenAsync(new AlertSighting(AlertKind.SyncFailing, store.Id, subject, Urgency.Warning, cause, advice) { About = subject, Occurrence = ThisHour() }, cancellationToken);
        }
        else if (cursor.State == SyncState.Idle && open.FirstOrDefault(alert => Is(alert, AlertKind.SyncFailing, subject)) is { } over)
        {
            await book.GoneAsync(over, null, cancellationToken);
        }
    }

    private async Task FiguresAsync(Connection store, DateTimeOffset syncedUntil, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var zone = WallClock.TryFindZone(store.Facts.GetValueOrDefault(Connection.TimeZoneFact), out var found) ? found : TimeZoneInfo.Utc;
        var today = zone.LocalDay(now);
        var rhythm = await rhythms.ReadAsync(store.Id, zone, today, cancellationToken);
        if (!rhythm.Days.Any())
        {
            return;
        }

        var days = await rhythms.ReadAsync(store.Id, zone, [today.AddDays(-1), today], cancellationToken);
        var figures = new StoreFigures(store, zone, now, syncedUntil, rhythm, days[today.AddDays(-1)], days[today]);
        foreach (var finding in FigureJudge.Judge(figures))
        {
            if (finding.Sighting is { } sighting)
            {
                await book.SeenAsync(sighting, cancellationToken);
            }
            else if (open.FirstOrDefault(alert => Is(alert, finding.Kind, finding.Subject)) is { } over)
            {
                await book.GoneAsync(over, null, cancellationToken);
            }
        }

        await QuietAsync(figures, open, cancellationToken);
    }

    private async Task QuietAsync(StoreFigures figures, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        if (figures.LastOrder() is not { } last)
        {
            return;
        }

        var until = figures.SyncedUntil < figures.Now ? figures.SyncedUntil : figures.Now;
        var expected = QuietJudge.Expected(figures.Rhythm, figures.Zone, last, until);
        if (QuietJudge.IsQuiet(expected, figures.Rhythm.Spread) && !await IsHeardAsync(figures, last, until, cancellationToken))
        {
            var (cause, advice) = AlertWords.Quiet(last, expected);
            await book.SeenAsync(new AlertSighting(AlertKind.StoreQuiet, figures.Store.Id, "", Urgency.Critical, cause, advice) { Occurrence = ThisHour() }, cancellationToken);
        }
        else if (open.FirstOrDefault(static alert => alert.Kind == AlertKind.StoreQuiet) is { } over)
        {
            await book.GoneAsync(over, null, cancellationToken);
        }
    }

    /// <summary>Whether any delivery came late enough that the time since then is not too long.</summary>
    private async Task<bool> IsHeardAsync(StoreFigures figures, DateTimeOffset last, DateTimeOffset until, CancellationToken cancellationToken)
    {
        var from = until;
        while (from > last && !QuietJudge.IsQuiet(QuietJudge.Expected(figures.Rhythm, figures.Zone, from, until), figures.Rhythm.Spread))
        {
            from -= TimeSpan.FromHours(1);
        }

        return (await log.ListAsync(figures.Store.Id, null, from, figures.Now, 1, cancellationToken)).Count > 0;
    }

    private string ThisHour() => time.GetUtcNow().UtcDateTime.ToString("yyyyMMddHH", CultureInfo.InvariantCulture);
}

/// <summary>What is seen of a store's approval.</summary>
internal static class Access
{
    public const string Subject = "access";

    private const string EndsPrefix = "ends-";

    public static AlertSighting Rejected(Connection store, string? reason) => Lost(store, AlertWords.Rejected(store, reason), "rejected");

    public static AlertSighting Removed(Connection store) => Lost(store, AlertWords.Removed(store), "removed");

    /// <summary>The end of an approval whose platform told it, from <see cref="AlertPolicy.AuthorizationDays"/> before on.</summary>
    public static AlertSighting? Ends(Connection store, DateTimeOffset now)
    {
        if (!DateOnly.TryParseExact(store.Facts.GetValueOrDefault(Connection.AuthorizedUntilFact), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var until)
            || AlertPolicy.AuthorizationDays.Where(days => until.DayNumber - DateOnly.FromDateTime(now.UtcDateTime).DayNumber <= days).DefaultIfEmpty(0).Min() is not (> 0 and var stage))
        {
            return null;
        }

        var (cause, advice) = AlertWords.Ends(store, until);
        return new AlertSighting(
            AlertKind.Authorization,
            store.Id,
            string.Create(CultureInfo.InvariantCulture, $"{EndsPrefix}{stage}"),
            stage == AlertPolicy.AuthorizationDays[^1] ? Urgency.Critical : Urgency.Warning,
            cause,
            advice) { Occurrence = $"{until}" };
    }

    /// <summary>One connecting is lost once, however many notice it.</summary>
    private static AlertSighting Lost(Connection store, (AlertText Cause, AlertText Advice) words, string how) =>
        new(AlertKind.Authorization, store.Id, Subject, Urgency.Critical, words.Cause, words.Advice) { Occurrence = string.Create(CultureInfo.InvariantCulture, $"{how} {store.ConnectedAt.UtcTicks}") };
}
