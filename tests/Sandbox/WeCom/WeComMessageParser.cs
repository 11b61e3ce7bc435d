using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>An answer other than success.</summary>
/// <param name="Code">The errcode.</param>
/// <param name="Text">The errmsg before the hint.</param>
internal sealed record WeComRefusal(int Code, string Text)
{
    public static WeComRefusal Missing(string field) => Invalid($"missing field `{field}`");

    public static WeComRefusal Invalid(string what) => new(40058, $"{what}. invalid Request Parameter");
}

/// <param name="Content">Null when refused.</param>
/// <param name="Repaired">The body was not proper JSON, or had members of a wrong type.</param>
/// <param name="Losses">What was accepted but silently cut.</param>
internal sealed record WeComParsed(string Type, GroupContent? Content, WeComRefusal? Refusal, bool Repaired, IReadOnlyList<string> Losses);

/// <summary>Judges the body of a send as the platform does and turns it into what the group sees.</summary>
/// <param name="media">Finds what the same robot uploaded and is still alive.</param>
internal sealed class WeComMessageParser(WeComOptions options, Func<string, FileContent?> media)
{
    private const int ImageLimit = 2 * 1024 * 1024;
    private const int Articles = 8;
    private const int ArticleTitle = 128;
    private const int ArticleDescription = 512;

    private static readonly UTF8Encoding StrictUtf8 = new(false, true);

    private readonly WeComRepairs _repairs = new();
    private readonly List<string> _losses = [];
    private string _type = "";

    public WeComParsed Parse(byte[] body)
    {
        var (content, refusal) = Read(body);
        return new WeComParsed(_type, content, refusal, _repairs.Made, _losses);
    }

    private (GroupContent? Content, WeComRefusal? Refusal) Read(byte[] body)
    {
        try
        {
            var text = StrictUtf8.GetString(body);
            if (options.RefuseEscapes && text.Contains("\\u", StringComparison.Ordinal))
            {
                return Refuse(40033, "invalid charset");
            }

            // A byte order mark makes the body something other than JSON: the msgtype is not found.
            using var document = body.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? null : Load(text);
            return document?.RootElement.ValueKind == JsonValueKind.Object
                ? Read(new WeComFields(document.RootElement, "", _repairs))
                : Unreadable();
        }
        catch (Exception error) when (error is DecoderFallbackException or InvalidOperationException)
        {
            // Bytes that are no UTF-8, or half a surrogate pair in an escape.
            return Refuse(40033, "invalid charset");
        }
    }

