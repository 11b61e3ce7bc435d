namespace StoreClaw.Reports.Inventory;

public enum StockStatus
{
    /// <summary>Nothing can be sold, though somebody would buy.</summary>
    Out,

    /// <summary>It may be gone before an order placed in a horizon from now arrives.</summary>
    Restock,

    Ok,

    /// <summary>It lasts for more than <see cref="StockPolicy.Ample"/> times lead time and horizon.</summary>
    Overstock,

    /// <summary>It is there, and nothing was sold in the days looked at, four weeks of days of business at least.</summary>
    Dead,
}

/// <param name="Target">What should be there so that demand over lead time and horizon is met with the service level.</param>
/// <param name="DaysOfCover">Null when nothing is expected to be sold.</param>
internal sealed record StockVerdict(StockStatus Status, decimal Target, decimal Restock, decimal? DaysOfCover);

/// <summary>
/// Orders up to a target each horizon (periodic review): what is ordered now arrives after the lead time and must last until what is ordered a horizon later arrives.
/// </summary>
internal static class StockPolicy
{
    /// <summary>From how many times lead time and horizon on stock is too much.</summary>
    public const int Ample = 4;

    private const decimal LongestCover = 9999;

    /// <summary>Null when there is nothing to say: neither stock nor demand.</summary>
    public static StockVerdict? Judge(decimal onHand, DemandForecast demand, InventoryParameters parameters)
    {
        if (onHand == 0 && demand.DailyVelocity <= 0)
        {
            return null;
        }

        var target = (decimal)Math.Min(DemandQuantile.Of(demand.Protection, demand.Variance, (double)parameters.ServiceLevel), 1e12);
        var restock = Math.Max(0, Math.Ceiling(target - onHand));
        var cover = demand.DailyVelocity <= 0 ? (decimal?)null : (decimal)Math.Min(Math.Max(0, (double)onHand) / demand.DailyVelocity, (double)LongestCover);
        return new StockVerdict(Status(onHand, restock, cover, demand, parameters), target, restock, cover);
    }

    private static StockStatus Status(decimal onHand, decimal restock, decimal? cover, DemandForecast demand, InventoryParameters parameters) => demand switch
    {
        _ when onHand <= 0 => StockStatus.Out,
        _ when restock > 0 => StockStatus.Restock,
        { Method: ForecastMethod.NoSales } => demand.DaysCounted >= DemandForecaster.VelocityDays ? StockStatus.Dead : StockStatus.Ok,
        _ when cover is null || cover > Ample * (parameters.LeadTimeDays + parameters.HorizonDays) => StockStatus.Overstock,
        _ => StockStatus.Ok,
    };
}
