using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;

namespace StoreClaw.Benchmarks;

/// <summary>A shop without a rate limit, its orders served in pages over HTTP, and the connector that reads them: what is left to measure is StoreClaw's own part.</summary>
public sealed class PagedShop : IPlatformProtocol, IAuthorization, IReader, IAsyncDisposable
{
    public const int PageSize = 250;

    private readonly WebApplication _app;
    private readonly List<byte[]> _pages;

    private PagedShop(WebApplication app, List<byte[]> pages)
    {
        _app = app;
        _pages = pages;
    }

    public string Address { get; private set; } = "";

    public Connector Connector => new()
    {
        Descriptor = new ConnectorDescriptor
        {
            Id = "paged",
            Name = "Paged",
            Category = ConnectorCategory.Ecommerce,
            Authorization = AuthorizationMethod.Credentials,
            Fields = [],
            Budget = new RateBudget(1_000_000, 1_000_000, 16),
            Sync = new Dictionary<Resource, SyncPlan> { [Resource.Orders] = new(TimeSpan.FromHours(1), TimeSpan.Zero, TimeSpan.Zero, PageSize) },
        },
        Protocol = this,
        Authorization = this,
        Readers = new Dictionary<Resource, IReader> { [Resource.Orders] = this },
    };

    /// <summary>Orders spread evenly over the days, in the order of their creation.</summary>
    public static async Task<PagedShop> StartAsync(int orders, int days)
    {
        var begin = new DateTimeOffset(2025, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var step = TimeSpan.FromDays(days) / orders;
        var pages = Enumerable.Range(0, orders).Select(n => NewOrder(n, begin + (step * n))).Chunk(PageSize).Select(static page => JsonSerializer.SerializeToUtf8Bytes(page, JsonText.Options)).ToList();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseSetting("urls", "http://127.0.0.1:0");
        var app = builder.Build();
        var shop = new PagedShop(app, pages);
        app.MapGet("/pages/{number:int}", (int number) => Microsoft.AspNetCore.Http.Results.Bytes(shop._pages[number], "application/json"));
        await app.StartAsync();
        shop.Address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return shop;
    }

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
    }

    public PlatformFault? Examine(PlatformResponse response) => response.Succeeded ? null : new PlatformFault(FaultKind.PlatformFailure, "failed", "The page server failed.");

    public ConnectPlan Plan(ConnectInput input) => new ConnectPlan.Ready("paged", new Dictionary<string, Secret>());

    public Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) =>
        Task.FromResult(new Grant { Store = "paged", Secrets = new Dictionary<string, Secret> { ["key"] = new("bench") } });

    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var number = int.Parse(request.Cursor ?? "0", CultureInfo.InvariantCulture);
        var response = await store.SendAsync(PlatformRequest.Get($"https://paged.example/pages/{number}"), cancellationToken);
        var orders = JsonSerializer.Deserialize<List<Order>>(response.Body.Span, JsonText.Options)!;
        return new Page([.. orders.Select(static order => new OrderChange(order))], number + 1 < _pages.Count ? (number + 1).ToString(CultureInfo.InvariantCulture) : null);
    }

    public Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static Order NewOrder(int n, DateTimeOffset created) => new()
    {
        Id = (800_000_000_000 + n).ToString(CultureInfo.InvariantCulture),
        Number = $"#{n}",
        CreatedAt = created,
        UpdatedAt = created.AddHours(30),
        Currency = "USD",
        Total = 20 + (n % 80),
        CustomerId = (n * 7919 % 9000).ToString(CultureInfo.InvariantCulture),
        Country = "US",
        PaymentStatus = "paid",
        Lines = [.. Enumerable.Range(0, 1 + (n % 3)).Select(line => new OrderLine { Id = $"{n}-{line}", Sku = $"SKU-{(n + line) % 300}", Title = $"Article {(n + line) % 300}", Quantity = 1, UnitPrice = 20 })],
        Refunds = n % 25 == 0 ? [new Refund($"r{n}", created.AddDays(2), 5)] : [],
    };
}
