using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Benchmarks;

/// <summary>The most memory the app takes with 64 connections sending while a shop is backfilled.</summary>
public static class MemoryBenchmark
{
    public static async Task RunAsync(Results results)
    {
        await using var bench = await Bench.StartAsync();
        await using var app = await ServerProcess.StartApp(bench).ReadyAsync();
        var path = await bench.ConnectAsync(app.Address, ShopProfile.AmericanFashion with { Days = 300, OrdersPerDay = 60 }, wait: false);
        await Load.RunAsync(app.Address, path, 64, Bench.Deliveries(20_000));
        results.Add("peak memory, 64 connections and a backfill", app.PeakMegabytes, null, "MB", valueHolds: static value => value < 300, target: "< 300 MB");
    }
}
