using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connections;

namespace StoreClaw.Notifications;

/// <param name="Language">en (also when left out) or zh.</param>
/// <param name="Silence">Left out for none.</param>
public sealed record ChannelBody(string? WebhookUrl, string? Language, SilenceBody? Silence);

/// <summary>Channels as the API sets them up and shows them.</summary>
public sealed class ChannelDesk(
    ChannelRegistry registry, ChannelTable channels, ChannelPace pace, Outbox outbox, NotificationWork work, CachedSecretVault vault, TimeProvider time)
{
    private static readonly LocalizedMessage Greeting = new(
        new ChannelMessage("StoreClaw is connected", [MessageLine.Text(new Span("This group gets its reports and alerts from now on.", Tone.Good))]),
        new ChannelMessage("StoreClaw 已连接", [MessageLine.Text(new Span("今后本群会收到报告和提醒。", Tone.Good))]));

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<object>();
        foreach (var channel in await channels.ListAsync(cancellationToken))
        {
            views.Add(await ViewAsync(channel, cancellationToken));
        }

        return Json(new { Channels = views });
    }

    public async Task<IResult> ConnectAsync(string id, ChannelBody body, CancellationToken cancellationToken)
    {
        var kind = Find(id);
        var language = Language(body.Language);
        var silence = body.Silence?.Read();
        var key = kind.ReadAddress(body.WebhookUrl ?? throw new ProblemException(Problem.Invalid("webhookUrl", "Give the address of the group's robot.")));
        if (await TryAsync(kind, key, language, cancellationToken) is { } refusal)
        {
            throw new ProblemException(refusal.Problem);
        }

        await vault.SetAsync(Channel.SecretName(id), new SecretBundle([new(Channel.SecretKey, key)]), cancellationToken);
        return await ConnectedAsync(new Channel(id, language, ChannelStatus.Connected, null, time.GetUtcNow()) { Silence = silence }, cancellationToken);
    }

    public async Task<IResult> TestAsync(string id, CancellationToken cancellationToken)
    {
        var kind = Find(id);
        var channel = await channels.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("channel", id));
        var key = (await vault.ReadThroughAsync(Channel.SecretName(id), cancellationToken))?[Channel.SecretKey]
            ?? throw new ProblemException(new Problem(422, "CHANNEL_KEY_MISSING", ProblemCategory.Authentication, "The channel's key is not in the vault. Connect the channel again."));
        if (await TryAsync(kind, key, channel.Language, cancellationToken) is not { } refusal)
        {
            return await ConnectedAsync(channel with { Status = ChannelStatus.Connected, Reason = null }, cancellationToken);
        }

        if (refusal.Outcome?.Class == SendClass.CredentialDead)
        {
            await channels.FailAsync(id, refusal.Outcome.Cause, cancellationToken);
        }

        throw new ProblemException(refusal.Problem);
    }

    /// <summary>What waited for the channel is forgotten with it.</summary>
    public async Task<IResult> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        _ = await channels.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("channel", id));
        await channels.RemoveAsync(id, cancellationToken);
        await outbox.ClearAsync(id, cancellationToken);
        await vault.DeleteAsync(Channel.SecretName(id), cancellationToken);
        return Results.NoContent();
    }

    private static ChannelLanguage Language(string? name) => name switch
    {
        null or "en" => ChannelLanguage.En,
        "zh" => ChannelLanguage.Zh,
        _ => throw new ProblemException(Problem.Invalid("language", "Give en or zh.")),
    };

    private static Problem ToProblem(SendOutcome outcome)
    {
        var (code, category) = outcome.Class switch
        {
            SendClass.CredentialDead => ("CHANNEL_KEY_REFUSED", ProblemCategory.Authentication),
            SendClass.Throttled => ("CHANNEL_THROTTLED", ProblemCategory.RateLimit),
            SendClass.NotReached or SendClass.Unknown => ("CHANNEL_UNREACHABLE", ProblemCategory.Platform),
            _ => ("CHANNEL_REFUSED", ProblemCategory.Platform),
        };
        return new Problem(422, code, category, $"The test message did not get through: {outcome.Cause}. {outcome.Remedy}") { RetryAfter = outcome.Wait > TimeSpan.Zero ? outcome.Wait : null };
    }

    private static string Clock(TimeOnly time) => time.ToString("HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    private static IResult Json(object value) => Results.Json(value, JsonText.Options);

    private IChannel Find(string id) => registry.Find(id) ?? throw new ProblemException(Problem.NotFound("channel", id));

    /// <summary>Null when the test message was accepted.</summary>
    private async Task<(Problem Problem, SendOutcome? Outcome)?> TryAsync(IChannel kind, Secret key, ChannelLanguage language, CancellationToken cancellationToken)
    {
        if (await pace.TakeAsync(kind, cancellationToken) is not { } taken)
        {
            var state = await pace.ReadAsync(kind.Id, cancellationToken);
            var full = new SendOutcome(SendClass.Throttled, "the messages of this minute are used up", "Try again in a minute.", state.Until(kind.Limit.Calls, time.GetUtcNow(), kind.Limit));
            return (ToProblem(full), full);
        }

        var outcome = await kind.SendAsync(key, kind.Render(Greeting.In(language))[0], cancellationToken);
        var sent = outcome.Class == SendClass.Sent;
        await pace.SettleAsync(kind.Id, taken, (state, now) => sent ? state with { LastSentAt = now, NotBefore = null, Failures = 0 } : state, cancellationToken);
        return sent ? null : (ToProblem(outcome), outcome);
    }

    private async Task<IResult> ConnectedAsync(Channel channel, CancellationToken cancellationToken)
    {
        await channels.SaveAsync(channel, cancellationToken);
        await work.WakeAsync(channel.Id, TimeSpan.Zero, cancellationToken);
        return Json(await ViewAsync(channel, cancellationToken));
    }

    private async Task<object> ViewAsync(Channel channel, CancellationToken cancellationToken)
    {
        var (waiting, parked) = await outbox.CountAsync(channel.Id, cancellationToken);
        var state = await pace.ReadAsync(channel.Id, cancellationToken);
        var silence = channel.Silence is { } hours ? new { From = Clock(hours.From), To = Clock(hours.To), hours.TimeZone } : null;
        return new { channel.Id, channel.Status, channel.Reason, channel.Language, Silence = silence, channel.ConnectedAt, state.LastSentAt, Waiting = waiting, Parked = parked };
    }
}
