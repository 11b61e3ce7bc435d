using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Common;
using StoreClaw.Tasks;

namespace StoreClaw.Tests.Tasks;

public sealed class ScheduleTests
{
    private static readonly DateTimeOffset Creation = new(2026, 1, 1, 9, 17, 5, TimeSpan.Zero);

    private static readonly string[] Zones =
    [
        "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Africa/Casablanca", "UTC",
    ];

    private static readonly string[] Crons =
    [
        "0 0 * * * *", "0 */15 * * * *", "30 30 2 * * *", "0 30 1 * * *", "0 15,45 0-3 * * *", "0 0 0 * * *", "0 10 2 ? * SUN", "0 0 8 1 * *", "0 45 23 * * MON-FRI", "0 59 1 L * ?",
    ];

    [Theory]
    // The clock skips 02:00-03:00: due at the first instant after.
    [InlineData("America/New_York", "0 30 2 * * *", "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z")]
    // All of the skipped hour is one instant.
    [InlineData("America/New_York", "0 */20 * * * *", "2026-03-08T06:40:00Z", "2026-03-08T07:00:00Z", "2026-03-08T07:20:00Z")]
    [InlineData("America/New_York", "0 0 * * * *", "2026-03-08T05:59:00Z", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z", "2026-03-08T08:00:00Z")]
    // The clock shows 01:00-02:00 twice: due in the first pass only.
    [InlineData("America/New_York", "0 30 1 * * *", "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z")]
    [InlineData("America/New_York", "0 0 * * * *", "2026-11-01T03:59:00Z", "2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z", "2026-11-01T07:00:00Z")]
    // Asked in the second pass.
    [InlineData("America/New_York", "0 30 1 * * *", "2026-11-01T06:10:00Z", "2026-11-02T06:30:00Z")]
    [InlineData("Europe/London", "0 30 1 * * *", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z")]
    [InlineData("Europe/London", "0 30 1 * * *", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z")]
    // Lord Howe shifts by half an hour.
    [InlineData("Australia/Lord_Howe", "0 15 2 * * *", "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z", "2026-10-04T15:15:00Z")]
    [InlineData("Australia/Lord_Howe", "0 45 1 * * *", "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z", "2026-04-05T15:15:00Z")]
    // Sao Paulo gave summer time up in 2019; before, it skipped midnight.
    [InlineData("America/Sao_Paulo", "0 0 0 * * *", "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z")]
    [InlineData("America/Sao_Paulo", "0 0 0 * * *", "2026-10-31T12:00:00Z", "2026-11-01T03:00:00Z", "2026-11-02T03:00:00Z")]
    [InlineData("Asia/Kathmandu", "0 0 8 * * *", "2026-03-07T12:00:00Z", "2026-03-08T02:15:00Z", "2026-03-09T02:15:00Z")]
    // Without ? days count from Sunday 0, with ? from Sunday 1.
    [InlineData("UTC", "0 0 9 * * 1-5", "2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z")]
    [InlineData("UTC", "0 0 9 ? * 2-6", "2026-03-01T00:00:00Z", "2026-03-02T09:00:00Z", "2026-03-03T09:00:00Z")]
    [InlineData("UTC", "0 0 9 * * 0,6", "2026-03-02T00:00:00Z", "2026-03-07T09:00:00Z", "2026-03-08T09:00:00Z", "2026-03-14T09:00:00Z")]
    [InlineData("UTC", "0 0 9 * * 5-7", "2026-03-02T00:00:00Z", "2026-03-06T09:00:00Z", "2026-03-07T09:00:00Z", "2026-03-08T09:00:00Z", "2026-03-13T09:00:00Z")]
    [InlineData("UTC", "0 0 9 * * 0-7", "2026-03-02T12:00:00Z", "2026-03-03T09:00:00Z", "2026-03-04T09:00:00Z")]
    [InlineData("UTC", "0 0 9 ? * MON#2", "2026-03-02T00:00:00Z", "2026-03-09T09:00:00Z", "2026-04-13T09:00:00Z")]
    [InlineData("UTC", "0 0 9 29 2 *", "2026-03-01T00:00:00Z", "2028-02-29T09:00:00Z", "2032-02-29T09:00:00Z")]
    public void Cron_follows_the_wall_clock(string zone, string cron, string after, params string[] due)
    {
        var schedule = Read(new ScheduleSpec(cron, null), zone);
        var time = Instant(after);
        foreach (var expected in due)
        {
            time = schedule.Next(time)!.Value;
            Assert.Equal(Instant(expected), time);
        }
    }

    [Theory]
    [InlineData("PT6H", "2026-01-01T09:17:04Z", "2026-01-01T15:17:05Z")]
    [InlineData("PT6H", "2020-01-01T00:00:00Z", "2026-01-01T15:17:05Z")]
    [InlineData("PT6H", "2026-01-01T15:17:04Z", "2026-01-01T15:17:05Z")]
    [InlineData("PT6H", "2026-01-01T15:17:05Z", "2026-01-01T21:17:05Z")]
    // Summer time changes nothing in it.
    [InlineData("P1D", "2026-03-08T00:00:00Z", "2026-03-08T09:17:05Z")]
    [InlineData("P1W", "2026-01-02T00:00:00Z", "2026-01-08T09:17:05Z")]
    [InlineData("PT1H30M", "2026-01-01T10:47:05Z", "2026-01-01T12:17:05Z")]
    public void An_interval_counts_from_the_creation(string every, string after, string due) =>
        Assert.Equal(Instant(due), Read(new ScheduleSpec(null, every), "America/New_York").Next(Instant(after)));

    [Theory]
    [InlineData("0 0 9 30 2 ?", null, "schedule.cron", "Never comes due")]
    [InlineData("0 0 9 31 4,6,9,11 *", null, "schedule.cron", "Never comes due")]
    [InlineData("0 9 * * *", null, "schedule.cron", "Has 5 fields")]
    [InlineData("@daily", null, "schedule.cron", "Has 1 fields")]
    [InlineData("0 0 9 * * * 2030", null, "schedule.cron", "Has 7 fields")]
    [InlineData("* 0 9 * * *", null, "schedule.cron", "must be one number")]
    [InlineData("*/30 0 9 * * *", null, "schedule.cron", "must be one number")]
    [InlineData("0 61 9 * * *", null, "schedule.cron", "between 0 and 59")]
    [InlineData("0 0 9 * * MOON", null, "schedule.cron", "0 0 8 * * MON-FRI")]
    [InlineData("0 0 9 * * 8", null, "schedule.cron", "Day-of-Week")]
    [InlineData("", null, "schedule.cron", "Has 0 fields")]
    [InlineData(null, "PT59M", "schedule.every", "between an hour")]
    [InlineData(null, "PT0S", "schedule.every", "between an hour")]
    [InlineData(null, "P367D", "schedule.every", "between an hour")]
    [InlineData(null, "P1M", "schedule.every", "use cron")]
    [InlineData(null, "P", "schedule.every", "ISO 8601")]
    [InlineData(null, "PT", "schedule.every", "ISO 8601")]
    [InlineData(null, "P1DT", "schedule.every", "ISO 8601")]
    [InlineData(null, "-PT6H", "schedule.every", "ISO 8601")]
    [InlineData(null, "6h", "schedule.every", "ISO 8601")]
    [InlineData(null, null, "schedule", "Give either cron")]
    [InlineData("0 0 9 * * *", "PT6H", "schedule", "Give either cron")]
    public void What_cannot_be_kept_is_refused_by_field(string? cron, string? every, string field, string says)
    {
        var errors = new Dictionary<string, string>();
        Assert.Null(new ScheduleSpec(cron, every).Read(TimeZoneInfo.Utc, Creation, errors));
        var error = Assert.Single(errors);
        Assert.Equal(field, error.Key);
        Assert.Contains(says, error.Value, StringComparison.Ordinal);
    }

    [Fact]
    public void Due_instants_strictly_increase_and_no_time_on_the_wall_comes_twice() => Check(one =>
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(one.Zone);
        var due = Sequence(Read(new ScheduleSpec(one.Cron, null), one.Zone), one.After, 120);
        return due.Zip(due.Skip(1)).All(static pair => pair.First < pair.Second) && due.Select(zone.LocalTime).Distinct().Count() == due.Count;
    });

    [Fact]
    public void A_restart_anywhere_goes_on_with_the_same_instants() => Check(one =>
    {
        var due = Sequence(Read(new ScheduleSpec(one.Cron, null), one.Zone), one.After, 40);
        return due.Zip(due.Skip(1)).All(pair =>
        {
            var between = pair.First + ((pair.Second - pair.First) * one.Fraction);
            return Read(new ScheduleSpec(one.Cron, null), one.Zone).Next(pair.First) == pair.Second
                && (between == pair.Second || Read(new ScheduleSpec(one.Cron, null), one.Zone).Next(between) == pair.Second);
        });
    });

    [Fact]
    public void A_daily_time_is_due_once_on_each_day()
    {
        foreach (var name in Zones)
        {
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            for (var minute = 0; minute < 24 * 60; minute += 45)
            {
                var cron = string.Create(CultureInfo.InvariantCulture, $"0 {minute % 60} {minute / 60} * * *");
                var due = Sequence(Read(new ScheduleSpec(cron, null), name), zone.StartOfDay(new DateOnly(2026, 1, 1)).AddSeconds(-1), 365);
                Assert.Equal(Enumerable.Range(0, 365).Select(new DateOnly(2026, 1, 1).AddDays), due.Select(zone.LocalDay));
            }
        }
    }

    private sealed record Case(string Zone, string Cron, DateTimeOffset After, double Fraction);

    private static void Check(Func<Case, bool> holds)
    {
        // Mostly in the weeks around a change of the clocks.
        var cases =
            from zone in Gen.Elements(Zones)
            from cron in Gen.Elements(Crons)
            from day in Gen.Elements(64, 65, 66, 67, 85, 86, 87, 92, 93, 94, 275, 276, 277, 296, 297, 303, 304, 305, 150)
            from second in Gen.Choose(0, 86399)
            from fraction in Gen.Choose(0, 999)
            select new Case(zone, cron, new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day - 1).AddSeconds(second), fraction / 1000.0);
        Prop.ForAll(Arb.From(cases), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(400).WithReplay(7, 3));
    }

    private static List<DateTimeOffset> Sequence(Schedule schedule, DateTimeOffset after, int count)
    {
        var due = new List<DateTimeOffset>();
        for (var next = schedule.Next(after); next is { } instant && due.Count < count; next = schedule.Next(instant))
        {
            due.Add(instant);
        }

        return due;
    }

    private static Schedule Read(ScheduleSpec spec, string zone)
    {
        var errors = new Dictionary<string, string>();
        var schedule = spec.Read(TimeZoneInfo.FindSystemTimeZoneById(zone), Creation, errors);
        Assert.Empty(errors);
        return schedule!;
    }

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
