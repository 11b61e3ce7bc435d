using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Embedded;
using StoreClaw.Reports;
using StoreClaw.Reports.Business;
using StoreClaw.Storage;

namespace StoreClaw.Benchmarks;

/// <summary>A review of 90 days from kept books, against counting the same days from their orders; with ten times the orders, with half the days, and in storage transactions.</summary>
public static class ReportBenchmark
{
    private const int Rounds = 5;
    private const int Many = 200;

    private static readonly DateTimeOffset AsOf = new(2026, 6, 15, 9, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(Results results)
    {
        var few = await MeasureAsync(Many / 10, "last-90-days");
        var many = await MeasureAsync(Many, "last-90-days");
        var month = await MeasureAsync(Many, "last-30-days");
        results.Add("review of 90 days", many.Kept, many.Counted, "ms", null, "");
        results.Add("review of 90 days, ten times the orders", many.Kept, few.Kept, "ms", static ratio => ratio <= 3, "far from linear: ratio <= 3");
        results.Add("review of 90 days against one of 30", many.Kept, month.Kept, "ms", static ratio => ratio <= 4.5, "by days: ratio <= 4.5");
        results.Add("transactions of that review", many.Transactions, null, "", valueHolds: static value => value <= 90 * 5, target: "<= 450: one per 1,000 orders where a day has 5,000");
    }

    /// <summary>Milliseconds a report, and the transactions of one from kept books.</summary>
    private static async Task<(IReadOnlyList<double> Kept, IReadOnlyList<double> Counted, int Transactions)> MeasureAsync(int aDay, string period)
    {
        await using var storage = await DiskStorage.StartAsync();
        await using var tables = await CountingProxy.StartAsync($"http://127.0.0.1:{storage.Server.TablePort}");
        var clients = Clients(storage, tables.Address);
        var time = new StandingTime();
        await FillAsync(new CommerceStore(clients, new NoWatch(), time), aDay);
        var history = new OrderHistory(clients, new FirstOrders(clients, new NoLog(), time));
        var kept = new BusinessReviewKind(history, new DayRollups(clients, history, time));
        var counted = new BusinessReviewKind(history, new DayBooks(history));
        await TimeAsync(kept, period);
        var before = tables.Count(TableNames.Orders, TableNames.Refunds, TableNames.Rollups, TableNames.FirstOrders);
        await TimeAsync(kept, period);
        var transactions = tables.Count(TableNames.Orders, TableNames.Refunds, TableNames.Rollups, TableNames.FirstOrders) - before;
        var (fromBooks, fromOrders) = (new List<double>(), new List<double>());
        for (var round = 0; round < Rounds; round++)
        {
            fromBooks.Add(await TimeAsync(kept, period));
            fromOrders.Add(await TimeAsync(counted, period));
        }

        return (fromBooks, fromOrders, transactions);
    }

    private static async Task<double> TimeAsync(BusinessReviewKind kind, string period)
    {
        Connection shop = new("shop", "shopify", "shop.example.com", ConnectionStatus.Connected, [], new Dictionary<string, string>(), AsOf, null);
        var context = new ReportContext("r", [shop], TimeZoneInfo.FindSystemTimeZoneById("America/New_York"), AsOf, AsOf, JsonSerializer.SerializeToElement(new { period }));
        var watch = Stopwatch.StartNew();
        await kind.ComputeAsync(context, CancellationToken.None);
        return watch.Elapsed.TotalMilliseconds;
    }

    private static async Task FillAsync(CommerceStore store, int aDay)
    {
        for (var day = 215; day >= 1; day--)
        {
            var upserts = Enumerable.Range(0, aDay).Select(number => new Upsert(new OrderChange(OrderOf(day, number, aDay)), "fill", Insist: false) { IsNew = true });
            await store.ApplyAsync("shop", [.. upserts], fresh: false, CancellationToken.None);
        }
    }

    private static Order OrderOf(int day, int number, int aDay)
    {
        var at = AsOf.AddDays(-day) + (TimeSpan.FromHours(14) * number / aDay);
        return new Order
        {
            Id = string.Create(CultureInfo.InvariantCulture, $"{day:D3}-{number:D4}"),
            CreatedAt = at,
            UpdatedAt = at,
            Currency = "USD",
            Total = 10 + (number % 40),
            CustomerId = string.Create(CultureInfo.InvariantCulture, $"c{((day * 31) + (number * 7)) % 5000}"),
            Country = "US",
            Lines = [new OrderLine { Id = "1", Sku = string.Create(CultureInfo.InvariantCulture, $"SKU-{number % 120}"), Title = "An article of some length, as shops write them", Quantity = 1, UnitPrice = 10 + (number % 40) }],
        };
    }

    private static StorageClients Clients(DiskStorage storage, string tables)
    {
        var account = AzuriteServer.DefaultAccount;
        var setting = $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AzuriteServer.AccountKey};QueueEndpoint=http://127.0.0.1:{storage.Server.QueuePort}/{account};TableEndpoint={tables}/{account};";
        return new StorageClients(new ConfigurationBuilder().AddInMemoryCollection([new("AzureWebJobsStorage", setting)]).Build());
    }

    private sealed class StandingTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => AsOf;
    }

    private sealed class NoWatch : IWriteWatch
    {
        public Task WrittenAsync(string connectionId, IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoLog : IOrderLog
    {
        public IAsyncEnumerable<CustomerOrder> SinceAsync(string connectionId, DateTimeOffset day, CancellationToken cancellationToken) => AsyncEnumerable.Empty<CustomerOrder>();
    }
}
