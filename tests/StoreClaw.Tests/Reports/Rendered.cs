using System.Xml.Linq;
using StoreClaw.Notifications;

namespace StoreClaw.Tests.Reports;

/// <summary>What must hold for every report as it is read, whatever texts a platform hands over.</summary>
internal static class Rendered
{
    /// <summary>A title that would do harm wherever it is not taken for mere text.</summary>
    public const string Hostile = "<script>alert(1)</script>\"'&|`*_[x](javascript:alert(2))\r\n<@all> \u202e\0 \ud83d";

    /// <summary>The message's lines as a test writes them: # before a heading, &gt; before a quote, links in brackets.</summary>
    public static string Text(ChannelMessage message) =>
        string.Join('\n', message.Lines.Select(static line => Prefix(line.Kind) + string.Concat(line.Spans.Select(static span => span.Url is null ? span.Text : $"[{span.Text}]"))).Prepend(message.Title));

    /// <summary>Well-formed, readable in the dark, loads nothing, and shows <see cref="Hostile"/> as text.</summary>
    public static void AssertHarmlessPage(string html)
    {
        Assert.DoesNotContain("<script", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("src=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("href=", html, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", html, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("&lt;script&gt;alert(1)&lt;/script&gt;", html, StringComparison.Ordinal);
        Assert.Contains("prefers-color-scheme: dark", html, StringComparison.Ordinal);
        AssertWellFormed(html);
    }

    /// <summary>No markup but its own, and as many cells in every row of a table.</summary>
    public static void AssertHarmlessMarkdown(string markdown)
    {
        Assert.DoesNotContain("<script", markdown, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("](javascript", markdown.Replace("\\]", "", StringComparison.Ordinal), StringComparison.Ordinal);
        foreach (var table in markdown.Split("## ").Skip(1))
        {
            var rows = table.Split('\n').Where(static line => line.StartsWith('|')).Select(static row => row.Replace("\\|", "", StringComparison.Ordinal).Count(static c => c == '|')).Distinct();
            Assert.InRange(rows.Count(), 0, 1);
        }
    }

    // Apart from its doctype, void tags and character references the page is XML.
    private static void AssertWellFormed(string html)
    {
        var xml = html.Replace("<!DOCTYPE html>", "", StringComparison.Ordinal);
        foreach (var tag in new[] { "<meta charset=\"utf-8\">", "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">", "<meta name=\"robots\" content=\"noindex\">" })
        {
            Assert.Contains(tag, xml, StringComparison.Ordinal);
            xml = xml.Replace(tag, "", StringComparison.Ordinal);
        }

        Assert.Equal("html", XDocument.Parse(xml).Root!.Name.LocalName);
    }

    private static string Prefix(LineKind kind) => kind switch { LineKind.Heading => "# ", LineKind.Quote => "> ", _ => "" };
}
