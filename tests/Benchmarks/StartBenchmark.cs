using System.Diagnostics;

namespace StoreClaw.Benchmarks;

/// <summary>From starting the process to the first acknowledged delivery, against an empty Kestrel app's first answer.</summary>
public static class StartBenchmark
{
    private const int Rounds = 7;

    public static async Task RunAsync(Results results)
    {
        await using var bench = await Bench.StartAsync();
        string path;
        await using (var app = await ServerProcess.StartApp(bench).ReadyAsync())
        {
            path = await bench.ConnectAsync(app.Address);
        }

        var delivery = Bench.Deliveries(1)[0];
        var (ours, theirs) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(await TimeAsync(() => ServerProcess.StartApp(bench), path, delivery));
            theirs.Add(await TimeAsync(static () => ServerProcess.StartBaseline("empty"), path, delivery));
        }

        results.Add("start to first ack", ours, theirs, "ms", static ratio => ratio <= 3, "ratio <= 3");
    }

    private static async Task<double> TimeAsync(Func<ServerProcess> start, string path, SignedDelivery delivery)
    {
        var watch = Stopwatch.StartNew();
        await using var server = await start().ReadyAsync();
        using var client = new HttpClient { BaseAddress = server.Address };
        using var request = delivery.ToRequest(path);
        using var response = await client.SendAsync(request);
        return response.IsSuccessStatusCode ? watch.Elapsed.TotalMilliseconds : throw new InvalidOperationException($"The first delivery was answered {(int)response.StatusCode}.");
    }
}
