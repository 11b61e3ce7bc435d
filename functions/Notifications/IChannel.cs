using StoreClaw.Common;

namespace StoreClaw.Notifications;

/// <summary>A kind of channel: how its messages look, how they are sent and what its answers mean. Knows nothing of what waits or why.</summary>
public interface IChannel
{
    /// <summary>In addresses, settings and rows: "wecom".</summary>
    string Id { get; }

    SendLimit Limit { get; }

    /// <summary>The credential in what the user pasted.</summary>
    /// <exception cref="ProblemException">It is none of this kind; says what to give, and nothing of what was given.</exception>
    Secret ReadAddress(string pasted);

    /// <summary>The message in parts that the channel takes, each with room for the mark of a repeat.</summary>
    IReadOnlyList<RenderedPart> Render(ChannelMessage message);

    /// <summary>What to send in place of a part that was refused; nothing when there is no simpler form.</summary>
    IReadOnlyList<RenderedPart> Simplify(RenderedPart part);

    /// <summary>The part as it is sent when it may be in the group already.</summary>
    RenderedPart MarkRepeat(RenderedPart part, ChannelLanguage language);

    /// <summary>One call, never repeated. Throws nothing but for the caller's own cancellation.</summary>
    Task<SendOutcome> SendAsync(Secret key, RenderedPart part, CancellationToken cancellationToken);

    /// <summary>One call that posts nothing and shows whether the channel answers.</summary>
    Task<SendOutcome> ProbeAsync(Secret key, CancellationToken cancellationToken);
}

/// <param name="Calls">Calls in a window, over all processes; failed ones count.</param>
/// <param name="Kept">How many of them only critical notices use, so that those never wait behind the rest.</param>
public sealed record SendLimit(int Calls, TimeSpan Window, int Kept);

/// <param name="Form">The channel's own word for the kind of message.</param>
public sealed record RenderedPart(string Form, string Text);

public enum SendClass
{
    Sent,

    /// <summary>The platform is busy: a few repeats.</summary>
    Busy,

    Throttled,

    /// <summary>The key no longer works; only the user can help.</summary>
    CredentialDead,

    /// <summary>This content is not taken.</summary>
    Invalid,

    /// <summary>The request is not what the platform expects.</summary>
    OurBug,

    NotAllowed,

    /// <summary>A refusal of unknown meaning.</summary>
    Permanent,

    /// <summary>The platform failed without taking the message.</summary>
    PlatformFault,

    /// <summary>The platform saw nothing of the message.</summary>
    NotReached,

    /// <summary>No answer: the message may be in the group or not.</summary>
    Unknown,
}

/// <param name="Cause">What happened, with the platform's code; free of addresses and keys.</param>
/// <param name="Remedy">A sentence for the user.</param>
/// <param name="Wait">How long to leave the channel alone, where the class says.</param>
public sealed record SendOutcome(SendClass Class, string Cause, string Remedy, TimeSpan Wait = default);

/// <summary>The kinds of channels, in one explicit list.</summary>
public sealed class ChannelRegistry(IReadOnlyList<IChannel> kinds)
{
    /// <summary>Null when there is none of that id.</summary>
    public IChannel? Find(string id) => kinds.FirstOrDefault(kind => kind.Id == id);
}
