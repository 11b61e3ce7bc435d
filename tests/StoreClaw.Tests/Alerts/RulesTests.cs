using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Sync;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Repository;

namespace StoreClaw.Tests.Alerts;

public sealed class RulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("6", "5", true)]
    [InlineData("7", "6", false)]
    [InlineData("5", "4", true)]
    [InlineData("1", "0", true)]
    [InlineData("0", "0", false)]
    [InlineData("0", "1", true)]
    [InlineData("5", "60", true)]
    [InlineData("6", "60", false)]
    [InlineData("3", null, true)]
    [InlineData("30", null, false)]
    [InlineData(null, "0", false)]
    public void A_level_matters_when_it_falls_to_little_or_rises_from_it(string? before, string? now, bool matters)
    {
        var write = new RecordWrite(new StockLevel { ItemId = "i", UpdatedAt = Now, Available = Number(now) }) { AvailableBefore = Number(before) };
        Assert.Equal(matters, StoreWatch.MovesStock(write, 5));
    }

    [Theory]
    [InlineData("20", "0", true)]
    [InlineData("20", "3.99", true)]
    [InlineData("20", "4", false)]
    [InlineData("20", "20", false)]
    [InlineData("20", "100", false)]
    [InlineData("20", "100.01", true)]
    [InlineData("0", "20", false)]
    public void A_price_is_absurd_at_a_fifth_or_five_times_the_former_one(string before, string now, bool absurd) =>
        Assert.Equal(absurd, PriceMove.IsFarFrom(Number(before)!.Value, Number(now)!.Value));

    [Theory]
    [InlineData("2026-03-20", null, null)]
    [InlineData("2026-03-16", "ends-14", Urgency.Warning)]
    [InlineData("2026-03-10", "ends-14", Urgency.Warning)]
    [InlineData("2026-03-09", "ends-7", Urgency.Warning)]
    [InlineData("2026-03-03", "ends-1", Urgency.Critical)]
    [InlineData("2026-02-20", "ends-1", Urgency.Critical)]
    [InlineData("not-told", null, null)]
    [InlineData(null, null, null)]
    public void The_end_of_an_approval_is_told_on_its_days(string? until, string? subject, Urgency? severity)
    {
        var store = OrderList.Connection() with { Facts = until is null ? new Dictionary<string, string>() : new Dictionary<string, string> { [Connection.AuthorizedUntilFact] = until } };
        var sighting = Access.Ends(store, Now);
        Assert.Equal((subject, severity), (sighting?.Subject, sighting?.Severity));
    }

    [Theory]
    [InlineData(SyncState.Failed, 20, true)]
    [InlineData(SyncState.Failed, 10, false)]
    [InlineData(SyncState.Running, 600, false)]
    [InlineData(SyncState.Idle, 600, false)]
    public void A_sync_fails_when_it_gave_up_and_nothing_was_read_for_a_while(SyncState state, int minutes, bool failing)
    {
        var since = Now - TimeSpan.FromMinutes(minutes);
        Assert.Equal(failing, StoreCheck.IsFailing(SyncCursor.Initial with { State = state, Watermark = since }, Now.AddDays(-9), Now));
        Assert.Equal(failing, StoreCheck.IsFailing(SyncCursor.Initial with { State = state }, since, Now));
    }

    [Fact]
    public void However_orders_scatter_by_chance_a_figure_near_the_usual_is_never_unusual() => Prop.ForAll(
        Gen.Choose(0, 400).ArrayOf(AlertPolicy.Weeks).ToArbitrary(),
        static samples =>
        {
            decimal[] counts = [.. samples.Select(static sample => (decimal)sample)];
            var median = StoreClaw.Reports.RobustScore.Median(counts);
            var room = (decimal)Math.Sqrt(Math.Max(1, (double)median));
            return new[] { median, median + room, Math.Max(0, median - room) }.All(value => HourJudge.Count(value, counts, 1) is { IsHigh: false, IsLow: false });
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_further_from_the_usual_the_higher_the_score() => Prop.ForAll(
        Gen.Choose(0, 100).ArrayOf(AlertPolicy.Weeks).ToArbitrary(),
        static samples =>
        {
            decimal[] counts = [.. samples.Select(static sample => (decimal)sample)];
            var scores = Enumerable.Range(0, 50).Select(value => HourJudge.Count(value * 10, counts, 1)!.Score).ToList();
            return scores.Zip(scores.Skip(1)).All(static pair => pair.First < pair.Second);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_readme_has_the_policy_s_numbers()
    {
        var rows = Repo.Table(Repo.Read("functions", "Alerts", "README.md"), "## Kinds").ToDictionary(static row => row[0].Trim('`'), static row => string.Join(" | ", row));
        Assert.Equal(Enum.GetValues<AlertKind>().Select(Alert.KindName).Order(), rows.Keys.Order());
        Assert.Contains($"{AlertPolicy.Unusual} deviations", rows["order-volume"], StringComparison.Ordinal);
        Assert.Contains($"{AlertPolicy.LeastCancellations} or more", rows["cancellations"], StringComparison.Ordinal);
        Assert.Contains($"{AlertPolicy.QuietOrders} orders", rows["store-quiet"], StringComparison.Ordinal);
        Assert.Contains($"below {AlertPolicy.LeastPrice * 100:0} % or above {AlertPolicy.MostPrice * 100:0} %", rows["price"], StringComparison.Ordinal);
        Assert.Contains($"{AlertPolicy.PriceMeant.TotalHours} hours", rows["price"], StringComparison.Ordinal);
        Assert.Contains($"{AlertPolicy.SyncFailing.TotalMinutes} minutes", rows["sync-failing"], StringComparison.Ordinal);
        Assert.Contains($"{AlertPolicy.TaskLate.TotalMinutes} minutes", rows["task-late"], StringComparison.Ordinal);
        Assert.Contains(string.Join(", ", AlertPolicy.AuthorizationDays), rows["authorization"], StringComparison.Ordinal);
        Assert.Equal((TimeSpan.FromHours(24), TimeSpan.FromHours(4)), (AlertPolicy.RepeatWarning, AlertPolicy.RepeatCritical));
    }

    private static decimal? Number(string? text) => text is null ? null : decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
