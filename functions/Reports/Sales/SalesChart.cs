namespace StoreClaw.Reports.Sales;

/// <summary>The daily sales of one currency as bars; the report's own days stand out.</summary>
internal static class SalesChart
{
    private const int Height = 120;
    private const int Bar = 16;
    private const int Step = 20;

    public static Html Render(SalesReport report, string currency)
    {
        var days = report.Trend.Where(day => day.Currency == currency).ToList();
        if (days.Count < 2)
        {
            return default;
        }

        var best = days.MaxBy(static day => day.Gmv)!;
        var least = days.MinBy(static day => day.Gmv)!;
        var first = SalesWords.Span(report, report.Period.From, report.Period.To).First;
        var words = SalesWords.English;
        var text = $"Daily sales in {currency}, {words.Days(days[0].Day, days[^1].Day)}: most on {words.Day(best.Day)} with {Figures.Read(best.Gmv, currency)}, least on {words.Day(least.Day)} with {Figures.Read(least.Gmv, currency)}.";
        return Html.Of(
            $"""
            <h2>Daily sales, {currency}</h2>
            <svg viewBox="0 0 {days.Count * Step} {Height}" role="img" aria-label="{text}">
            {Html.Of(days.Select((day, index) => BarOf(day, index, best.Gmv, day.Day >= first)))}</svg>
            <p class="soft">{text}</p>

            """);
    }

    private static Html BarOf(DaySales day, int index, decimal best, bool now)
    {
        var height = best <= 0 ? 1 : Math.Max(1, (int)decimal.Round(Math.Max(0, day.Gmv) / best * Height));
        var name = $"{SalesWords.English.Day(day.Day)}: {Figures.Read(day.Gmv, day.Currency)}, {Figures.Read(day.Orders)} orders";
        return Html.Of(
            $"""
            <rect class="{(now ? "now" : "then")}" x="{index * Step}" y="{Height - height}" width="{Bar}" height="{height}"><title>{name}</title></rect>

            """);
    }
}
