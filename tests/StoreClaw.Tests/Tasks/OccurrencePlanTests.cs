using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Tasks;

namespace StoreClaw.Tests.Tasks;

public sealed class OccurrencePlanTests
{
    private static readonly DateTimeOffset Start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly IntervalSchedule Hourly = new(TimeSpan.FromHours(1), Start);

    [Theory]
    // Five hours away, back 30 s after the last one.
    [InlineData(MissedPolicy.All, 0, 300.5, 0, "1,2,3,4,5")]
    [InlineData(MissedPolicy.Latest, 0, 300.5, 4, "5")]
    [InlineData(MissedPolicy.Skip, 0, 300.5, 4, "5")]
    // Back half an hour after the last one.
    [InlineData(MissedPolicy.All, 0, 330, 0, "1,2,3,4,5")]
    [InlineData(MissedPolicy.Latest, 0, 330, 4, "5")]
    [InlineData(MissedPolicy.Skip, 0, 330, 5, "")]
    // On time, at the edge of on time, just beyond it.
    [InlineData(MissedPolicy.Skip, 0, 60, 0, "1")]
    [InlineData(MissedPolicy.Skip, 0, 70, 0, "1")]
    [InlineData(MissedPolicy.Skip, 0, 70.1, 1, "")]
    // Nothing is due.
    [InlineData(MissedPolicy.All, 0, 59, 0, "")]
    [InlineData(MissedPolicy.All, 60, 60, 0, "")]
    // Longer away than is caught up.
    [InlineData(MissedPolicy.All, 0, 6000, 52, "53..100")]
    public void A_policy_decides(MissedPolicy policy, double after, double now, int skipped, string run)
    {
        var plan = OccurrencePlan.Make(Hourly, policy, Start.AddMinutes(after), Start.AddMinutes(now));
        Assert.Equal(skipped, plan.Skipped?.Count ?? 0);
        Assert.Equal(Hours(run), plan.Run.Select(static due => (int)(due - Start).TotalHours));
    }

    [Fact]
    public void Every_due_instant_is_accounted_for()
    {
        var cases =
            from policy in Gen.Elements(Enum.GetValues<MissedPolicy>())
            from steps in Gen.ListOf(Gen.Choose(0, 20_000))
            select (policy, steps: steps.ToList());
        Prop.ForAll(Arb.From(cases), one =>
        {
            var (at, accounted) = (Start, new List<DateTimeOffset>());
            foreach (var minutes in one.steps)
            {
                var now = at.AddMinutes(minutes);
                var plan = OccurrencePlan.Make(Hourly, one.policy, at, now);
                if (plan.Skipped is { } skipped)
                {
                    accounted.AddRange(Enumerable.Range(0, skipped.Count).Select(hour => skipped.From.AddHours(hour)));
                    Assert.Equal(skipped.Until, accounted[^1]);
                }

                accounted.AddRange(plan.Run);
                at = now;
            }

            return accounted.SequenceEqual(Enumerable.Range(1, (int)(at - Start).TotalHours).Select(hour => Start.AddHours(hour)));
        }).Check(Config.QuickThrowOnFailure.WithReplay(5, 11));
    }

    [Fact]
    public void A_pause_is_skipped_whole()
    {
        var plan = OccurrencePlan.SkipAll(Hourly, Start, Start.AddDays(30), "paused");
        Assert.Equal(new SkippedOccurrences(Start.AddHours(1), Start.AddDays(30), 720, "paused"), plan.Skipped);
        Assert.Empty(plan.Run);
    }

    private static IEnumerable<int> Hours(string text) => text switch
    {
        "" => [],
        "53..100" => Enumerable.Range(53, 48),
        _ => text.Split(',').Select(int.Parse),
    };
}
