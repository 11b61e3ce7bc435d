namespace StoreClaw.Reports.Inventory;

/// <summary>What one article sold on one day.</summary>
/// <param name="InStock">False when it could not be bought for at least half of the day.</param>
/// <param name="Open">False when the store as a whole did no business.</param>
internal readonly record struct DemandDay(DateOnly Day, double Units, bool InStock = true, bool Open = true);

public enum ForecastMethod
{
    /// <summary>Sells on most days: the weighted mean of 28 days, times its weekday's factor.</summary>
    WeightedAverage,

    /// <summary>Sells now and then: the chance of a sale times its size, each smoothed (Teunter, Syntetos and Babai).</summary>
    Tsb,

    /// <summary>Nothing was sold in the days looked at.</summary>
    NoSales,
}

/// <summary>What an article is expected to sell. Units; all figures are at least zero and grow in step with the units sold.</summary>
/// <param name="DailyVelocity">A calendar day, as a mean over the coming week.</param>
/// <param name="Horizon">Over the horizon.</param>
/// <param name="Protection">Over the time that an order placed now must last.</param>
/// <param name="Variance">Of <paramref name="Protection"/>: of the demand itself, and of not knowing its level.</param>
/// <param name="DaysCounted">On how many days it rests.</param>
internal sealed record DemandForecast(ForecastMethod Method, double DailyVelocity, double Horizon, double Protection, double Variance, int DaysCounted)
{
    /// <summary>The forecast of a share of the demand: each unit goes there with that chance, whatever the others do.</summary>
    public DemandForecast Part(double share) => this with { DailyVelocity = DailyVelocity * share, Horizon = Horizon * share, Protection = Protection * share, Variance = Variance * share };
}
