using StoreClaw.Common;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Common;

public sealed class RandomnessTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 8, 0, 0, TimeSpan.Zero);

    private sealed class Filled(byte value) : Randomness
    {
        public override void Fill(Span<byte> bytes) => bytes.Fill(value);
    }

    [Fact]
    public void A_fraction_stays_below_one()
    {
        Assert.Equal(0, new Filled(0).NextDouble());
        Assert.Equal(1 - Math.Pow(2, -53), new Filled(255).NextDouble());
    }

    [Fact]
    public void Fractions_are_spread_evenly()
    {
        var random = new SeededRandomness(1);
        var counts = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            counts[(int)(random.NextDouble() * 10)]++;
        }

        Assert.All(counts, static count => Assert.InRange(count, 850, 1150));
    }

    [Fact]
    public void A_token_is_base64url_without_padding()
    {
        Assert.Equal("_____w", new Filled(255).Token(4));
        Assert.Equal(43, new SystemRandomness().Token(32).Length);
        Assert.Throws<ArgumentOutOfRangeException>(() => new SystemRandomness().Token(0));
    }

    [Fact]
    public void An_id_holds_its_time_and_then_chance()
    {
        Assert.Equal(26, new Filled(0).Id(Now).Length);
        Assert.Equal("0000000000" + new string('0', 16), new Filled(0).Id(DateTimeOffset.UnixEpoch));
        Assert.Equal("0000000001" + new string('z', 16), new Filled(255).Id(DateTimeOffset.UnixEpoch.AddMilliseconds(1)));
        Assert.Equal(1772352000000, Decode(new Filled(7).Id(Now)[..10]));
    }

    [Fact]
    public void Ids_sort_by_time()
    {
        var random = new SeededRandomness(2);
        var ids = Enumerable.Range(0, 2000).Select(step => random.Id(Now.AddMilliseconds(step * 977L))).ToArray();
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
        Assert.Equal(ids.Length, ids.Distinct().Count());
        Assert.All(ids, static id => Assert.Matches("^[0-7][0-9a-hjkmnp-tv-z]{25}$", id));
    }

    [Fact]
    public void A_guid_is_a_version_4_one()
    {
        Assert.Equal("ffffffff-ffff-4fff-bfff-ffffffffffff", new Filled(255).NewGuid().ToString());
        Assert.Equal("00000000-0000-4000-8000-000000000000", new Filled(0).NewGuid().ToString());
        Assert.NotEqual(new SystemRandomness().NewGuid(), new SystemRandomness().NewGuid());
    }

    [Fact]
    public void A_seed_repeats_itself() => Assert.Equal(new SeededRandomness(3).Token(64), new SeededRandomness(3).Token(64));

    private static long Decode(string text) =>
        text.Aggregate(0L, static (value, digit) => (value * 32) + "0123456789abcdefghjkmnpqrstvwxyz".IndexOf(digit));
}
