using StoreClaw.Common;

namespace StoreClaw.Tests.Support;

/// <summary>The same sequence for the same seed.</summary>
public sealed class SeededRandomness(int seed) : Randomness
{
    private readonly Random _random = new(seed);

    private readonly Lock _turn = new();

    public override void Fill(Span<byte> bytes)
    {
        lock (_turn)
        {
            _random.NextBytes(bytes);
        }
    }
}
