using System.Globalization;

namespace StoreClaw.Benchmarks;

/// <summary>Acknowledged deliveries per second, against the bare handler, in turns so that both meet the same machine. The app applies what it took in all the while; the bare handler does not.</summary>
public static class AckBenchmark
{
    private const int Rounds = 3;

    public static async Task RunAsync(Results results)
    {
        await using var bench = await Bench.StartAsync();
        await using var app = await ServerProcess.StartApp(bench).ReadyAsync();
        var path = await Bench.ConnectAsync(app.Address);
        await using var bare = await ServerProcess.StartBaseline("bare", bench.Storage.ConnectionString(), Bench.Secret).ReadyAsync();
        await Load.RunAsync(app.Address, path, 16, Bench.Deliveries(2000));
        await Load.RunAsync(bare.Address, path, 16, Bench.Deliveries(2000));
        foreach (var connections in (int[])[1, 16, 64])
        {
            var (ours, theirs) = (new List<LoadResult>(), new List<LoadResult>());
            var count = connections == 1 ? 800 : 4000;
            for (var round = 0; round < Rounds; round++)
            {
                ours.Add(await Load.RunAsync(app.Address, path, connections, Bench.Deliveries(count, 100_000 + (round * 10_000))));
                theirs.Add(await Load.RunAsync(bare.Address, path, connections, Bench.Deliveries(Math.Min(count, 1500), 100_000 + (round * 10_000))));
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"acks, {connections} connections");
            var least = connections switch { 1 => 0.8, 64 => 2.5, _ => (double?)null };
            results.Add(name, Median(ours, static one => one.PerSecond), Median(theirs, static one => one.PerSecond), "/s", least is { } floor ? ratio => ratio >= floor : null, target: least is null ? "" : string.Create(CultureInfo.InvariantCulture, $"ratio >= {least}"));
            results.Add($"{name}, p50", Median(ours, static one => one.P50), Median(theirs, static one => one.P50), "ms");
            results.Add($"{name}, p99", Median(ours, static one => one.P99), Median(theirs, static one => one.P99), "ms", connections == 64 ? static ratio => ratio < 1 : null, target: connections == 64 ? "under the baseline's" : "");
        }
    }

    private static double Median(List<LoadResult> results, Func<LoadResult, double> of) => results.Select(of).Order().ElementAt(results.Count / 2);
}
