using System.Globalization;
using NodaTime;
using StoreClaw.Reports.Inventory;
using Xunit.Abstractions;

namespace StoreClaw.Tests.Reports.Inventory;

/// <summary>
/// The forecast against what a real shop then sold in 14 days, article by article, beside two simple forecasts in the same run, from several sets of days so that none is a lucky one.
/// </summary>
public sealed class BacktestTests(ITestOutputHelper output)
{
    private const int Horizon = 14;
    private const int Recent = 56;

    private static readonly LocalDate First = new(2010, 12, 1);

    private static readonly Lazy<Shop> Sales = new(ReadShop);

    [OnlineRetailTheory]
    [InlineData("Mondays", new[] { IsoDayOfWeek.Monday })]
    [InlineData("Tuesdays and Thursdays", new[] { IsoDayOfWeek.Tuesday, IsoDayOfWeek.Thursday })]
    [InlineData("Fridays and Sundays", new[] { IsoDayOfWeek.Friday, IsoDayOfWeek.Sunday })]
    public void It_errs_less_than_the_last_period_and_the_mean_of_four_weeks(string name, IsoDayOfWeek[] weekdays)
    {
        var shop = Sales.Value;
        var (sold, own, naive, mean) = (0d, 0d, 0d, 0d);
        foreach (var origin in Origins(weekdays, Horizon))
        {
            foreach (var units in shop.Sold(origin))
            {
                var actual = units[origin..(origin + Horizon)].Sum();
                sold += actual;
                own += Math.Abs(actual - Forecast(units, origin, Horizon).Horizon);
                naive += Math.Abs(actual - units[(origin - Horizon)..origin].Sum());
                mean += Math.Abs(actual - (units[(origin - 28)..origin].Sum() / 28 * Horizon));
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: forecast {own / sold:0.0000}, last period {naive / sold:0.0000}, mean of 28 days {mean / sold:0.0000} (weighted absolute error of {sold} units)"));
        Assert.True(own < naive, "The last period was nearer.");
        Assert.True(own < mean, "The mean of 28 days was nearer.");
    }

    [OnlineRetailTheory]
    [InlineData(0.9, 0.8)]
    [InlineData(0.95, 0.86)]
    [InlineData(0.99, 0.91)]
    public void Stock_up_to_the_target_lasts_about_as_often_as_it_should(double serviceLevel, double least)
    {
        const int Protection = 21;
        var (lasted, all) = (0, 0);
        foreach (var origin in Origins([IsoDayOfWeek.Monday, IsoDayOfWeek.Wednesday], Protection))
        {
            foreach (var units in Sales.Value.Sold(origin))
            {
                var forecast = Forecast(units, origin, Protection);
                all++;
                lasted += units[origin..(origin + Protection)].Sum() <= DemandQuantile.Of(forecast.Protection, forecast.Variance, serviceLevel) ? 1 : 0;
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{serviceLevel}: lasted in {(double)lasted / all:0.000} of {all}"));
        Assert.InRange((double)lasted / all, least, serviceLevel + 0.02);
    }

    /// <summary>Days with four weeks before them and the horizon behind.</summary>
    private static IEnumerable<int> Origins(IsoDayOfWeek[] weekdays, int horizon) =>
        Enumerable.Range(34, 90 - horizon - 34 + 1).Where(day => weekdays.Contains(First.PlusDays(day).DayOfWeek));

    private static DemandForecast Forecast(double[] units, int origin, int days) => DemandForecaster.Forecast(
        [.. Enumerable.Range(Math.Max(0, origin - DemandForecaster.HistoryDays), Math.Min(origin, DemandForecaster.HistoryDays))
            .Select(day => new DemandDay(First.PlusDays(day).ToDateOnly(), units[day], Open: Sales.Value.Open[day]))],
        days,
        days);

    /// <summary>What was sold, less lines that a credit note of the same day took back whole.</summary>
    private static Shop ReadShop()
    {
        var london = DateTimeZoneProviders.Tzdb["Europe/London"];
        var credits = OnlineRetail.Lines.Where(static line => line.Invoice.StartsWith('C'))
            .GroupBy(line => (line.Customer, line.Sku, -line.Quantity, Day(line)))
            .ToDictionary(static group => group.Key, static group => group.Count());
        var articles = new Dictionary<string, double[]>();
        var invoices = new HashSet<string>[90];
        foreach (var line in OnlineRetail.Lines.Where(static line => !line.Invoice.StartsWith('C') && line.Quantity > 0 && line.Price > 0))
        {
            var day = Day(line);
            var key = (line.Customer, line.Sku, line.Quantity, day);
            if (credits.GetValueOrDefault(key) > 0)
            {
                credits[key]--;
                continue;
            }

            (articles.TryGetValue(line.Sku, out var units) ? units : articles[line.Sku] = new double[90])[day] += line.Quantity;
            (invoices[day] ??= []).Add(line.Invoice);
        }

        return new Shop(articles, StoreCalendar.OpenDays([.. invoices.Select(static day => day?.Count ?? 0)]));

        int Day(InvoiceLine line) => Period.DaysBetween(First, line.At.InZone(london).Date);
    }

    private sealed record Shop(Dictionary<string, double[]> Articles, IReadOnlyList<bool> Open)
    {
        /// <summary>The articles with a sale in the last eight weeks.</summary>
        public IEnumerable<double[]> Sold(int origin) => Articles.Values.Where(units => units[Math.Max(0, origin - Recent)..origin].Sum() > 0);
    }
}
