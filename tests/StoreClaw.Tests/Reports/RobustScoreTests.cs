using System.Globalization;
using StoreClaw.Reports;

namespace StoreClaw.Tests.Reports;

public sealed class RobustScoreTests
{
    [Theory]
    // Median 5, absolute deviations 4 3 2 1 0 1 2 3 4: their median is 2.
    [InlineData("1,2,3,4,5,6,7,8,9", 0, "5", "5", 0)]
    [InlineData("1,2,3,4,5,6,7,8,9", 0, "11", "5", 2.0235)]
    [InlineData("1,2,3,4,5,6,7,8,9", 0, "-1", "5", -2.0235)]
    // One wild day does not bend it.
    [InlineData("1,2,3,4,5,6,7,8,9000", 0, "11", "5", 2.0235)]
    // The floor holds where it is wider.
    [InlineData("1,2,3,4,5,6,7,8,9", 6, "11", "5", 1)]
    // An even number of days.
    [InlineData("1,2,3,4", 0, "2.5", "2.5", 0)]
    // More than half alike: the median deviation is zero, the root mean square is sqrt(4 x 100^2 / 16) = 50.
    [InlineData("0,0,0,0,0,0,0,0,0,0,0,0,100,100,100,100", 0, "100", "0", 2)]
    // All alike: only the floor knows.
    [InlineData("7,7,7,7,7,7,7", 2, "17", "7", 5)]
    public void It_measures_in_robust_deviations(string baseline, double floor, string value, string expected, double score)
    {
        var result = RobustScore.Of(Number(value), [.. baseline.Split(',').Select(Number)], floor);
        Assert.Equal(Number(expected), result!.Value.Expected);
        Assert.Equal(score, result.Value.Score, 3);
    }

    [Fact]
    public void Without_any_spread_it_says_nothing() => Assert.Null(RobustScore.Of(5, [0, 0, 0, 0], 0));

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);
}
