using StoreClaw.Reports.Inventory;

namespace StoreClaw.Tests.Reports.Inventory;

public sealed class DemandQuantileTests
{
    [Theory]
    // Tables of the standard normal distribution.
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1.281552)]
    [InlineData(0.95, 1.644854)]
    [InlineData(0.975, 1.959964)]
    [InlineData(0.999, 3.090232)]
    [InlineData(0.05, -1.644854)]
    public void Normal(double chance, double quantile) => Assert.Equal(quantile, DemandQuantile.Normal(chance), 6);

    [Theory]
    // Tables of Poisson's distribution: sums of its probabilities up to and including the count.
    [InlineData(0.05, 0.95, 0)]
    [InlineData(0.06, 0.95, 1)]
    [InlineData(1, 0.95, 3)]
    [InlineData(1, 0.99, 4)]
    [InlineData(5, 0.9, 8)]
    [InlineData(10, 0.95, 15)]
    [InlineData(20, 0.99, 31)]
    public void Poisson(double mean, double chance, double units) => Assert.Equal(units, DemandQuantile.Of(mean, mean, chance));

    [Theory]
    // A negative binomial with r = 1 is geometric: the chance of at most k is 1 - (1 - p)^(k + 1), p = mean / variance = 1 / (1 + mean).
    [InlineData(1, 2, 0.95, 4)]
    [InlineData(4, 20, 0.9, 10)]
    [InlineData(9, 90, 0.99, 43)]
    public void Negative_binomial(double mean, double variance, double chance, double units) => Assert.Equal(units, DemandQuantile.Of(mean, variance, chance));

    [Theory]
    [InlineData(1000, 2500, 0.95, 1083)]
    [InlineData(1000, 0, 0.95, 1053)]
    [InlineData(201, 201, 0.5, 201)]
    public void Great_demand_is_normal(double mean, double variance, double chance, double units) => Assert.Equal(units, DemandQuantile.Of(mean, variance, chance));

    [Fact]
    public void Counting_and_the_normal_distribution_meet()
    {
        var (counted, normal) = (DemandQuantile.Of(199.9, 800, 0.95), DemandQuantile.Of(200.1, 800, 0.95));
        Assert.InRange(counted, normal - 2, normal + 6);
    }

    [Fact]
    public void No_demand_needs_nothing() => Assert.Equal(0, DemandQuantile.Of(0, 0, 0.999));
}
