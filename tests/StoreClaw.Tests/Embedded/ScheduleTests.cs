using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Embedded;

namespace StoreClaw.Tests.Embedded;

public sealed class ScheduleTests
{
    [Theory]
    [InlineData("0 * * * * *", "2026-03-01T08:00:30Z", "2026-03-01T08:01:00Z")]
    [InlineData("0 * * * * *", "2026-03-01T08:01:00Z", "2026-03-01T08:02:00Z")]
    [InlineData("*/15 * * * * *", "2026-03-01T08:00:44.9Z", "2026-03-01T08:00:45Z")]
    [InlineData("30 5/20 * * * *", "2026-03-01T08:26:00Z", "2026-03-01T08:45:30Z")]
    [InlineData("0 0,30 9-17/4 * * MON-FRI", "2026-03-06T17:30:00Z", "2026-03-09T09:00:00Z")]
    [InlineData("0 0 0 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T00:00:00Z")]
    [InlineData("0 0 0 29 FEB sunday", "2032-03-01T00:00:00Z", "2060-02-29T00:00:00Z")]
    [InlineData("0 0 0 13 * 5", "2026-03-01T00:00:00Z", "2026-03-13T00:00:00Z")]
    [InlineData("0 0 0 13 * Fri", "2026-03-13T00:00:00Z", "2026-11-13T00:00:00Z")]
    [InlineData("59 59 23 31 12 *", "2026-12-31T23:59:58.5Z", "2026-12-31T23:59:59Z")]
    [InlineData("59 59 23 31 December *", "2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z")]
    [InlineData("0 30 2 * * *", "2026-03-29T03:00:00+02:00", "2026-03-29T02:30:00Z")]
    [InlineData("  0   0 1 *  * * ", "2026-03-01T08:00:30Z", "2026-03-02T01:00:00Z")]
    [InlineData("00:05:00", "2026-03-01T08:00:30Z", "2026-03-01T08:05:30Z")]
    [InlineData("1.00:00:00", "2026-03-01T08:00:30Z", "2026-03-02T08:00:30Z")]
    public void The_next_occurrence_is_the_first_after(string schedule, string after, string next) =>
        Assert.Equal(DateTimeOffset.Parse(next), Schedule.Parse(schedule).Next(DateTimeOffset.Parse(after)));

    [Theory]
    [InlineData("")]
    [InlineData("hourly")]
    [InlineData("00:00:00")]
    [InlineData("-00:05:00")]
    [InlineData("* * * * *")]
    [InlineData("* * * * * * *")]
    [InlineData("60 * * * * *")]
    [InlineData("* 60 * * * *")]
    [InlineData("* * 24 * * *")]
    [InlineData("* * * 0 * *")]
    [InlineData("* * * 32 * *")]
    [InlineData("* * * * 0 *")]
    [InlineData("* * * * 13 *")]
    [InlineData("* * * * * 7")]
    [InlineData("* * * * Foo *")]
    [InlineData("* * * * * Mo")]
    [InlineData("5-1 * * * * *")]
    [InlineData("*/0 * * * * *")]
    [InlineData("*/-1 * * * * *")]
    [InlineData("1,,2 * * * * *")]
    [InlineData("1- * * * * *")]
    [InlineData("? * * * * *")]
    [InlineData("L * * * * *")]
    [InlineData("0 0 0 31 4 *")]
    [InlineData("0 0 0 30 2 *")]
    public void What_is_no_schedule_is_refused(string schedule) => Assert.Throws<FormatException>(() => Schedule.Parse(schedule));

    [Fact]
    public void Next_agrees_with_asking_every_second()
    {
        var fields =
            from second in Field(0, 59)
            from minute in Field(0, 59)
            from hour in Field(0, 23)
            select (second, minute, hour);
        var starts = Gen.Choose(0, (int)TimeSpan.FromDays(3).TotalSeconds).Select(offset => new DateTime(2028, 2, 27, 0, 0, 0, DateTimeKind.Utc).AddSeconds(offset));
        Prop.ForAll(Arb.From(fields), Arb.From(starts), (parts, start) =>
        {
            var schedule = Schedule.Parse($"{parts.second.Text} {parts.minute.Text} {parts.hour.Text} * * *");
            var expected = start.AddSeconds(1);
            while (!(parts.second.Allows(expected.Second) && parts.minute.Allows(expected.Minute) && parts.hour.Allows(expected.Hour)))
            {
                expected = expected.AddSeconds(1);
            }

            Assert.Equal(expected, schedule.Next(new DateTimeOffset(start)).UtcDateTime);
        }).QuickCheckThrowOnFailure();
    }

    private static Gen<(string Text, Predicate<int> Allows)> Field(int least, int most)
    {
        var one = Gen.Choose(least, most).Select<int, (string, Predicate<int>)>(value => ($"{value}", asked => asked == value));
        var steps = Gen.Choose(1, most).Select<int, (string, Predicate<int>)>(step => ($"*/{step}", asked => (asked - least) % step == 0));
        var range =
            from first in Gen.Choose(least, most)
            from last in Gen.Choose(first, most)
            from step in Gen.Choose(1, 7)
            select ($"{first}-{last}/{step}", (Predicate<int>)(asked => asked >= first && asked <= last && (asked - first) % step == 0));
        var any = Gen.Constant<(string, Predicate<int>)>(("*", _ => true));
        var single = Gen.OneOf(one, steps, range, any);
        var list = from left in single from right in single select ($"{left.Item1},{right.Item1}", (Predicate<int>)(asked => left.Item2(asked) || right.Item2(asked)));
        return Gen.OneOf(single, list);
    }
}
