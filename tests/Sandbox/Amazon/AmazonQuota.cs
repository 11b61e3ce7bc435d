using System.Collections.Concurrent;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>Amazon's usage plans: a token bucket for each seller and operation.</summary>
internal sealed class AmazonQuota(TimeProvider time)
{
    private static readonly Dictionary<string, (double Rate, double Burst)> Plans = new()
    {
        ["searchOrders"] = (0.0056, 20),
        ["getOrders"] = (0.0167, 20),
        ["getOrder"] = (0.5, 30),
        ["getOrderV0"] = (0.5, 30),
        ["getOrderItems"] = (0.5, 30),
        ["searchListingsItems"] = (5, 5),
        ["getListingsItem"] = (5, 10),
        ["patchListingsItem"] = (5, 5),
        ["getInventorySummaries"] = (2, 2),
    };

    private readonly ConcurrentDictionary<(string Seller, string Operation), (double Left, DateTimeOffset At)> _left = new();

    public static double RateOf(string operation) => Plans[operation].Rate;

    /// <summary>False when the bucket is empty.</summary>
    public bool Take(string seller, string operation)
    {
        var (rate, burst) = Plans[operation];
        var taken = false;
        _left.AddOrUpdate(
            (seller, operation),
            _ =>
            {
                taken = true;
                return (burst - 1, time.GetUtcNow());
            },
            (_, held) =>
            {
                var now = time.GetUtcNow();
                var left = Math.Min(burst, held.Left + (Math.Max(0, (now - held.At).TotalSeconds) * rate));
                taken = left > 0.999;
                return (taken ? left - 1 : left, now);
            });
        return taken;
    }
}
