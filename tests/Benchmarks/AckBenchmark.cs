using System.Globalization;
using Azure.Storage.Queues;
using StoreClaw.Storage;

namespace StoreClaw.Benchmarks;

/// <summary>
/// Acknowledged deliveries per second, against the bare handler, in turns so that both meet the same machine. The app applies what it took in all the while; the bare handler does not.
/// At 1 connection there are bursts, which are over when their first message comes to be applied, and lasting streams, most of which runs beside that work.
/// Each has an emulator of its own and begins with an empty queue: the emulator looks through all messages it holds at each call, so what one left behind would slow the other.
/// </summary>
public static class AckBenchmark
{
    private static readonly (int Connections, int Count, int Rounds)[] Measures = [(1, 400, 15), (1, 3000, 7), (16, 2000, 5), (64, 2000, 5)];

    public static async Task RunAsync(Results results)
    {
        await using var bench = await Bench.StartAsync();
        await using var app = await ServerProcess.StartApp(bench).ReadyAsync();
        await using var bareStorage = await DiskStorage.StartAsync();
        await using var bare = await ServerProcess.StartBaseline("bare", bareStorage.Server.ConnectionString(), Bench.Secret).ReadyAsync();
        var bareQueue = new QueueClient(bareStorage.Server.ConnectionString(), "bare");

        // The compiler needs some thousand deliveries before it leaves the app's path alone.
        foreach (var (connections, count) in ((int, int)[])[(1, 1500), (16, 3000), (1, 1500)])
        {
            await RoundAsync(bench, app, bare, bareQueue, connections, count);
        }

        foreach (var (connections, count, rounds) in Measures)
        {
            var (ours, theirs) = (new List<LoadResult>(), new List<LoadResult>());
            for (var round = 0; round < rounds; round++)
            {
                var (one, other) = await RoundAsync(bench, app, bare, bareQueue, connections, count);
                ours.Add(one);
                theirs.Add(other);
            }

            var name = string.Create(CultureInfo.InvariantCulture, $"acks, {connections} connections, {count}");
            var least = connections switch { 1 => 0.8, 64 => 2.5, _ => (double?)null };
            results.Add(name, [.. ours.Select(static one => one.PerSecond)], [.. theirs.Select(static one => one.PerSecond)], "/s", least is { } floor ? ratio => ratio >= floor : null, least is null ? "" : string.Create(CultureInfo.InvariantCulture, $"ratio >= {least}"));
            results.Add($"{name}, p50", [.. ours.Select(static one => one.P50)], [.. theirs.Select(static one => one.P50)], "ms", null, "");
            results.Add($"{name}, p99", [.. ours.Select(static one => one.P99)], [.. theirs.Select(static one => one.P99)], "ms", connections == 64 ? static ratio => ratio < 1 : null, connections == 64 ? "under the baseline's" : "");
        }
    }

    private static async Task<(LoadResult Ours, LoadResult Theirs)> RoundAsync(Bench bench, ServerProcess app, ServerProcess bare, QueueClient bareQueue, int connections, int count)
    {
        var path = await bench.ConnectAsync(app.Address);
        var deliveries = Bench.Deliveries(count);
        var ours = await Load.RunAsync(app.Address, path, connections, deliveries);
        var queue = new QueueClient(bench.Storage.ConnectionString(), QueueNames.WebhookEvents);
        while ((await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount > 0)
        {
            await Task.Delay(100);
        }

        var theirs = await Load.RunAsync(bare.Address, path, connections, deliveries);
        await bareQueue.ClearMessagesAsync();
        return (ours, theirs);
    }
}
