using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Notifications;
using StoreClaw.Tests.Reports;

namespace StoreClaw.Tests.Alerts;

/// <summary>Shops made up hour by hour: the ordinary ones must be left alone, what happens to the others must be told.</summary>
public sealed class SimulatedShopTests
{
    private const int History = 57;
    private const int Watched = 28;
    private const int Never = 1_000_000;

    private static readonly DateOnly First = new(2026, 4, 6);
    private static readonly TimeZoneInfo Zone = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    [Theory]
    [InlineData(0.3, 1, 1)]
    [InlineData(3, 1, 2)]
    [InlineData(20, 1, 3)]
    [InlineData(80, 1, 4)]
    [InlineData(20, 2, 5)]
    [InlineData(60, 3, 6)]
    public void In_four_ordinary_weeks_hardly_anything_opens(double peak, double waves, int seed)
    {
        var shop = new Shop(peak, waves, seed);
        var opened = Enumerable.Range(0, Watched * 24).SelectMany(hour => shop.Watch(hour)).Where(static finding => finding.Sighting is { Severity: > Urgency.Info }).Select(static finding => finding.Sighting!.Occurrence).Distinct().ToList();
        Assert.InRange(opened.Count, 0, 2);
        Assert.DoesNotContain(Enumerable.Range(0, Watched * 24), hour => shop.IsQuiet(hour, stopped: hour + 1));
    }

    [Theory]
    [InlineData(20, 1, 3)]
    [InlineData(80, 1, 4)]
    [InlineData(60, 1.3, 6)]
    public void A_busy_hour_without_an_order_is_told_and_over_when_orders_are_back(double peak, double waves, int seed)
    {
        var shop = new Shop(peak, waves, seed);
        shop.Orders[First.AddDays(History + 3)][14] = 0;
        var after = (3 * 24) + 15;
        var low = Assert.Single(shop.Watch(after), static finding => finding is { Kind: AlertKind.OrderVolume, Subject: "low" });
        Assert.True(low.Sighting!.Severity >= Urgency.Warning);
        Assert.StartsWith("Fewer orders than usual: 0 from 14:00–15:00, usually ", low.Sighting.Cause.English, StringComparison.Ordinal);
        Assert.Contains(shop.Watch(after + 1), static finding => finding is { Kind: AlertKind.OrderVolume, Subject: "low", Sighting: null });
    }

    [Fact]
    public void A_rush_is_told_before_its_hour_is_over()
    {
        var shop = new Shop(20, 1, 3);
        shop.Orders[First.AddDays(History + 3)][14] *= 6;
        var high = Assert.Single(shop.Watch((3 * 24) + 14), static finding => finding is { Kind: AlertKind.OrderVolume, Subject: "high" });
        Assert.Equal(Urgency.Info, high.Sighting!.Severity);
    }

    [Fact]
    public void What_is_not_read_yet_is_not_missed()
    {
        var shop = new Shop(80, 1, 4);
        shop.Orders[First.AddDays(History + 3)][14] = 0;
        Assert.DoesNotContain(shop.Watch((3 * 24) + 15, lag: TimeSpan.FromHours(1)), static finding => finding.Subject == "low");
    }

    [Fact]
    public void A_night_without_orders_does_not_end_an_alert_of_the_day()
    {
        var shop = new Shop(20, 1, 3);
        foreach (var hour in Enumerable.Range(0, 6))
        {
            shop.Orders[First.AddDays(History + 3)][hour] = 0;
        }

        Assert.DoesNotContain(shop.Watch((3 * 24) + 4), static finding => finding is { Kind: AlertKind.OrderVolume, Subject: "low" });
    }

    [Theory]
    [InlineData(0.3, 1, 1, 60)]
    [InlineData(3, 1, 2, 16)]
    [InlineData(80, 1, 4, 3)]
    public void A_store_that_stops_is_found_quiet_as_soon_as_its_own_rhythm_says(double peak, double waves, int seed, int atMostHours)
    {
        var shop = new Shop(peak, waves, seed);
        var stopped = (3 * 24) + 10;
        var found = Enumerable.Range(stopped, 120).First(hour => shop.IsQuiet(hour, stopped)) - stopped;
        Assert.InRange(found, 0, atMostHours);
    }

    [Fact]
    public void Cancellations_are_held_against_the_day_s_orders()
    {
        var shop = new Shop(20, 1, 3) { CancelledShare = 0.02 };
        var now = (3 * 24) + 20;
        Assert.Null(Cancelled(shop, now).Sighting);
        shop.CancelledOn[First.AddDays(History + 3)] = 60;
        Assert.Contains("Cancellations are surging: 60 of ", Cancelled(shop, now).Sighting!.Cause.English, StringComparison.Ordinal);

        static Finding Cancelled(Shop shop, int now) => Assert.Single(shop.Watch(now), static finding => finding is { Kind: AlertKind.Cancellations, Subject: "" });
    }

