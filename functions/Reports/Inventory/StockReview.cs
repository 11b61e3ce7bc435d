namespace StoreClaw.Reports.Inventory;

/// <summary>Judges one article: its demand as a whole, its stock place by place.</summary>
internal static class StockReview
{
    // Fewer units fallen than these do not tell where an article sells.
    private const decimal TellingOutflow = 10;

    public static IEnumerable<StockItem> Of(string connection, StockArticle article, StockPresence presence, DateOnly today, InventoryParameters parameters)
    {
        var days = presence.DaysOf(article);
        var demand = DemandForecaster.Forecast(days, parameters.HorizonDays, parameters.LeadTimeDays + parameters.HorizonDays);
        var places = article.Places;
        var (shares, basis) = Shares(places, today);
        for (var index = 0; index < places.Count; index++)
        {
            var (place, part) = (places[index], demand.Part((double)shares[index]));
            if (StockPolicy.Judge(place.OnHand, part, parameters) is not { } verdict)
            {
                continue;
            }

            yield return new StockItem(
                connection,
                article.Sku,
                article.Title,
                place.Location.Length == 0 ? null : place.Location,
                Figures.Plain(place.OnHand),
                Round(part.DailyVelocity, 3),
                verdict.DaysOfCover is { } cover ? decimal.Round(cover, 1) : null,
                Round(part.Horizon, 1),
                demand.Method,
                verdict.Status,
                verdict.Target,
                verdict.Restock,
                days.Count(static day => !day.InStock),
                places.Count == 1 ? null : decimal.Round(shares[index], 3),
                places.Count == 1 ? null : basis);
        }
    }

    private static (IReadOnlyList<decimal> Shares, ShareBasis Basis) Shares(IReadOnlyList<StockPlace> places, DateOnly today)
    {
        var outflows = places.Select(place => place.Outflow(today.AddDays(-DemandForecaster.VelocityDays), today)).ToList();
        if (outflows.Sum() >= TellingOutflow)
        {
            return (Parts(outflows), ShareBasis.Outflow);
        }

        var onHand = places.Select(static place => Math.Max(0, place.OnHand)).ToList();
        return onHand.Sum() > 0 ? (Parts(onHand), ShareBasis.OnHand) : ([.. places.Select(_ => 1m / places.Count)], ShareBasis.Equal);
    }

    private static List<decimal> Parts(List<decimal> units) => units.ConvertAll(part => part / units.Sum());

    private static decimal Round(double number, int decimals) => decimal.Round((decimal)Math.Min(number, 1e12), decimals);
}
