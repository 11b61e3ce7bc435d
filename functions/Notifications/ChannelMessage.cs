namespace StoreClaw.Notifications;

/// <summary>How soon the team must know.</summary>
public enum Urgency
{
    /// <summary>May wait for the morning.</summary>
    Info,
    Warning,
    Critical,
}

/// <summary>How a piece of text reads: good, muted, bad.</summary>
public enum Tone
{
    None,
    Good,
    Muted,
    Bad,
}

/// <param name="Url">Makes the span a link.</param>
public sealed record Span(string Text, Tone Tone = Tone.None, bool Bold = false, Uri? Url = null);

public enum LineKind
{
    Text,
    Heading,
    Quote,
}

public sealed record MessageLine(LineKind Kind, IReadOnlyList<Span> Spans)
{
    public static MessageLine Text(params IReadOnlyList<Span> spans) => new(LineKind.Text, spans);

    public static MessageLine Heading(string text) => new(LineKind.Heading, [new Span(text)]);

    public static MessageLine Quote(params IReadOnlyList<Span> spans) => new(LineKind.Quote, spans);
}

/// <summary>What the team is told, free of any channel's markup; a channel renders it within its own limits. Text in it is not escaped.</summary>
/// <param name="Lines">In order, most important first: a channel that must cut cuts at the end.</param>
public sealed record ChannelMessage(string Title, IReadOnlyList<MessageLine> Lines);

/// <summary>A message in each language a channel may be set to (English and Chinese).</summary>
public sealed record LocalizedMessage(ChannelMessage English, ChannelMessage Chinese);

/// <summary>One thing to tell.</summary>
/// <param name="Key">Names it for ever: the same key is told once per channel, however often it is queued.</param>
/// <param name="Cause">What it is about; in a storm, notices of one cause merge into one line of a digest.</param>
public sealed record Notice(string Key, string Cause, Urgency Urgency, LocalizedMessage Message)
{
    /// <summary>Says more than its title: merged with others only where the channel takes no more messages.</summary>
    public bool Whole { get; init; }
}

/// <summary>The way to the team, for everyone who has something to say.</summary>
public interface INotifier
{
    /// <summary>Stores the notice for each channel (all connected ones when <paramref name="channels"/> is null) and returns; telling comes later. Safe to repeat.</summary>
    Task NotifyAsync(Notice notice, IReadOnlyList<string>? channels, CancellationToken cancellationToken);
}
