using System.Text.Json.Serialization;

namespace StoreClaw.Reports;

/// <summary>How a figure differs from an earlier one.</summary>
/// <param name="Before">What it is compared with.</param>
/// <param name="Change">Now less before.</param>
/// <param name="Percent">The change in percent of before, one decimal; null when before is zero.</param>
public sealed record Shift(decimal Before, decimal Change, [property: JsonConverter(typeof(PlainNumberConverter))] decimal? Percent)
{
    public static Shift OfMoney(decimal now, decimal before) => new(Figures.Money(before), Figures.Money(now - before), PercentOf(now, before));

    public static Shift OfCount(decimal now, decimal before) => new(Figures.Plain(before), Figures.Plain(now - before), PercentOf(now, before));

    private static decimal? PercentOf(decimal now, decimal before) =>
        before == 0 ? null : decimal.Round((now - before) / Math.Abs(before) * 100, 1, MidpointRounding.ToEven);
}
