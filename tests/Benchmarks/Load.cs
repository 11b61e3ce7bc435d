using System.Diagnostics;

namespace StoreClaw.Benchmarks;

/// <param name="P50">Milliseconds; likewise <paramref name="P99"/>.</param>
public sealed record LoadResult(double PerSecond, double P50, double P99, int Count);

/// <summary>So many connections, each sending its next delivery when the one before is answered.</summary>
public static class Load
{
    public static async Task<LoadResult> RunAsync(Uri server, string path, int connections, IReadOnlyList<SignedDelivery> deliveries)
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = connections, UseCookies = false };
        using var client = new HttpClient(handler) { BaseAddress = server };
        var latencies = new double[deliveries.Count];
        var next = -1;
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            for (int index; (index = Interlocked.Increment(ref next)) < deliveries.Count;)
            {
                var begun = Stopwatch.GetTimestamp();
                using var request = deliveries[index].ToRequest(path);
                using var response = await client.SendAsync(request);
                if (!response.IsSuccessStatusCode)
                {
                    throw new InvalidOperationException($"A delivery was answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
                }

                latencies[index] = Stopwatch.GetElapsedTime(begun).TotalMilliseconds;
            }
        })));
        var seconds = watch.Elapsed.TotalSeconds;
        Array.Sort(latencies);
        return new LoadResult(deliveries.Count / seconds, latencies[latencies.Length / 2], latencies[(int)(latencies.Length * 0.99)], deliveries.Count);
    }
}
