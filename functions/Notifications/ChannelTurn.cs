using System.Text.Json;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Storage;

namespace StoreClaw.Notifications;

/// <summary>
/// One channel's turn: tells what waits, as fast as the channel takes it, and never waits itself. One process at a time has a channel's turn.
/// <para>
/// A call that got no answer may have posted. The channel is then asked without posting until it answers again, and the message is sent once more, marked;
/// when that one gets no answer either, it is parked.
/// </para>
/// </summary>
public sealed partial class ChannelTurn(
    ChannelRegistry registry,
    ChannelTable channels,
    ChannelPace pace,
    Outbox outbox,
    Leases leases,
    CachedSecretVault vault,
    ParkedMessages parked,
    TimeProvider time,
    ILogger<ChannelTurn> logger)
{
    private const int MostPerDigest = 1000;
    private const int BusyRepeats = 3;

    private static readonly TimeSpan LeaseTime = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RenewAfter = TimeSpan.FromSeconds(20);

    /// <summary>Well below the queue door's deadline, calls that end late included.</summary>
    private static readonly TimeSpan Budget = TimeSpan.FromSeconds(90);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    /// <summary>How long until the channel wants its next turn; null when it wants none, or somebody else has it.</summary>
    public async Task<TimeSpan?> RunAsync(string channelId, CancellationToken cancellationToken)
    {
        if (registry.Find(channelId) is not { } kind)
        {
            return null;
        }

        TimeSpan? wait;
        await using (var lease = await leases.TryAcquireAsync($"channel-{channelId}", LeaseTime, cancellationToken))
        {
            if (lease is null)
            {
                return null;
            }

            wait = await TellAsync(kind, lease, cancellationToken);
        }

        // A notice that came after the line was read, and whose own message found the turn taken, is seen here.
        return wait ?? (await ConnectedAsync(kind, cancellationToken) is not null && await outbox.HasWorkAsync(channelId, cancellationToken) ? TimeSpan.Zero : null);
    }

    private static TimeSpan Backoff(int failures) =>
        TimeSpan.FromTicks(Math.Min(LongestPause.Ticks, FirstPause.Ticks << Math.Min(failures, 10)));

    private async Task<TimeSpan?> TellAsync(IChannel kind, Lease lease, CancellationToken cancellationToken)
    {
        var begun = time.GetTimestamp();
        var renewed = begun;
        while (time.GetElapsedTime(begun) < Budget)
        {
            if (time.GetElapsedTime(renewed) > RenewAfter)
            {
                if (!await lease.RenewAsync(cancellationToken))
                {
                    return null;
                }

                renewed = time.GetTimestamp();
            }

            if (await StepAsync(kind, cancellationToken) is { } end)
            {
                return end.Wait;
            }
        }

        return TimeSpan.Zero;
    }

    /// <summary>At most one call. Null: go on with the next step.</summary>
    private async Task<End?> StepAsync(IChannel kind, CancellationToken cancellationToken)
    {
        if (await ConnectedAsync(kind, cancellationToken) is not { } channel)
        {
            return End.Idle;
        }

        var state = await pace.ReadAsync(kind.Id, cancellationToken);
        var now = time.GetUtcNow();
        if (state.NotBefore > now)
        {
            return new End(state.NotBefore - now);
        }

        var silentUntil = channel.Silence?.EndOf(now);
        var flight = await outbox.FlightAsync(kind.Id, cancellationToken);
        if (silentUntil is not null && flight is { Next: 0, InDoubt: false, Repeated: null } && !Outbox.IsCritical(flight))
        {
            await outbox.DropFlightAsync(kind.Id, cancellationToken);
            flight = null;
        }

        if (flight is null)
        {
            var line = await outbox.WaitingAsync(kind.Id, MostPerDigest, cancellationToken);
            if (line.Count > 0 && silentUntil is { } end)
            {
                line = [.. line.TakeWhile(static waiting => waiting.Urgency == Urgency.Critical)];
                if (line.Count == 0)
                {
                    return new End(end - now);
                }
            }

            if (line.Count == 0)
            {
                return End.Idle;
            }

            // The last calls of the window are kept for what is critical.
            var room = kind.Limit.Calls - (line[0].Urgency == Urgency.Critical ? 0 : kind.Limit.Kept);
            if (state.Until(room, now, kind.Limit) is var wait && wait > TimeSpan.Zero)
            {
                return new End(wait);
            }

            flight = await PrepareAsync(kind, channel, line, room - state.Counting(now, kind.Limit).Count, cancellationToken);
        }

        if (flight.Next == flight.Parts.Count)
        {
            await outbox.SentAsync(kind.Id, flight, cancellationToken);
            return null;
        }

        return await CallAsync(kind, channel, flight, cancellationToken);
    }

    /// <summary>
    /// One notice while the line is short enough to be told one by one; else all of it as a digest, with room for critical ones in full before it. What a silence held back is told as one digest.
    /// </summary>
    private async Task<Flight> PrepareAsync(IChannel kind, Channel channel, IReadOnlyList<WaitingNotice> line, int free, CancellationToken cancellationToken)
    {
        var critical = line.Count(static waiting => waiting.Urgency == Urgency.Critical);
        if (line.Count > 1 && line.Count > free && (critical == 0 || critical >= free))
        {
            return ToDigest(kind, channel, line);
        }

        var held = critical > 0 || channel.Silence is not { } silence ? [] : line.Where(waiting => !waiting.Whole && silence.EndOf(waiting.At) is not null).ToList();
        if (held.Count > 1)
        {
            return ToDigest(kind, channel, held);
        }

        var notice = await outbox.NoticeAsync(kind.Id, line[0].Row, cancellationToken);
        var flight = new Flight(line[0].English, [line[0].Row], notice is null ? [] : kind.Render(notice.Message.In(channel.Language)), 0, InDoubt: false, Repeated: null, Tries: 0);
        if (notice is null)
        {
            await outbox.SaveFlightAsync(kind.Id, flight, cancellationToken);
        }

        return flight;
    }

    private static Flight ToDigest(IChannel kind, Channel channel, IReadOnlyList<WaitingNotice> notices) =>
        new($"{notices.Count} notices", [.. notices.Select(static waiting => waiting.Row)], kind.Render(Digest.Compose(notices, channel.Language)), 0, InDoubt: false, Repeated: null, Tries: 0);

    private async Task<End?> CallAsync(IChannel kind, Channel channel, Flight flight, CancellationToken cancellationToken)
    {
        if (await KeyAsync(kind.Id, fresh: false, cancellationToken) is not { } key)
        {
            await FailAsync(kind, "its key is not in the vault", cancellationToken);
            return End.Idle;
        }

        if (flight.InDoubt && flight.Repeated == flight.Next)
        {
            await ParkAsync(kind, flight, "It was sent twice and no answer came: it may be in the group or not.", cancellationToken);
            return null;
        }

        if (await pace.TakeAsync(kind, cancellationToken) is not { } taken)
        {
            var state = await pace.ReadAsync(kind.Id, cancellationToken);
            return new End(state.Until(kind.Limit.Calls, time.GetUtcNow(), kind.Limit));
        }

        if (flight.InDoubt)
        {
            return await JudgeProbeAsync(kind, flight, key, taken, await kind.ProbeAsync(key, cancellationToken), cancellationToken);
        }

        await outbox.SaveFlightAsync(kind.Id, flight with { InDoubt = true }, cancellationToken);
        var part = flight.Parts[flight.Next];
        var outcome = await kind.SendAsync(key, flight.Repeated == flight.Next ? kind.MarkRepeat(part, channel.Language) : part, cancellationToken);
        return await JudgeAsync(kind, flight, key, taken, outcome, cancellationToken);
    }

    private async Task<End?> JudgeAsync(IChannel kind, Flight flight, Secret key, DateTimeOffset taken, SendOutcome outcome, CancellationToken cancellationToken)
    {
        Log.Told(logger, kind.Id, outcome.Class, outcome.Cause);
        switch (outcome.Class)
        {
            case SendClass.Sent:
                await AdvanceAsync(kind, flight with { Next = flight.Next + 1, Tries = 0 }, cancellationToken);
                await pace.SettleAsync(kind.Id, taken, static (state, now) => state with { Failures = 0, LastSentAt = now }, cancellationToken);
                return null;
            case SendClass.Unknown:
                return await PauseAsync(kind, taken, outcome.Wait, cancellationToken);
            case SendClass.Busy when flight.Tries < BusyRepeats:
                await outbox.SaveFlightAsync(kind.Id, flight with { Tries = flight.Tries + 1 }, cancellationToken);
                return await PauseAsync(kind, taken, outcome.Wait, cancellationToken);
            case SendClass.Throttled or SendClass.PlatformFault or SendClass.NotReached:
                await outbox.SaveFlightAsync(kind.Id, flight, cancellationToken);
                return await PauseAsync(kind, taken, outcome.Wait, cancellationToken);
            case SendClass.CredentialDead:
                await outbox.SaveFlightAsync(kind.Id, flight, cancellationToken);
                return await LoseAsync(kind, key, taken, outcome, cancellationToken);
            default:
                await pace.SettleAsync(kind.Id, taken, static (state, _) => state with { Failures = 0 }, cancellationToken);
                await GiveUpAsync(kind, flight, outcome, cancellationToken);
                return null;
        }
    }

    private async Task<End?> JudgeProbeAsync(IChannel kind, Flight flight, Secret key, DateTimeOffset taken, SendOutcome outcome, CancellationToken cancellationToken)
    {
        switch (outcome.Class)
        {
            case SendClass.Unknown or SendClass.NotReached or SendClass.PlatformFault or SendClass.Throttled or SendClass.Busy:
                return await PauseAsync(kind, taken, outcome.Wait, cancellationToken);
            case SendClass.CredentialDead:
                return await LoseAsync(kind, key, taken, outcome, cancellationToken);
            default:
                await outbox.SaveFlightAsync(kind.Id, flight with { InDoubt = false, Repeated = flight.Next }, cancellationToken);
                await pace.SettleAsync(kind.Id, taken, static (state, _) => state with { Failures = 0 }, cancellationToken);
                return null;
        }
    }

    private async Task AdvanceAsync(IChannel kind, Flight flight, CancellationToken cancellationToken) =>
        await (flight.Next == flight.Parts.Count ? outbox.SentAsync(kind.Id, flight, cancellationToken) : outbox.SaveFlightAsync(kind.Id, flight, cancellationToken));

    /// <summary>Leaves the channel alone for as long as it asked, or longer each time.</summary>
    private async Task<End> PauseAsync(IChannel kind, DateTimeOffset taken, TimeSpan asked, CancellationToken cancellationToken)
    {
        var pause = asked;
        await pace.SettleAsync(
            kind.Id,
            taken,
            (state, now) =>
            {
                pause = asked > TimeSpan.Zero ? asked : Backoff(state.Failures);
                return state with { Failures = state.Failures + 1, NotBefore = now + pause };
            },
            cancellationToken);
        return new End(pause);
    }

    /// <summary>Tries the simpler form of a part that was refused, else parks the message.</summary>
    private async Task GiveUpAsync(IChannel kind, Flight flight, SendOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome.Class == SendClass.Invalid && kind.Simplify(flight.Parts[flight.Next]) is { Count: > 0 } simpler)
        {
            await outbox.SaveFlightAsync(kind.Id, flight with { Parts = [.. flight.Parts.Take(flight.Next), .. simpler, .. flight.Parts.Skip(flight.Next + 1)] }, cancellationToken);
            return;
        }

        await ParkAsync(kind, flight, $"{outcome.Cause} {outcome.Remedy}", cancellationToken);
    }

    private async Task ParkAsync(IChannel kind, Flight flight, string cause, CancellationToken cancellationToken)
    {
        var text = JsonSerializer.Serialize(new Envelope<NotificationMessage>(null, new NotificationMessage(kind.Id, Outbox.Hashes(flight)), null), JsonText.Options);
        await parked.ParkAsync(QueueNames.Notifications, text, null, flight.Subject, cause, flight.Tries + 1, cancellationToken);
        await outbox.ParkedAsync(kind.Id, flight, cancellationToken);
        Log.GaveUp(logger, kind.Id, flight.Members.Count, cause);
    }

    /// <summary>The key is dead, unless another process has meanwhile stored a new one.</summary>
    private async Task<End?> LoseAsync(IChannel kind, Secret key, DateTimeOffset taken, SendOutcome outcome, CancellationToken cancellationToken)
    {
        await pace.SettleAsync(kind.Id, taken, static (state, _) => state, cancellationToken);
        if (await KeyAsync(kind.Id, fresh: true, cancellationToken) is { } stored && !stored.Equals(key))
        {
            return null;
        }

        await FailAsync(kind, outcome.Cause, cancellationToken);
        return End.Idle;
    }

    private Task FailAsync(IChannel kind, string reason, CancellationToken cancellationToken)
    {
        Log.Failed(logger, kind.Id, reason);
        return channels.FailAsync(kind.Id, reason, cancellationToken);
    }

    private async Task<Secret?> KeyAsync(string id, bool fresh, CancellationToken cancellationToken)
    {
        var name = Channel.SecretName(id);
        return (await (fresh ? vault.ReadThroughAsync(name, cancellationToken) : vault.GetAsync(name, cancellationToken)))?[Channel.SecretKey];
    }

    private async Task<Channel?> ConnectedAsync(IChannel kind, CancellationToken cancellationToken) =>
        await channels.FindAsync(kind.Id, cancellationToken) is { Status: ChannelStatus.Connected } channel ? channel : null;

    /// <summary>The turn is over.</summary>
    /// <param name="Wait">Until the next one.</param>
    private sealed record End(TimeSpan? Wait)
    {
        public static readonly End Idle = new(Wait: null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Channel {Channel}: {Outcome} {Cause}")]
        public static partial void Told(ILogger logger, string channel, SendClass outcome, string cause);

        [LoggerMessage(2, LogLevel.Error, "Channel {Channel} gave {Notices} notices up: {Cause}")]
        public static partial void GaveUp(ILogger logger, string channel, int notices, string cause);

        [LoggerMessage(3, LogLevel.Error, "Channel {Channel} failed: {Reason}")]
        public static partial void Failed(ILogger logger, string channel, string reason);
    }
}
