using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Notifications;
using StoreClaw.Reports;

namespace StoreClaw.Tasks;

/// <summary>What the team is told of a task itself.</summary>
internal static class TaskMessages
{
    private const int NameBytes = 90;

    public static LocalizedMessage Failed(ScheduledTask task, TaskRun run, string error)
    {
        var name = ReadableText.Cut(task.Name, NameBytes);
        var asOf = WallClock.TryFindZone(task.TimeZone, out var zone) ? zone.LocalTime(run.AsOf) : run.AsOf.UtcDateTime;
        var when = asOf.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        var again = $"POST /api/tasks/{task.Id}/run";
        return new LocalizedMessage(
            new ChannelMessage($"Task failed: {name}", [MessageLine.Text(new Span($"The run of {when} ({task.TimeZone}) made no report.")), MessageLine.Quote(new Span(error, Tone.Bad)), MessageLine.Text(new Span($"Run it again: {again}", Tone.Muted))]),
            new ChannelMessage($"任务失败:{name}", [MessageLine.Text(new Span($"{when}({task.TimeZone})的运行没有生成报告。")), MessageLine.Quote(new Span(error, Tone.Bad)), MessageLine.Text(new Span($"重新运行:{again}", Tone.Muted))]));
    }
}
