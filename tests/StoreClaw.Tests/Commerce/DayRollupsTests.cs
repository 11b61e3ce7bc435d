using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Storage;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Commerce;

/// <summary>Kept books against books counted from the orders, over the emulator.</summary>
public sealed class DayRollupsTests
{
    private const string Shop = "shop";

    private static readonly DateTimeOffset Now = new(2026, 4, 20, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")]
    [InlineData("Asia/Kathmandu")]
    [InlineData("UTC")]
    public async Task They_are_the_books_of_the_orders_however_often_they_are_read(string zone)
    {
        var store = await StoreAsync(Orders(7, 300));
        for (var read = 0; read < 3; read++)
        {
            await store.AssertAsync(zone);
        }

        Assert.Equal(["counted", "kept", "kept"], store.Reads);
    }

    [Fact]
    public async Task The_sums_of_a_days_books_are_the_same_in_every_zone()
    {
        var store = await StoreAsync(Orders(3, 300));
        var totals = new HashSet<(decimal, int, decimal, int, decimal)>();
        foreach (var zone in new[] { "UTC", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu" })
        {
            var sums = (await store.ReadAsync(zone)).SelectMany(static book => book.Sums).ToList();
            totals.Add((sums.Sum(static sum => sum.Gmv), sums.Sum(static sum => sum.Orders), sums.Sum(static sum => sum.Units), sums.Sum(static sum => sum.Cancelled), sums.Sum(static sum => sum.Refunds)));
        }

        Assert.Single(totals);
    }

    public static TheoryData<string> LateChanges => ["order", "refund", "cancelled", "deleted", "erased", "refund-of-today", "two-at-once"];

    [Theory]
    [MemberData(nameof(LateChanges))]
    public async Task A_late_change_is_in_the_next_reading(string change)
    {
        var store = await StoreAsync(Orders(11, 120));
        await store.AssertAsync("America/New_York");
        await store.AssertAsync("Asia/Kathmandu");
        store.Time.Advance(TimeSpan.FromMinutes(5));
        var old = store.Orders.Values.First(static order => order is { Test: false, CancelledAt: null, CustomerId: not null } && order.CreatedAt < Now.AddDays(-20));
        var later = old with { UpdatedAt = store.Time.GetUtcNow() };
        await (change switch
        {
            "order" => store.PutAsync(later with { Id = "late", CreatedAt = old.CreatedAt.AddSeconds(1) }),
            "refund" => store.PutAsync(later with { Refunds = [new Refund("late", old.CreatedAt.AddDays(3), 5.01m)] }),
            "refund-of-today" => store.PutAsync(later with { Refunds = [new Refund("late", Now.AddMinutes(-3), 5.01m)] }),
            "cancelled" => store.PutAsync(later with { CancelledAt = store.Time.GetUtcNow() }),
            "deleted" => store.BuryAsync(old),
            "two-at-once" => store.PutAsync(later with { Id = "late", CreatedAt = old.CreatedAt.AddSeconds(1) }, later with { Id = "later", CreatedAt = old.CreatedAt.AddSeconds(2) }),
            _ => store.EraseAsync(old.CustomerId!),
        });

        await store.AssertAsync("America/New_York");
        await store.AssertAsync("Asia/Kathmandu");
        await store.AssertAsync("America/New_York");
        Assert.Equal("kept", store.Reads[^1]);
    }

    [Fact]
    public async Task Nothing_is_kept_of_who_was_forgotten()
    {
        var store = await StoreAsync(Orders(5, 100));
        await store.AssertAsync("Europe/London");
        var customer = store.Orders.Values.First(static order => order is { CustomerId: not null, Test: false, CancelledAt: null } && order.CreatedAt < Now.AddDays(-10)).CustomerId!;
        Assert.Contains(customer, await store.KeptTextAsync(), StringComparison.Ordinal);

        await store.EraseAsync(customer);

        Assert.DoesNotContain(customer, await store.KeptTextAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_day_is_not_kept_before_it_is_long_over()
    {
        var store = await StoreAsync(Orders(2, 50));
        await store.AssertAsync("UTC");
        var days = await store.KeptDaysAsync();
        Assert.Equal("20260417", days.Max());
    }

    [Fact]
    public async Task Ninety_days_of_five_thousand_orders_are_read_in_less_than_a_transaction_per_thousand()
    {
        var wire = new CuttingTransport();
        var history = new BusyHistory(5_000, 400);
        var rollups = new DayRollups(await Account.NewAsync(wire), history, new ManualTime(Now));
        var cuts = Cuts("Asia/Shanghai", 92, 2);
        var counted = await SumAsync(rollups, cuts);
        var (before, asked) = (wire.Calls, history.Asked);

        var kept = await SumAsync(rollups, cuts);

        Assert.Equal((90 * 5_000, counted), (kept.Orders, kept));
        Assert.InRange(wire.Calls - before, 1, 90 * 5);
        Assert.Equal(asked, history.Asked);
    }

    [Fact]
    public async Task A_day_with_more_than_a_row_holds_is_kept_whole()
    {
        var history = new BusyHistory(25_000, 25_000);
        var rollups = new DayRollups(await Account.NewAsync(), history, new ManualTime(Now));
        var cuts = Cuts("Asia/Shanghai", 4, 3);
        var counted = await BooksAsync(rollups, cuts);
        var asked = history.Asked;

        var kept = await BooksAsync(rollups, cuts);

        Assert.Equal(JsonSerializer.Serialize(counted, JsonText.Options), JsonSerializer.Serialize(kept, JsonText.Options));
        Assert.Equal(asked, history.Asked);
    }

    private static DateTimeOffset[] Cuts(string zone, int first, int last)
    {
        var tz = TimeZoneInfo.FindSystemTimeZoneById(zone);
        var today = tz.LocalDay(Now);
        return [.. Enumerable.Range(0, first - last + 1).Select(day => tz.StartOfDay(today.AddDays(day - first)))];
    }

    private static async Task<(int Orders, decimal Gmv, int Customers)> SumAsync(DayRollups rollups, DateTimeOffset[] cuts)
    {
        var books = await BooksAsync(rollups, cuts);
        return (books.Sum(static book => book.Sums.Sum(static sums => sums.Orders)), books.Sum(static book => book.Sums.Sum(static sums => sums.Gmv)), books.Sum(static book => book.Customers.Count));
    }

    private static async Task<List<DayBook>> BooksAsync(DayRollups rollups, DateTimeOffset[] cuts) =>
        await rollups.ReadAsync(Shop, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"), cuts, CancellationToken.None).ToListAsync();

    private static IEnumerable<Order> Orders(int seed, int count)
    {
        var random = new Random(seed);
        for (var i = 0; i < count; i++)
        {
            var created = Now.AddSeconds(-random.Next(60 * 86_400));
            var lines = Enumerable.Range(0, random.Next(1, 4)).Select(line => new OrderLine
            {
                Id = $"{line}",
                Sku = random.Next(4) == 0 ? "" : $"SKU-{random.Next(6)}",
                VariantId = $"v{random.Next(4)}",
                Title = $"Article {random.Next(5)}",
                Quantity = random.Next(1, 5),
                UnitPrice = random.Next(100, 9999) / 100m,
                Discount = random.Next(3) == 0 ? 0.33m : 0,
            }).ToList();
            var total = lines.Sum(static line => (line.Quantity * line.UnitPrice) - line.Discount);
            var cancelled = random.Next(9) == 0;
            var refunded = random.Next(6) == 0;
            yield return new Order
            {
                Id = i.ToString("D5", CultureInfo.InvariantCulture),
                CreatedAt = created,
                UpdatedAt = created,
                Currency = random.Next(4) == 0 ? "EUR" : "USD",
                Total = total,
                Test = random.Next(20) == 0,
                CancelledAt = cancelled ? created.AddHours(2) : null,
                CustomerId = random.Next(5) == 0 ? null : $"customer-{random.Next(25)}",
                Country = random.Next(5) == 0 ? null : "DE",
                Lines = lines,
                Refunds = refunded ? [new Refund($"r{i}", created.AddHours(random.Next(1, 200)), decimal.Round(total / 3, 2))] : [],
            };
        }
    }

    private static async Task<Store> StoreAsync(IEnumerable<Order> orders)
    {
        var store = new Store(await Account.NewAsync());
        await store.PutAsync([.. orders]);
        return store;
    }

    /// <summary>A store of the emulator, and the same orders in memory.</summary>
    private sealed class Store : IOrderHistory
    {
        private readonly StorageClients _storage;
        private readonly CommerceStore _commerce;
        private readonly OrderHistory _history;
        private readonly DayRollups _rollups;
        private int _asked;

        public Store(StorageClients storage)
        {
            _storage = storage;
            _commerce = new CommerceStore(storage, new NoWatch(), Time);
            _history = new OrderHistory(storage, new FirstOrders(storage, new NoLog(), Time));
            _rollups = new DayRollups(storage, this, Time);
        }

        public ManualTime Time { get; } = new(Now);

        public Dictionary<string, Order> Orders { get; } = [];

        /// <summary>Whether each reading asked for the orders of days long over.</summary>
        public List<string> Reads { get; } = [];

        public async Task PutAsync(params Order[] orders)
        {
            var outcomes = await _commerce.ApplyAsync(Shop, [.. orders.Select(static order => new Upsert(new OrderChange(order), "test", Insist: true))], fresh: false, CancellationToken.None);
            Assert.All(outcomes, static outcome => Assert.True(outcome is UpsertOutcome.Created or UpsertOutcome.Updated));
            foreach (var order in orders)
            {
                Orders[order.Id] = order;
            }
        }

        public async Task BuryAsync(Order order)
        {
            await _commerce.BuryAsync(Shop, Resource.Orders, order.Id, Time.GetUtcNow(), CancellationToken.None);
            Orders.Remove(order.Id);
        }

        public async Task EraseAsync(string customer)
        {
            var theirs = Orders.Values.Where(order => order.CustomerId == customer).Select(static order => order with { CustomerId = null, Country = null }).ToArray();
            await PutAsync(theirs);
            await _rollups.ForgetAsync(Shop, [.. theirs.Select(static order => order.CreatedAt)], CancellationToken.None);
        }

        public async Task<List<DayBook>> ReadAsync(string zone)
        {
            var (tz, asked) = (TimeZoneInfo.FindSystemTimeZoneById(zone), _asked);
            var books = await _rollups.ReadAsync(Shop, tz, Cuts(zone, 65, -1), CancellationToken.None).ToListAsync();
            Reads.Add(_asked == asked ? "kept" : "counted");
            return books;
        }

        public async Task AssertAsync(string zone)
        {
            var tz = TimeZoneInfo.FindSystemTimeZoneById(zone);
            var memory = new Reports.OrderList(new Dictionary<string, IReadOnlyList<Order>> { [Shop] = [.. Orders.Values] });
            var expected = await new DayBooks(memory).ReadAsync(Shop, tz, Cuts(zone, 65, -1), CancellationToken.None).ToListAsync();
            Assert.Equal(JsonSerializer.Serialize(expected, JsonText.Options), JsonSerializer.Serialize(await ReadAsync(zone), JsonText.Options));
        }

        public async Task<IReadOnlyList<string>> KeptDaysAsync() =>
            [.. await _storage.Table(TableNames.Rollups).QueryAsync<Azure.Data.Tables.TableEntity>("").Select(static row => row.RowKey.Split('|')[0]).ToListAsync()];

        public async Task<string> KeptTextAsync()
        {
            var rows = await _storage.Table(TableNames.Rollups).QueryAsync<Azure.Data.Tables.TableEntity>("").ToListAsync();
            return string.Concat(rows.Select(static row => System.Text.Encoding.UTF8.GetString(Packing.Unpack(Packing.Gather(row)))));
        }

        public IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
        {
            // Days that are not long over are always counted.
            _asked += from < Now.AddDays(-5) ? 1 : 0;
            return _history.OrdersAsync(connectionId, from, to, cancellationToken);
        }

        public IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
            _history.RefundsAsync(connectionId, from, to, cancellationToken);

        public Task<IReadOnlyList<CancellationRow>> LateCancellationsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) =>
            _history.LateCancellationsAsync(connectionId, from, to, cancellationToken);

        public Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) =>
            _history.FirstOrdersAsync(connectionId, customerIds, cancellationToken);

        public IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, CancellationToken cancellationToken) => _history.FirstOrdersAsync(connectionId, cancellationToken);

        public Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) =>
            _history.CountriesAsync(connectionId, customerIds, cancellationToken);

        public Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken) => _history.OldestOrderAsync(connectionId, cancellationToken);
    }

    /// <summary>So many orders a day, of so many customers.</summary>
    private sealed class BusyHistory(int aDay, int customers) : IOrderHistory
    {
        public int Asked { get; private set; }

        public async IAsyncEnumerable<Order> OrdersAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            Asked++;
            await Task.CompletedTask;
            var step = TimeSpan.FromDays(1) / aDay;
            var lines = Enumerable.Range(0, 200).Select(static n => new OrderLine { Id = "1", Sku = $"SKU-{n}", Title = $"Article {n}", Quantity = 1, UnitPrice = 9.99m }).ToList();
            var n = 0;
            for (var at = from; at < to; at += step, n++)
            {
                yield return new Order { Id = $"{n}", CreatedAt = at, UpdatedAt = at, Currency = "USD", Total = 9.99m, CustomerId = $"{(n % customers) * 2_654_435_761L % 10_000_000_019L:D11}", Country = "US", Lines = [lines[n % 200]] };
            }
        }

        public IAsyncEnumerable<RefundRow> RefundsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => AsyncEnumerable.Empty<RefundRow>();

        public Task<IReadOnlyList<CancellationRow>> LateCancellationsAsync(string connectionId, DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, DateTimeOffset>> FirstOrdersAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) => throw new NotSupportedException();

        public IAsyncEnumerable<CustomerOrder> FirstOrdersAsync(string connectionId, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<IReadOnlyDictionary<string, string>> CountriesAsync(string connectionId, IReadOnlyCollection<string> customerIds, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<DateTimeOffset?> OldestOrderAsync(string connectionId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
