using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Embedded;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Benchmarks;

/// <summary>Backfilled orders per second, against fetching the same pages and dropping them; and storage transactions per order.</summary>
public static class BackfillBenchmark
{
    private const int Orders = 20_000;
    private const int Days = 300;

    private static readonly string[] Touched = ["orders", "refunds", "firstorders", "cursors", "leases", "store-sync"];

    public static async Task RunAsync(Results results)
    {
        var half = await MeasureAsync(Orders / 2, Days / 2);
        var whole = await MeasureAsync(Orders, Days);
        results.Add("backfilled orders", whole.PerSecond, whole.DroppedPerSecond, "/s");
        results.Add("transactions per backfilled order", whole.Transactions, null, "", valueHolds: static value => value <= 0.1, target: "<= 0.1");
        results.Add("time per order, twice as many orders", 1000 / whole.PerSecond, 1000 / half.PerSecond, "ms", static ratio => ratio <= 1.3, target: "linear: ratio <= 1.3");
    }

    private static async Task<(double PerSecond, double DroppedPerSecond, double Transactions)> MeasureAsync(int orders, int days)
    {
        await using var shop = await PagedShop.StartAsync(orders, days);
        await using var storage = await DiskStorage.StartAsync();
        await using var queues = await CountingProxy.StartAsync($"http://127.0.0.1:{storage.Server.QueuePort}");
        await using var tables = await CountingProxy.StartAsync($"http://127.0.0.1:{storage.Server.TablePort}");
        await using var host = await StartAsync(shop, queues.Address, tables.Address);
        var dropped = await DropAsync(host, shop, orders);

        using var client = Bench.Client(host.Address);
        var watch = Stopwatch.StartNew();
        using var connected = await client.PostAsync("/api/connectors/paged/connections", new StringContent("""{"fields":{}}""", null, "application/json"));
        var connection = JsonElement.Parse(await connected.Content.ReadAsStringAsync()).GetProperty("id").GetString();
        while (JsonElement.Parse(await client.GetStringAsync($"/api/connections/{connection}")).GetProperty("sync").GetProperty("orders").GetProperty("watermark").ValueKind == JsonValueKind.Null)
        {
            await Task.Delay(250);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        var transactions = queues.Count(Touched) + tables.Count(Touched);
        await Console.Error.WriteLineAsync($"  on the wire: {queues}; {tables}");
        return (orders / seconds, dropped, transactions / (double)orders);
    }

    private static async Task<double> DropAsync(AppHost host, PagedShop shop, int orders)
    {
        var platform = host.Services.GetRequiredService<PlatformClient>();
        var session = new StoreSession("drop", "paged", new Dictionary<string, Common.Secret>(), new Dictionary<string, string>(), (store, request, token) => platform.SendAsync(shop.Connector, store, request, token));
        var watch = Stopwatch.StartNew();
        string? next = null;
        do
        {
            next = (await shop.ReadAsync(session, new PageRequest(null, DateTimeOffset.MaxValue, next, PagedShop.PageSize, Backfill: true), CancellationToken.None)).Next;
        }
        while (next is not null);
        return orders / watch.Elapsed.TotalSeconds;
    }

    private static Task<AppHost> StartAsync(PagedShop shop, string queues, string tables)
    {
        var account = AzuriteServer.DefaultAccount;
        return AppHost.StartAsync(new AppHostOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["AzureWebJobsStorage"] = $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AzuriteServer.AccountKey};QueueEndpoint={queues}/{account};TableEndpoint={tables}/{account};",
                ["FunctionKey"] = Bench.FunctionKey,
                ["Connectors:paged:BaseUrl"] = shop.Address,
                ["AzureFunctionsJobHost:logging:logLevel:default"] = "Error",
            },
            Services = services => services.AddSingleton(new ConnectorRegistry([shop.Connector])),
        });
    }
}
