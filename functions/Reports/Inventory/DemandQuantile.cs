namespace StoreClaw.Reports.Inventory;

/// <summary>How much must be there so that it lasts with a given chance.</summary>
internal static class DemandQuantile
{
    // Beyond it whole units make no difference and the normal distribution will do.
    private const double Countable = 200;
    private const int MostUnits = 1_000_000;
    private const int Halvings = 60;
    private const double Widest = 8;

    /// <summary>
    /// The least whole number of units that the demand stays within, with the chance given. Demand of few units is counted (Poisson, or negative binomial where it varies more), greater demand is taken as normal.
    /// Never less than the mean's whole units.
    /// </summary>
    /// <param name="chance">From 0.5 to below 1.</param>
    public static double Of(double mean, double variance, double chance)
    {
        if (mean <= 0)
        {
            return 0;
        }

        // Buyers come by chance, so no demand is steadier than a Poisson process.
        var spread = Math.Max(mean, variance);
        return Math.Max(Math.Floor(mean), mean > Countable ? Math.Ceiling(mean + (Normal(chance) * Math.Sqrt(spread))) : Count(mean, spread, chance));
    }

    /// <summary>The standard normal distribution's quantile: halves an interval until the distribution function is met.</summary>
    public static double Normal(double chance)
    {
        var (low, high) = (-Widest, Widest);
        for (var step = 0; step < Halvings; step++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle) < chance ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>1/2 + density x (x + x^3/3 + x^5/(3x5) + ...).</summary>
    private static double Below(double x)
    {
        var (term, sum) = (x, x);
        for (var odd = 3; Math.Abs(term) > 1e-17 * Math.Abs(sum); odd += 2)
        {
            term *= x * x / odd;
            sum += term;
        }

        return 0.5 + (sum * Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI));
    }

    /// <summary>Adds the probabilities of 0, 1, 2 ... units, each got from the one before.</summary>
    private static double Count(double mean, double variance, double chance)
    {
        // Of a negative binomial: p = mean / variance, r = mean x p / (1 - p); the next probability is (units + r) / (units + 1) x (1 - p) times this one. With p towards 1 it is Poisson's.
        var p = mean / variance;
        var isPoisson = p > 1 - 1e-9;
        var r = isPoisson ? 0 : mean * p / (1 - p);
        var probability = Math.Exp(isPoisson ? -mean : r * Math.Log(p));
        var sum = probability;
        var units = 0;
        for (; sum < chance && units < MostUnits; units++)
        {
            probability *= isPoisson ? mean / (units + 1) : (units + r) / (units + 1) * (1 - p);
            sum += probability;
        }

        return units;
    }
}