    private JsonDocument? Load(string text)
    {
        try
        {
            return JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            _repairs.Made = true;
        }

        try
        {
            return JsonDocument.Parse(text, new JsonDocumentOptions { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private (GroupContent?, WeComRefusal?) Unreadable()
    {
        _repairs.Made = true;
        return Refuse(40008, "invalid message type");
    }

    private (GroupContent?, WeComRefusal?) Read(WeComFields message)
    {
        _type = message.Text("msgtype") ?? "";
        var part = message.Object(_type);
        return _type switch
        {
            "text" => ReadText(part),
            "markdown" => ReadMarkdown(part, 1),
            "markdown_v2" => ReadMarkdown(part, 2),
            "image" => ReadImage(part),
            "news" => ReadNews(part),
            "file" or "voice" => ReadFile(part),
            "template_card" => part is null ? Refuse(WeComRefusal.Missing("template_card")) : new WeComCardParser(options, media).Read(part),
            _ => Refuse(40008, "invalid message type"),
        };
    }

    private (GroupContent?, WeComRefusal?) ReadText(WeComFields? part)
    {
        var content = part?.Text("content");
        return Words(content, options.TextLimit) is { } refusal
            ? (null, refusal)
            : (new TextContent(content!, [.. part!.Texts("mentioned_list"), .. part.Texts("mentioned_mobile_list")]), null);
    }

    private (GroupContent?, WeComRefusal?) ReadMarkdown(WeComFields? part, int version)
    {
        var content = part?.Text("content");
        return Words(content, options.MarkdownLimit) is { } refusal ? (null, refusal) : (new MarkdownContent(content!, version), null);
    }

    private WeComRefusal? Words(string? content, int limit)
    {
        if (string.IsNullOrWhiteSpace(content))
        {
            return new WeComRefusal(44004, "empty content");
        }

        return Encoding.UTF8.GetByteCount(content) > limit ? WeComRefusal.Invalid($"{_type}.content exceed max length {limit}") : null;
    }

    private static (GroupContent?, WeComRefusal?) ReadImage(WeComFields? part)
    {
        if (part?.Text("base64") is not { Length: > 0 } base64)
        {
            return Refuse(WeComRefusal.Missing("image.base64"));
        }

        if (part.Text("md5") is not { Length: > 0 } md5)
        {
            return Refuse(WeComRefusal.Missing("image.md5"));
        }

        if (Decode(base64) is not { } bytes)
        {
            return Refuse(40035, "invalid parameter image.base64");
        }

        if (bytes.Length > ImageLimit)
        {
            return Refuse(40009, "invalid image size");
        }

        if (Format(bytes) is not { } format)
        {
            return Refuse(40123, "invalid image format");
        }

        return Convert.ToHexStringLower(MD5.HashData(bytes)) == md5
            ? (new ImageContent(bytes, format), null)
            : Refuse(301019, "media md5 not match");
    }

    private static byte[]? Decode(string base64)
    {
        // Convert.FromBase64String skips blanks and line ends; the platform does not.
        var bytes = new byte[base64.Length];
        return !base64.Any(char.IsWhiteSpace) && Convert.TryFromBase64String(base64, bytes, out var length) ? bytes[..length] : null;
    }

    private static string? Format(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]))
        {
            return "png";
        }

        return bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "jpg" : null;
    }

    private (GroupContent?, WeComRefusal?) ReadNews(WeComFields? part)
    {
        if (part?.Objects("articles") is not { Count: > 0 } articles)
        {
            return Refuse(WeComRefusal.Missing("news.articles"));
        }

        if (articles.Count > Articles)
        {
            return Refuse(45008, "article count out of limit");
        }

        var refusal = articles.Select(Judge).FirstOrDefault(found => found is not null);
        return refusal is null ? (new NewsContent([.. articles.Select(ReadArticle)]), null) : (null, refusal);
    }

    private WeComRefusal? Judge(WeComFields article)
    {
        if (!article.Has("title"))
        {
            return new WeComRefusal(41016, "missing title");
        }

        return article.Has("url") ? WeComUrls.Judge(options, article.Text("url")) : WeComRefusal.Missing(article.Path("url"));
    }

    private NewsArticle ReadArticle(WeComFields article) => new(
        Cut(article.Text("title")!, ArticleTitle, article.Path("title")),
        article.Text("description") is { } description ? Cut(description, ArticleDescription, article.Path("description")) : null,
        article.Text("url")!,
        article.Text("picurl"));

    private string Cut(string text, int limit, string field)
    {
        if (Encoding.UTF8.GetByteCount(text) <= limit)
        {
            return text;
        }

        _losses.Add($"{field} was cut to {limit} bytes");
        var kept = new StringBuilder();
        var bytes = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > limit)
            {
                break;
            }

            kept.Append(rune);
        }

        return kept.ToString();
    }

    private (GroupContent?, WeComRefusal?) ReadFile(WeComFields? part)
    {
        if (part?.Text("media_id") is not { Length: > 0 } id)
        {
            return Refuse(41006, "missing media_id");
        }

        return media(id) is { } file && file.Kind == _type ? (file, null) : Refuse(40007, "invalid media_id");
    }

    private static (GroupContent?, WeComRefusal?) Refuse(int code, string text) => Refuse(new WeComRefusal(code, text));

    private static (GroupContent?, WeComRefusal?) Refuse(WeComRefusal refusal) => (null, refusal);
}

internal static class WeComUrls
{
    public static WeComRefusal? Judge(WeComOptions options, string? url) =>
        options.UrlsNeedScheme
        && !(url ?? "").StartsWith("http://", StringComparison.OrdinalIgnoreCase)
        && !(url ?? "").StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            ? new WeComRefusal(45034, "url need http:// or https://")
            : null;
}
