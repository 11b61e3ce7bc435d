using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace StoreClaw.Notifications.WeCom;

/// <summary>A message breaks one of WeCom's documented limits; nothing was sent.</summary>
public sealed class WeComLimitException(string message) : Exception(message);

/// <summary>What a group robot can send. The properties are the members of WeCom's JSON.</summary>
public abstract record WeComMessage
{
    /// <summary>WeCom's msgtype.</summary>
    [JsonIgnore]
    public abstract string Type { get; }

    /// <exception cref="WeComLimitException">Says which limit, and by how much.</exception>
    public abstract void Validate();
}

/// <summary>Plain text; the only form that alerts people.</summary>
public sealed record WeComText(string Content) : WeComMessage
{
    public const int Limit = 2048;

    public override string Type => "text";

    /// <summary>User ids, or @all.</summary>
    public IReadOnlyList<string>? MentionedList { get; init; }

    /// <summary>Mobile numbers, or @all.</summary>
    public IReadOnlyList<string>? MentionedMobileList { get; init; }

    public override void Validate() => WeComLimits.Content("text.content", Content, Limit);
}

/// <summary>Headings, bold, links, quotes, inline code and three font colours; no lists, tables or images.</summary>
public sealed record WeComMarkdown(string Content) : WeComMessage
{
    public const int Limit = 4096;

    public override string Type => "markdown";

    public override void Validate() => WeComLimits.Content("markdown.content", Content, Limit);
}

/// <summary>Lists, tables and code as well, but no colours and no mentions; clients before 4.1.36 show the source.</summary>
public sealed record WeComMarkdownV2(string Content) : WeComMessage
{
    public override string Type => "markdown_v2";

    public override void Validate() => WeComLimits.Content("markdown_v2.content", Content, WeComMarkdown.Limit);
}

/// <summary>A JPG or PNG of up to 2 MB.</summary>
public sealed record WeComImage : WeComMessage
{
    private const int Limit = 2 * 1024 * 1024;

    private readonly byte[] _bytes;

    public WeComImage(ReadOnlySpan<byte> bytes) => _bytes = bytes.ToArray();

    public override string Type => "image";

    public string Base64 => Convert.ToBase64String(_bytes);

    /// <summary>Of the bytes, not of their base64 text.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "WeCom's checksum; nothing is protected by it.")]
    public string Md5 => Convert.ToHexStringLower(MD5.HashData(_bytes));

    public override void Validate()
    {
        WeComLimits.Most("image", _bytes.Length, Limit, "bytes");
        ReadOnlySpan<byte> png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];
        ReadOnlySpan<byte> jpg = [0xFF, 0xD8, 0xFF];
        WeComLimits.Require(_bytes.AsSpan().StartsWith(png) || _bytes.AsSpan().StartsWith(jpg), "image is neither a JPG nor a PNG.");
    }
}

/// <param name="Url">Where a tap leads; http or https.</param>
public sealed record WeComArticle(string Title, string Url)
{
    public string? Description { get; init; }

    [JsonPropertyName("picurl")]
    public string? PictureUrl { get; init; }
}

/// <summary>One to eight cards with a picture.</summary>
public sealed record WeComNews(IReadOnlyList<WeComArticle> Articles) : WeComMessage
{
    private const int MostArticles = 8;
    private const int TitleLimit = 128;
    private const int DescriptionLimit = 512;

    public override string Type => "news";

    public override void Validate()
    {
        WeComLimits.Require(Articles.Count > 0, "news.articles is empty; WeCom takes 1 to 8.");
        WeComLimits.Most("news.articles", Articles.Count, MostArticles, "articles");
        foreach (var article in Articles)
        {
            // Longer ones are cut without a word.
            WeComLimits.Content("news.articles.title", article.Title, TitleLimit);
            WeComLimits.Bytes("news.articles.description", article.Description, DescriptionLimit);
            WeComLimits.Url("news.articles.url", article.Url);
        }
    }
}

/// <param name="MediaId">Of an upload by the same robot in the last three days.</param>
public sealed record WeComFile(string MediaId) : WeComMessage
{
    public override string Type => "file";

    public override void Validate() => WeComLimits.Present("file.media_id", MediaId);
}

internal static class WeComLimits
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    /// <exception cref="WeComLimitException">The text is empty, no valid text, or too long.</exception>
    public static void Content(string field, string text, int limit)
    {
        Present(field, text);
        Bytes(field, text, limit);
    }

    public static void Present(string field, string? text) => Require(!string.IsNullOrWhiteSpace(text), $"{field} is empty.");

    public static void Bytes(string field, string? text, int limit)
    {
        try
        {
            Most(field, Strict.GetByteCount(text ?? ""), limit, "bytes of UTF-8");
        }
        catch (EncoderFallbackException)
        {
            throw new WeComLimitException($"{field} holds half a character.");
        }
    }

    public static void Most(string field, int count, int limit, string unit) => Require(count <= limit, $"{field} has {count} {unit}; WeCom takes {limit}.");

    public static void Url(string field, string? url) => Require(
        Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "http" or "https", $"{field} is not an http or https address.");

    public static void Require(bool holds, string otherwise)
    {
        if (!holds)
        {
            throw new WeComLimitException(otherwise);
        }
    }
}
