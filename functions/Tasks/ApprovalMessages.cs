using System.Globalization;
using StoreClaw.Approvals;
using StoreClaw.Common;
using StoreClaw.Notifications;
using StoreClaw.Reports;

namespace StoreClaw.Tasks;

/// <summary>What the team is told of what a task wants to change, and of what became of it.</summary>
internal static class ApprovalMessages
{
    private const int MostActions = 10;
    private const int NameBytes = 90;
    private const int StoreBytes = 40;
    private const int SkuBytes = 40;
    private const int TitleBytes = 48;
    private const int AnswerBytes = 120;

    /// <param name="names">The stores' names by connection.</param>
    public static LocalizedMessage Ask(ScheduledTask task, Approval approval, IReadOnlyDictionary<string, string> names, Uri? report)
    {
        var name = ReadableText.Cut(task.Name, NameBytes);
        var until = (WallClock.TryFindZone(task.TimeZone, out var zone) ? zone.LocalTime(approval.ExpiresAt) : approval.ExpiresAt.UtcDateTime).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var (count, more) = (approval.Actions.Count, approval.Actions.Count - MostActions);
        IReadOnlyList<MessageLine> actions = [.. approval.Actions.Take(MostActions).Select(action => Line(action, names))];
        var how = $"POST /api/approvals/{approval.Id}";
        var body = $"{{\"decision\": \"approve\", \"by\": \"…\", \"hash\": \"{approval.Hash}\"}}";
        return new LocalizedMessage(
            new ChannelMessage(
                $"Approval needed: {name}",
                [
                    Text($"{Number(count)} stock {(count == 1 ? "change is" : "changes are")} proposed. Nothing has been changed yet."),
                    .. actions,
                    .. more > 0 ? [Muted($"{Number(more)} more in the full report.")] : Array.Empty<MessageLine>(),
                    Text($"Approve or refuse until {until} ({task.TimeZone}); without a word nothing is changed."),
                    .. Link(report, "Full report"),
                    Muted(how),
                    Muted(body),
                ]),
            new ChannelMessage(
                $"待审批：{name}",
                [
                    Text($"建议修改 {Number(count)} 项库存，目前尚未做任何更改。"),
                    .. actions,
                    .. more > 0 ? [Muted($"另有 {Number(more)} 项，见完整报告。")] : Array.Empty<MessageLine>(),
                    Text($"请在 {until}（{task.TimeZone}）之前批准或拒绝；逾期未处理则不做更改。"),
                    .. Link(report, "查看完整报告"),
                    Muted(how),
                    Muted(body),
                ]));
    }

    public static LocalizedMessage Outcome(ScheduledTask task, Approval approval, IReadOnlyDictionary<string, string> names)
    {
        var name = ReadableText.Cut(task.Name, NameBytes);
        var by = ReadableText.Cut(approval.By ?? "", NameBytes);
        var (count, done) = (approval.Actions.Count, approval.Results.Count(static result => result.Outcome == ActionOutcome.Done));
        var again = Muted($"POST /api/tasks/{task.Id}/run");
        IReadOnlyList<MessageLine> undone = [.. approval.Results.Where(static result => result.Outcome != ActionOutcome.Done).Take(MostActions).Select(result => Line(approval.Actions[result.Action], result, names))];
        var (english, chinese, lines) = approval.State switch
        {
            ApprovalState.Done => ($"Done: {name}", $"已完成：{name}", (Text($"All {Number(count)} changes were made. Approved by {by}."), Text($"{Number(count)} 项更改已全部完成，批准人：{by}。"))),
            ApprovalState.Refused => ($"Refused: {name}", $"已拒绝：{name}", (Text($"{by} refused. Nothing was changed."), Text($"{by} 已拒绝，未做任何更改。"))),
            ApprovalState.Expired => ($"Not approved: {name}", $"未获批准：{name}", (Text("Nobody approved it in time. Nothing was changed."), Text("逾期无人批准，未做任何更改。"))),
            _ => ($"Not all done: {name}", $"未全部完成：{name}", (Text($"{Number(done)} of {Number(count)} changes were made. Approved by {by}."), Text($"{Number(count)} 项更改中完成了 {Number(done)} 项，批准人：{by}。"))),
        };
        var whole = approval.State is ApprovalState.Done or ApprovalState.Refused;
        return new LocalizedMessage(
            new ChannelMessage(english, [lines.Item1, .. undone, .. whole ? Array.Empty<MessageLine>() : [Muted("For a new proposal:"), again]]),
            new ChannelMessage(chinese, [lines.Item2, .. undone, .. whole ? Array.Empty<MessageLine>() : [Muted("重新生成建议："), again]]));
    }

    private static MessageLine Line(ApprovalAction action, IReadOnlyDictionary<string, string> names) =>
        MessageLine.Text(new Span($"{Store(action, names)} · {Article(action)}: "), new Span($"{Figures.Read(action.From)} → {Figures.Read(action.To)}", Bold: true));

    private static MessageLine Line(ApprovalAction action, ActionResult result, IReadOnlyDictionary<string, string> names) =>
        MessageLine.Quote(new Span($"{Store(action, names)} · {ReadableText.Cut(action.Sku, SkuBytes)}: {ReadableText.Cut(result.Answer, AnswerBytes)}", Tone.Bad));

    private static string Store(ApprovalAction action, IReadOnlyDictionary<string, string> names) => ReadableText.Cut(names.GetValueOrDefault(action.Connection) ?? action.Connection, StoreBytes);

    private static string Article(ApprovalAction action) => action.Title is { Length: > 0 } title
        ? $"{ReadableText.Cut(action.Sku, SkuBytes)} {ReadableText.Cut(title, TitleBytes)}"
        : ReadableText.Cut(action.Sku, SkuBytes);

    private static IEnumerable<MessageLine> Link(Uri? report, string words) => report is null ? [] : [MessageLine.Text(new Span(words, Url: report))];

    private static MessageLine Text(string text) => MessageLine.Text(new Span(text));

    private static MessageLine Muted(string text) => MessageLine.Text(new Span(text, Tone.Muted));

    private static string Number(int count) => Figures.Read(count);
}
