namespace StoreClaw.Sandbox.WeCom;

/// <summary>A message as the members of the group have it.</summary>
/// <param name="Number">1 for the first message of the platform, then counted up.</param>
/// <param name="Robot">The robot's name as the group shows it.</param>
/// <param name="SentAt">When the platform accepted it, UTC.</param>
/// <param name="Type">The msgtype it was sent as.</param>
public sealed record GroupMessage(int Number, string Robot, DateTimeOffset SentAt, string Type, GroupContent Content)
{
    /// <summary>All its words, one part a line; what a test looks into.</summary>
    public string Text => Content.Text;
}

public abstract record GroupContent
{
    public abstract string Text { get; }

    protected static string Lines(params IEnumerable<string?> parts) => string.Join('\n', parts.Where(part => !string.IsNullOrEmpty(part)));
}

/// <param name="Mentioned">User ids and mobile numbers that are alerted; <c>@all</c> for everybody.</param>
public sealed record TextContent(string Words, IReadOnlyList<string> Mentioned) : GroupContent
{
    public override string Text => Words;
}

/// <param name="Version">1 for <c>markdown</c>, 2 for <c>markdown_v2</c>.</param>
public sealed record MarkdownContent(string Source, int Version) : GroupContent
{
    public override string Text => Source;
}

/// <param name="Format"><c>png</c> or <c>jpg</c>.</param>
public sealed record ImageContent(byte[] Bytes, string Format) : GroupContent
{
    public override string Text => "";
}

/// <param name="Kind"><c>file</c> or <c>voice</c>.</param>
public sealed record FileContent(string Name, long Length, string Kind) : GroupContent
{
    public override string Text => Name;
}

/// <summary>Titles and descriptions are what is left of them after the platform's silent cut.</summary>
public sealed record NewsArticle(string Title, string? Description, string Url, string? PictureUrl);

public sealed record NewsContent(IReadOnlyList<NewsArticle> Articles) : GroupContent
{
    public override string Text => Lines(Articles.SelectMany(article => new[] { article.Title, article.Description }));
}

/// <summary>A label with its value, or a title with its description.</summary>
public sealed record CardRow(string Name, string? Value, string? Url);

public sealed record CardContent : GroupContent
{
    public required string CardType { get; init; }

    public string? Source { get; init; }

    public string? Title { get; init; }

    public string? Description { get; init; }

    public CardRow? Emphasis { get; init; }

    public string? SubTitle { get; init; }

    public CardRow? Quote { get; init; }

    public string? ImageUrl { get; init; }

    public CardRow? ImageText { get; init; }

    public IReadOnlyList<CardRow> Paragraphs { get; init; } = [];

    public IReadOnlyList<CardRow> Rows { get; init; } = [];

    public IReadOnlyList<CardRow> Jumps { get; init; } = [];

    /// <summary>Where a tap on the card leads; null for a mini program.</summary>
    public string? ActionUrl { get; init; }

    public override string Text => Lines(
        [
            Source, Title, Description, Emphasis?.Name, Emphasis?.Value, SubTitle, Quote?.Name, Quote?.Value, ImageText?.Name, ImageText?.Value,
            .. Paragraphs.Concat(Rows).Select(row => $"{row.Name} {row.Value}"), .. Jumps.Select(jump => jump.Name),
        ]);
}
