using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;

namespace StoreClaw.Tests.Support;

/// <summary>The app with the demo platform, one store connected.</summary>
public sealed class DemoApp : IAsyncDisposable
{
    private DemoApp(TestApp app, DemoPlatform platform, RecordingNotifier notifier, string connection)
    {
        App = app;
        Platform = platform;
        Notifier = notifier;
        Connection = connection;
    }

    public TestApp App { get; }

    public DemoPlatform Platform { get; }

    public RecordingNotifier Notifier { get; }

    /// <summary>The connection's id.</summary>
    public string Connection { get; }

    public static async Task<DemoApp> StartAsync(TestAppOptions? options = null, DemoPlatform? platform = null)
    {
        platform ??= new DemoPlatform();
        var notifier = new RecordingNotifier();
        var given = options?.Services;
        var app = await TestApp.StartAsync((options ?? new TestAppOptions()) with
        {
            Services = services =>
            {
                given?.Invoke(services);
                platform.Register(services, notifier);
            },
        });
        var connection = await app.PostAsync("/api/connectors/demo/connections", new { fields = new { shop = "shop-1", key = "demo-key-canary" } }, 201);
        return new DemoApp(app, platform, notifier, connection.GetProperty("id").GetString()!);
    }

    public Task<HttpResponseMessage> DeliverAsync(Order order, string? deliveryId = null) => App.Client.SendAsync(DemoPlatform.Delivery(Connection, order, deliveryId));

    /// <summary>The timeline, once it has come to be as wanted.</summary>
    public Task<IReadOnlyList<JsonElement>> EventsAsync(Func<IReadOnlyList<JsonElement>, bool> good) => Eventually.GetAsync<IReadOnlyList<JsonElement>>(
        async () => [.. (await App.GetAsync($"/api/events?connection={Connection}")).GetProperty("events").EnumerateArray()], good);

    public async Task<IReadOnlyList<Order>> OrdersAsync()
    {
        var orders = new List<Order>();
        await foreach (var order in App.Services.GetRequiredService<IOrderHistory>().OrdersAsync(Connection, DateTimeOffset.UnixEpoch, DateTimeOffset.MaxValue.AddDays(-2), CancellationToken.None))
        {
            orders.Add(order);
        }

        return orders;
    }

    public ValueTask DisposeAsync() => App.DisposeAsync();
}
