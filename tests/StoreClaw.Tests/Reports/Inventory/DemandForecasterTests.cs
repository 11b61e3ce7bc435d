using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Reports.Inventory;

namespace StoreClaw.Tests.Reports.Inventory;

public sealed class DemandForecasterTests
{
    private static readonly DateOnly Yesterday = new(2026, 3, 1);

    private static readonly Arbitrary<(int[] Units, bool[] InStock)> Histories = (
        from days in Gen.Choose(0, 100)
        from busy in Gen.Choose(1, 10)
        from units in Gen.Frequency((busy, Gen.Choose(1, 40)), (11 - busy, Gen.Constant(0))).ArrayOf(days)
        from inStock in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false))).ArrayOf(days)
        select (units, inStock)).ToArbitrary();

    [Fact]
    public void An_even_demand_is_forecast_as_it_is()
    {
        var forecast = Forecast(Days(84, static _ => 5), 14, 21);
        Assert.Equal(ForecastMethod.WeightedAverage, forecast.Method);
        Assert.Equal((5, 70, 105), (Math.Round(forecast.DailyVelocity, 9), Math.Round(forecast.Horizon, 9), Math.Round(forecast.Protection, 9)));
        Assert.Equal(0, forecast.Variance, 9);
        Assert.Equal(84, forecast.DaysCounted);
    }

    [Theory]
    // Sells every day, three of four days, two of three, one of five.
    [InlineData(1, 1, ForecastMethod.WeightedAverage)]
    [InlineData(4, 3, ForecastMethod.Tsb)]
    [InlineData(5, 4, ForecastMethod.WeightedAverage)]
    [InlineData(3, 2, ForecastMethod.Tsb)]
    [InlineData(5, 1, ForecastMethod.Tsb)]
    public void The_method_goes_by_the_days_between_sales(int cycle, int selling, ForecastMethod method) =>
        Assert.Equal(method, Forecast(Days(60, day => day % cycle < selling ? 3 : 0), 14, 21).Method);

    [Fact]
    public void Recent_days_weigh_more()
    {
        var rising = Forecast(Days(56, static day => day < 42 ? 4 : 8), 14, 21);
        Assert.InRange(rising.DailyVelocity, 6.4, 7.2);
    }

    [Fact]
    public void Only_28_days_make_the_velocity_of_what_sells_daily() => Assert.Equal(10, Forecast(Days(84, static day => day < 56 ? 90 : 10), 14, 21).DailyVelocity, 6);

    [Fact]
    public void Days_out_of_stock_are_left_out()
    {
        var days = Days(56, static day => day is >= 30 and < 50 ? 0 : 6);
        var known = days.Select(static (day, index) => day with { InStock = index is < 30 or >= 50 }).ToList();
        Assert.Equal(6, Forecast(known, 14, 21).DailyVelocity, 6);
        Assert.Equal(ForecastMethod.WeightedAverage, Forecast(known, 14, 21).Method);
        Assert.InRange(Forecast(days, 14, 21).DailyVelocity, 1, 4.5);
    }

    [Fact]
    public void What_was_out_for_the_whole_window_keeps_the_velocity_it_had()
    {
        var days = Days(84, static day => day < 50 ? 6 : 0).Select(static (day, index) => day with { InStock = index < 50 });
        Assert.Equal(6, Forecast([.. days], 14, 21).DailyVelocity, 6);
    }

    [Fact]
    public void What_is_gone_within_hours_of_each_arrival_still_sells()
    {
        var days = Days(60, static day => day % 10 == 0 ? 20 : 0).Select(static day => day with { InStock = false });
        Assert.True(Forecast([.. days], 14, 21).Horizon > 100);
    }

    [Fact]
    public void A_dead_article_fades_away()
    {
        var forecasts = new[] { 0, 14, 28, 56 }.Select(quiet => Forecast(Days(84, day => day < 84 - quiet && day % 3 == 0 ? 4 : 0), 14, 21)).ToList();
        Assert.All(forecasts, static forecast => Assert.Equal(ForecastMethod.Tsb, forecast.Method));
        Assert.Equal(forecasts.Select(static forecast => forecast.Horizon).OrderDescending(), forecasts.Select(static forecast => forecast.Horizon));
        Assert.True(forecasts[3].Horizon < 0.02 * forecasts[0].Horizon);
        Assert.Equal(ForecastMethod.NoSales, Forecast(Days(84, static _ => 0), 14, 21).Method);
    }

    [Fact]
    public void A_weekday_that_sells_more_is_forecast_so_but_not_all_the_way()
    {
        // Sundays sell 22, the others 10. Yesterday was a Sunday, so Monday comes first.
        var days = Days(84, static day => (83 - day) % 7 == 0 ? 22 : 10);
        var week = Forecast(days, 7, 7).Horizon;
        var sunday = week - Forecast(days, 6, 7).Horizon;
        Assert.InRange(week, 75, 90);
        Assert.InRange(sunday, 17.5, 21.9);
        Assert.Equal(7 * Forecast(days, 7, 7).DailyVelocity, week, 6);
    }

    [Fact]
    public void Without_four_weeks_there_is_no_weekday_pattern()
    {
        var days = Days(27, static day => (26 - day) % 7 == 0 ? 22 : 10);
        Assert.Equal(6 * Forecast(days, 1, 7).Horizon, Forecast(days, 7, 7).Horizon - Forecast(days, 1, 7).Horizon, 6);
    }

    [Fact]
    public void A_store_that_rests_on_a_weekday_sells_nothing_on_it_and_is_no_rare_seller()
    {
        // Closed on Saturdays (every day before a Sunday), and once for a week.
        var days = Days(84, static _ => 5).Select(static (day, index) => day.Day.DayOfWeek == DayOfWeek.Saturday || index is >= 40 and < 47 ? day with { Units = 0, Open = false } : day).ToList();
        var forecast = Forecast(days, 14, 21);
        Assert.Equal(ForecastMethod.WeightedAverage, forecast.Method);
        Assert.Equal(60, forecast.Horizon, 6);
        Assert.Equal(5 * 6 / 7d, forecast.DailyVelocity, 6);
        Assert.Equal(Forecast(days, 5, 21).Horizon, Forecast(days, 6, 21).Horizon, 9);
    }

    [Fact]
    public void A_single_bulk_order_does_not_make_a_trend()
    {
        var usual = Forecast(Days(84, static day => 4 + (day % 5)), 14, 21).Horizon;
        var bulk = Forecast(Days(84, static day => day == 80 ? 5000 : 4 + (day % 5)), 14, 21).Horizon;
        Assert.InRange(bulk, usual, usual * 1.2);
    }

    [Fact]
    public void A_new_article_is_not_measured_by_days_before_it_was_sold()
    {
        var forecast = Forecast(Days(84, static day => day < 54 ? 0 : 3), 14, 21);
        Assert.Equal((ForecastMethod.WeightedAverage, 30), (forecast.Method, forecast.DaysCounted));
        Assert.Equal(3, forecast.DailyVelocity, 6);
    }

    [Fact]
    public void Nothing_is_known_of_no_days() => Assert.Equal(new DemandForecast(ForecastMethod.NoSales, 0, 0, 0, 0, 0), Forecast([], 14, 21));

    [Fact]
    public void No_figure_is_ever_negative_or_no_number() => Check(Histories, history =>
    {
        var forecast = Forecast(Days(history), 14, 21);
        return new[] { forecast.DailyVelocity, forecast.Horizon, forecast.Protection, forecast.Variance }.All(static figure => figure >= 0 && double.IsFinite(figure))
            && forecast.DailyVelocity <= 40 && forecast.Horizon <= forecast.Protection;
    });

    [Fact]
    public void Selling_threefold_units_makes_threefold_figures() => Check(Histories, history =>
    {
        var (one, three) = (Forecast(Days(history), 14, 21), Forecast(Days((history.Units.Select(static units => 3 * units).ToArray(), history.InStock)), 14, 21));
        return one.Method == three.Method && Near(three.DailyVelocity, 3 * one.DailyVelocity) && Near(three.Horizon, 3 * one.Horizon) && Near(three.Variance, 9 * one.Variance);
    });

    [Fact]
    public void More_stock_never_raises_what_to_order_and_a_higher_service_level_never_lowers_it() => Check(
        (from history in Histories.Generator from onHand in Gen.Choose(-20, 600) from more in Gen.Choose(0, 200) from level in Gen.Choose(500, 990) from higher in Gen.Choose(0, 9) select (history, onHand, more, level, higher)).ToArbitrary(),
        static one =>
        {
            var forecast = Forecast(Days(one.history), 14, 21);
            var here = Order(one.onHand, forecast, one.level);
            return here >= 0 && here == Math.Floor(here) && Order(one.onHand + one.more, forecast, one.level) <= here && Order(one.onHand, forecast, one.level + one.higher) >= here;
        });

    [Fact]
    public void Parts_of_a_demand_add_up() => Check(Histories, history =>
    {
        var forecast = Forecast(Days(history), 14, 21);
        return Near(forecast.Part(0.3).Horizon + forecast.Part(0.7).Horizon, forecast.Horizon) && Near(forecast.Part(0.3).Variance + forecast.Part(0.7).Variance, forecast.Variance);
    });

    private static decimal Order(int onHand, DemandForecast forecast, int perMille) => StockPolicy.Judge(onHand, forecast, InventoryReviewKind.Defaults with { ServiceLevel = perMille / 1000m })?.Restock ?? 0;

    private static bool Near(double one, double other) => Math.Abs(one - other) <= 1e-9 * Math.Max(1, Math.Abs(other));

    private static DemandForecast Forecast(IReadOnlyList<DemandDay> days, int horizon, int protection) => DemandForecaster.Forecast(days, horizon, protection);

    private static List<DemandDay> Days(int count, Func<int, double> units) => [.. Enumerable.Range(0, count).Select(day => new DemandDay(Yesterday.AddDays(day + 1 - count), units(day)))];

    private static List<DemandDay> Days((int[] Units, bool[] InStock) history) => [.. Days(history.Units.Length, day => history.Units[day]).Select((day, index) => day with { InStock = history.InStock[index] })];

    private static void Check<T>(Arbitrary<T> arbitrary, Func<T, bool> holds) => Prop.ForAll(arbitrary, holds).Check(Config.QuickThrowOnFailure.WithReplay(20260302, 20260303).WithMaxTest(300));
}