    [Fact]
    public void Refunds_that_surge_are_told_and_one_refund_is_no_surge()
    {
        var shop = new Shop(20, 1, 3);
        shop.RefundsOn[First.AddDays(History + 3)] = (4000m, 1);
        Assert.Null(Assert.Single(shop.Watch((3 * 24) + 20), static finding => finding.Kind == AlertKind.Refunds).Sighting);
        shop.RefundsOn[First.AddDays(History + 3)] = (4000m, 9);
        Assert.NotNull(Assert.Single(shop.Watch((3 * 24) + 20), static finding => finding.Kind == AlertKind.Refunds).Sighting);
    }

    [Fact]
    public void A_young_store_is_not_judged()
    {
        var shop = new Shop(80, 1, 4) { Known = 10 };
        shop.Orders[First.AddDays(History + 3)][14] = 0;
        Assert.DoesNotContain(shop.Watch((3 * 24) + 15), static finding => finding.Sighting is not null);
    }

    /// <summary>Two months of history and a month that is watched. Orders of an hour are Poisson's about a daily curve, in waves that last a day.</summary>
    private sealed class Shop
    {
        private readonly Dictionary<(DateOnly Day, int Stopped), StoreRhythm> _rhythms = [];

        public Shop(double peak, double waves, int seed)
        {
            var random = new Random(seed);
            for (var day = First; day < First.AddDays(History + Watched + 7); day = day.AddDays(1))
            {
                var wave = waves == 1 ? 1 : Math.Exp(Normal(random) * Math.Log(waves) / 2);
                Orders[day] = [.. Enumerable.Range(0, 24).Select(hour => Poisson(random, wave * peak * Curve(hour) * (day.DayOfWeek is DayOfWeek.Saturday ? 0.6 : 1)))];
            }
        }

        public Dictionary<DateOnly, int[]> Orders { get; } = [];

        public Dictionary<DateOnly, int> CancelledOn { get; } = [];

        public Dictionary<DateOnly, (decimal Amount, int Count)> RefundsOn { get; } = [];

        public double CancelledShare { get; init; }

        /// <summary>Days of history.</summary>
        public int Known { get; init; } = History;

        /// <summary>What is found at the end of that hour since the watch began; the hour under way is the one named.</summary>
        public IReadOnlyList<Finding> Watch(int hour, TimeSpan lag = default) => FigureJudge.Judge(FiguresAt(hour, lag, Never));

        /// <param name="stopped">No orders come from that hour on.</param>
        public bool IsQuiet(int hour, int stopped)
        {
            var figures = FiguresAt(hour, TimeSpan.Zero, stopped);
            return figures.LastOrder() is { } last && QuietJudge.IsQuiet(QuietJudge.Expected(figures.Rhythm, Zone, last, figures.SyncedUntil), figures.Rhythm.Spread);
        }

        private static double Curve(int hour) => hour is < 7 ? 0.05 : 0.5 + (0.5 * Math.Sin((hour - 7) * Math.PI / 17));

        private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

        private static int Poisson(Random random, double mean)
        {
            var (count, product, limit) = (0, random.NextDouble(), Math.Exp(-mean));
            for (; product > limit; count++)
            {
                product *= random.NextDouble();
            }

            return count;
        }

        private StoreFigures FiguresAt(int hour, TimeSpan lag, int stopped)
        {
            var day = First.AddDays(History + (hour / 24));
            var now = Zone.StartOfDay(day).AddHours(hour % 24).AddMinutes(55);
            var stop = stopped > hour ? Never : stopped;
            var rhythm = _rhythms.TryGetValue((day, stop), out var known) ? known : _rhythms[(day, stop)] = new StoreRhythm(
                Enumerable.Range(1, History).Select(back => day.AddDays(-back)).Where(before => before >= First.AddDays(History - Known)).ToDictionary(static before => before, before => FiguresOf(before, stop)));
            return new StoreFigures(OrderList.Connection(), Zone, now, now - lag, rhythm, FiguresOf(day.AddDays(-1), stop), FiguresOf(day, Math.Min(stop, hour + 1)));
        }

        /// <param name="until">The first hour of the watch without orders.</param>
        private DayFigures FiguresOf(DateOnly day, int until)
        {
            var hours = until - ((day.DayNumber - First.AddDays(History).DayNumber) * 24);
            int[] orders = [.. Orders[day].Select((count, hour) => hour < hours ? count : 0)];
            var (refunds, count) = RefundsOn.GetValueOrDefault(day);
            var cancelled = CancelledOn.TryGetValue(day, out var given) ? given : (int)(orders.Sum() * CancelledShare);
            return new DayFigures(
                orders,
                new Dictionary<string, IReadOnlyList<decimal>> { ["USD"] = [.. orders.Select(static one => one * 50m)] },
                [new BookSums("USD", orders.Sum(), orders.Sum() * 50m, orders.Sum(), 0, cancelled, refunds, count)]);
        }
    }
}
