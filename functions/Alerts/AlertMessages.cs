using System.Globalization;
using StoreClaw.Notifications;
using StoreClaw.Reports;

namespace StoreClaw.Alerts;

/// <summary>An alert as the group reads it: what is the matter, where and since when, what to do.</summary>
internal static class AlertMessages
{
    private const int NameBytes = 72;

    /// <param name="store">Its name; null where the alert is about none.</param>
    public static Notice Notice(Alert alert, string? store)
    {
        var telling = alert.State == AlertState.Closed ? "over" : alert.Told.ToString(CultureInfo.InvariantCulture);
        var name = store is null ? "StoreClaw" : ReadableText.Cut(store, NameBytes);
        var cause = string.Join('|', new[] { Alert.KindName(alert.Kind), name, ReadableText.Cut(alert.About, NameBytes) }.Where(static part => part.Length > 0));
        return new Notice(
            string.Create(CultureInfo.InvariantCulture, $"alert|{alert.Id}|{alert.FirstSeen.UtcTicks}|{telling}"),
            cause,
            alert.State == AlertState.Closed ? Urgency.Info : alert.Severity,
            new LocalizedMessage(English(alert, name), Chinese(alert, name)));
    }

    private static ChannelMessage English(Alert alert, string name)
    {
        var since = $"{name} · since {Time(alert.FirstSeen)} UTC{(alert.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" · seen {alert.Count} times") : "")}";
        return alert.State == AlertState.Closed
            ? new ChannelMessage(alert.Ending?.English ?? $"Over: {alert.Cause.English}", [Muted($"{name} · {Time(alert.FirstSeen)} to {Time(alert.ClosedAt!.Value)} UTC")])
            : new ChannelMessage($"{Prefix(alert, "Still: ", "Worse: ")}{alert.Cause.English}", [Muted(since), .. Advice(alert.Advice.English)]);
    }

    private static ChannelMessage Chinese(Alert alert, string name)
    {
        var since = $"{name} · 自 {Time(alert.FirstSeen)} UTC{(alert.Count > 1 ? string.Create(CultureInfo.InvariantCulture, $" · 已出现 {alert.Count} 次") : "")}";
        return alert.State == AlertState.Closed
            ? new ChannelMessage(alert.Ending?.Chinese ?? $"已解除：{alert.Cause.Chinese}", [Muted($"{name} · {Time(alert.FirstSeen)} 至 {Time(alert.ClosedAt!.Value)} UTC")])
            : new ChannelMessage($"{Prefix(alert, "仍然：", "加重：")}{alert.Cause.Chinese}", [Muted(since), .. Advice(alert.Advice.Chinese)]);
    }

    private static string Prefix(Alert alert, string still, string worse) => alert.Told == 0 ? "" : alert.Severity > alert.ToldSeverity ? worse : still;

    private static MessageLine Muted(string text) => MessageLine.Text(new Span(text, Tone.Muted));

    private static IEnumerable<MessageLine> Advice(string text) => text.Length == 0 ? [] : [MessageLine.Text(new Span(text))];

    private static string Time(DateTimeOffset instant) => instant.UtcDateTime.ToString("MM-dd HH:mm", CultureInfo.InvariantCulture);
}
