using System.Globalization;
using System.Text.Json;
using StoreClaw.Embedded;

namespace StoreClaw.Benchmarks;

/// <summary>Storage transactions of deliveries, counted on the wire: until the answer, and until done.</summary>
public static class LifeBenchmark
{
    private const int Alone = 30;
    private const int Together = 4000;

    // Everything a delivery's life touches; timers and their leases go on beside it and are not its.
    private static readonly string[] Touched = ["webhook-events", "events", "orders", "refunds", "customers", "connections", "payloads", "firstorders", "parked"];

    public static async Task RunAsync(Results results)
    {
        await using var bench = await Bench.StartAsync();
        await using var queues = await CountingProxy.StartAsync($"http://127.0.0.1:{bench.Storage.QueuePort}");
        await using var tables = await CountingProxy.StartAsync($"http://127.0.0.1:{bench.Storage.TablePort}");
        bench.StorageConnection = string.Create(
            CultureInfo.InvariantCulture,
            $"DefaultEndpointsProtocol=http;AccountName={AzuriteServer.DefaultAccount};AccountKey={AzuriteServer.AccountKey};QueueEndpoint={queues.Address}/{AzuriteServer.DefaultAccount};TableEndpoint={tables.Address}/{AzuriteServer.DefaultAccount};");
        await using var app = await ServerProcess.StartApp(bench).ReadyAsync();
        var path = await bench.ConnectAsync(app.Address);
        using var client = Bench.Client(app.Address);
        await Load.RunAsync(app.Address, path, 1, Bench.Deliveries(5));
        await DoneAsync(client, 5);

        Reset(queues, tables);
        var untilAck = 0;
        var alone = Bench.Deliveries(Alone, 1000);
        foreach (var (index, delivery) in alone.Index())
        {
            var before = queues.Count(Touched) + tables.Count(Touched);
            await Load.RunAsync(app.Address, path, 1, [delivery]);
            untilAck += queues.Count(Touched) + tables.Count(Touched) - before;
            await DoneAsync(client, 6 + index);
        }

        // Looking at the timeline is ours, one query each on connections and events.
        var life = (queues.Count(Touched) + tables.Count(Touched) - _looks) / (double)Alone;
        results.Add("transactions until the ack, alone", untilAck / (double)Alone, null, "", valueHolds: static value => value <= 1.05, target: "<= 1");
        results.Add("transactions in a delivery's life, alone", life, null, "", valueHolds: static value => value <= 6, target: "<= 6");

        Reset(queues, tables);
        await Load.RunAsync(app.Address, path, 64, Bench.Deliveries(Together, 10_000));
        await DrainedAsync(client, Together + Alone + 5);
        results.Add("transactions in a delivery's life, 64 connections", (queues.Count(Touched) + tables.Count(Touched) - _looks) / (double)Together, null, "", valueHolds: static value => value <= 1.5, target: "<= 1.5");
        await Console.Error.WriteLineAsync($"  on the wire: {queues}; {tables}");
    }

    private static int _looks;

    private static void Reset(CountingProxy queues, CountingProxy tables)
    {
        queues.Reset();
        tables.Reset();
        _looks = 0;
    }

    private static async Task DoneAsync(HttpClient client, int events)
    {
        while (await CountAsync(client) < events)
        {
            await Task.Delay(100);
        }
    }

    private static async Task DrainedAsync(HttpClient client, int events)
    {
        // The timeline shows at most 1,000; so many more transactions of looking would blur the count, so look seldom.
        for (var seen = 0; seen < Math.Min(events, 1000); seen = await CountAsync(client))
        {
            await Task.Delay(1000);
        }

        await Task.Delay(15_000);
    }

    private static async Task<int> CountAsync(HttpClient client)
    {
        var answer = JsonElement.Parse(await client.GetStringAsync("/api/events"));
        var events = answer.GetProperty("events").GetArrayLength();
        _looks += 2 + (events / 1000);
        return events;
    }
}
