using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Common;

namespace StoreClaw.Notifications.WeCom;

/// <summary>The group robot of WeCom (企业微信消息推送), one group.</summary>
public sealed partial class WeComChannel(WeComClient client) : IChannel
{
    private const string Host = "qyapi.weixin.qq.com";
    private const string Path = "/cgi-bin/webhook/send";
    private const string Markdown = "markdown";
    private const string Text = "text";

    public string Id => "wecom";

    /// <summary>20 a minute; the two seconds are for clocks of processes that differ.</summary>
    public SendLimit Limit { get; } = new(20, TimeSpan.FromSeconds(62), Kept: 4);

    /// <summary>A full address or a bare key.</summary>
    public Secret ReadAddress(string pasted)
    {
        var text = pasted.Trim();
        var key = text.Contains("://", StringComparison.Ordinal) ? KeyOf(text) : text;
        return Key().IsMatch(key) ? new Secret(key) : throw Refused("The key has 36 characters in the form 8-4-4-4-12. Copy the whole address from the robot's page in WeCom.");
    }

    public IReadOnlyList<RenderedPart> Render(ChannelMessage message) => [.. WeComRenderer.Render(message).Select(static part => new RenderedPart(Markdown, part))];

    public IReadOnlyList<RenderedPart> Simplify(RenderedPart part) =>
        part.Form == Markdown ? [.. WeComRenderer.ToPlain(part.Text).Select(static text => new RenderedPart(Text, text))] : [];

    public RenderedPart MarkRepeat(RenderedPart part, ChannelLanguage language)
    {
        var mark = language == ChannelLanguage.Zh ? "（重发）" : "(repeat)";
        return part with { Text = (part.Form == Markdown ? $"<font color=\"comment\">{mark}</font>\n" : $"{mark}\n") + part.Text };
    }

    public async Task<SendOutcome> SendAsync(Secret key, RenderedPart part, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync(key, part.Form == Markdown ? new WeComMarkdown(part.Text) : new WeComText(part.Text), cancellationToken);
        }
        catch (WeComLimitException limit)
        {
            return new SendOutcome(SendClass.Invalid, limit.Message, "WeCom does not take this content.");
        }
    }

    public Task<SendOutcome> ProbeAsync(Secret key, CancellationToken cancellationToken) => client.ProbeAsync(key, cancellationToken);

    private static ProblemException Refused(string message) => new(Problem.Invalid("webhookUrl", message));

    /// <summary>This exact host and path, so that nobody makes StoreClaw call something else.</summary>
    private string KeyOf(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.AbsolutePath != Path || url.UserInfo.Length > 0 || !(IsWeCom(url) || IsStandIn(url)))
        {
            throw Refused($"Give the address of a WeCom group robot: https://{Host}{Path}?key=... It is on the robot's page in WeCom.");
        }

        return QueryHelpers.ParseQuery(url.Query).TryGetValue("key", out var key) ? key.ToString() : "";
    }

    private static bool IsWeCom(Uri url) => url.Scheme == Uri.UriSchemeHttps && url.Host == Host && url.IsDefaultPort;

    private bool IsStandIn(Uri url) => client.StandIn is { } standIn && url.Scheme == standIn.Scheme && url.Authority == standIn.Authority;

    /// <summary>Not a strict UUID: keys with letters beyond f are seen.</summary>
    [GeneratedRegex(@"\A[0-9A-Za-z]{8}(-[0-9A-Za-z]{4}){3}-[0-9A-Za-z]{12}\z")]
    private static partial Regex Key();
}
