namespace StoreClaw.Sandbox.Commerce;

/// <summary>Picks an index with the given relative weights.</summary>
internal sealed class WeightedChoice
{
    private readonly double[] _sums;

    public WeightedChoice(IEnumerable<double> weights)
    {
        var sum = 0.0;
        _sums = [.. weights.Select(weight => sum += weight)];
    }

    public int Next(Random random)
    {
        var found = Array.BinarySearch(_sums, random.NextDouble() * _sums[^1]);
        return Math.Min(found < 0 ? ~found : found + 1, _sums.Length - 1);
    }
}
