using System.Globalization;

namespace StoreClaw.Notifications;

/// <summary>Many notices as one message: every cause with how often and when, the most urgent first.</summary>
public static class Digest
{
    public static ChannelMessage Compose(IReadOnlyList<WaitingNotice> notices, ChannelLanguage language)
    {
        var causes = notices
            .GroupBy(static notice => notice.Cause, StringComparer.Ordinal)
            .Select(static cause => cause.OrderBy(static notice => notice.At).ToList())
            .OrderByDescending(static cause => cause.Max(static notice => notice.Urgency))
            .ThenBy(static cause => cause[0].At)
            .ToList();
        var title = language == ChannelLanguage.Zh ? $"{notices.Count} 条通知，{causes.Count} 个原因" : $"{notices.Count} notices, {causes.Count} {(causes.Count == 1 ? "cause" : "causes")}";
        return new ChannelMessage(title, [.. causes.SelectMany(cause => Lines(cause, language))]);
    }

    private static IEnumerable<MessageLine> Lines(List<WaitingNotice> cause, ChannelLanguage language)
    {
        var (first, last) = (cause[0], cause[^1]);
        var critical = cause.Exists(static notice => notice.Urgency == Urgency.Critical);
        yield return MessageLine.Text(
            new Span(language == ChannelLanguage.Zh ? last.Chinese : last.English, critical ? Tone.Bad : Tone.None, Bold: true),
            new Span(string.Create(CultureInfo.InvariantCulture, $" ×{cause.Count}")));
        yield return MessageLine.Quote(new Span($"{first.Cause.Replace("|", " · ", StringComparison.Ordinal)} · {Period(first.At, last.At)} UTC", Tone.Muted));
    }

    private static string Period(DateTimeOffset first, DateTimeOffset last)
    {
        var from = first.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);
        var to = last.UtcDateTime.ToString(first.UtcDateTime.Date == last.UtcDateTime.Date ? "HH:mm" : "MM-dd HH:mm", CultureInfo.InvariantCulture);
        return from.EndsWith(to, StringComparison.Ordinal) ? from : $"{from} – {to}";
    }
}
