using Azure.Storage.Queues;
using Azure.Storage.Sas;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Amazon;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.Connectors.Amazon;

/// <summary>An Amazon seller in the whole app: approved in the browser or by itself, told of through its own queue in Azure or by its forwarder.</summary>
public sealed class AmazonAppTests : IAsyncLifetime
{
    private const string SellerId = "A3TH9S8BH6GOGM";
    private const string ForwarderSecret = "forwarder-secret-canary-in-the-app";

    private readonly ShiftedClock _clock = new();
    private AmazonPlatform _platform = null!;
    private AmazonSeller _seller = null!;
    private TestApp _app = null!;
    private QueueClient _queue = null!;
    private Uri _reader = null!;

    public async Task InitializeAsync()
    {
        _platform = await AmazonPlatform.StartAsync(_clock, new AmazonApp("amzn1.application-oa2-client.0001", "amzn1.oa2-cs.v1.canary-0001", "amzn1.sp.solution.0001", new Uri("https://storeclaw.example/")));
        _seller = _platform.AddSeller(SellerId, "US", Steps.SmallShop(ShopProfile.AmericanFashion with { OtherCurrencies = [] }, _clock));
        _clock.Shift(TimeSpan.FromMinutes(5));
        _app = await Steps.StartAsync(
            _clock,
            ("Connectors:amazon:BaseUrl", _platform.BaseAddress.AbsoluteUri),
            ("Connectors:amazon:ClientId", "amzn1.application-oa2-client.0001"),
            ("Connectors:amazon:ClientSecret", "amzn1.oa2-cs.v1.canary-0001"),
            ("Connectors:amazon:ApplicationId", "amzn1.sp.solution.0001"),
            ("Connectors:amazon:ForwarderSecret", ForwarderSecret));
        _platform.App.Redirect = new Uri(_app.Client.BaseAddress!, "/oauth/amazon/callback");
        _queue = new QueueClient(await TestStorage.NewAccountAsync(), "amazon-notifications");
        await _queue.CreateAsync();
        _reader = _queue.GenerateSasUri(QueueSasPermissions.Process, DateTimeOffset.UtcNow.AddHours(1));
        (_platform.Forwarder.Secret, _platform.Forwarder.QueueUrl) = (ForwarderSecret, _queue.GenerateSasUri(QueueSasPermissions.Add, DateTimeOffset.UtcNow.AddHours(1)));
    }

    public async Task DisposeAsync()
    {
        _app.Log.AssertFreeOf([.. _platform.Secrets, _platform.App.ClientSecret, ForwarderSecret, QueryHelpers.ParseQuery(_reader.Query)["sig"].ToString()]);
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task A_seller_is_approved_read_and_told_of_through_its_own_queue()
    {
        using var page = await Steps.BrowseAsync(await _app.BeginApprovalAsync("amazon", new { marketplace = "US", notificationQueue = _reader.AbsoluteUri }));
        await Steps.PageAsync(page.Headers.Location!, 200, "US/A3TH9S8BH6GOGM is connected");
        var id = (await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().Single().GetProperty("id").GetString()!;
        await _app.SyncedAsync(id);
        Assert.Equal(_seller.Store.Orders.Count, (await _app.OrdersAsync(id)).Count);
        _platform.Forwarder.Way = AmazonForwarding.Queue;

        foreach (var (inBase64, byAudit) in new[] { (false, false), (true, false), (false, true) })
        {
            _platform.Forwarder.InBase64 = inBase64;
            var told = Place();
            Assert.All(await _platform.Forwarder.DeliverAsync(), static status => Assert.Equal(201, status));
            await (byAudit ? Timers.AuditAsync(new TimerInfo(), CancellationToken.None) : Timers.CollectAsync(new TimerInfo(), CancellationToken.None));
            await _app.HandledAsync(id, "ORDER_CHANGE", told);
            Assert.Contains(await _app.OrdersAsync(id), order => order.Id == told);
        }

        Assert.Equal(0, await EmptyAsync());
        Assert.Empty(_platform.Log.Violations);
    }

    [Fact]
    public async Task More_than_a_round_is_collected_at_once_and_what_is_no_notification_is_parked()
    {
        var id = await _app.ConnectAsync("amazon", new { marketplace = "US", sellerId = SellerId, refreshToken = _platform.SelfAuthorize(_seller), notificationQueue = _reader.AbsoluteUri });
        _platform.Forwarder.Way = AmazonForwarding.Queue;
        for (var i = 0; i < 40; i++)
        {
            _platform.Forwarder.Notify("REPORT_PROCESSING_FINISHED", [], _clock.GetUtcNow());
        }

        await _platform.Forwarder.DeliverAsync();
        await _platform.Forwarder.WriteAsync("this is not JSON");
        await Timers.CollectAsync(new TimerInfo(), CancellationToken.None);

        var parked = await Eventually.GetAsync(async () => (await _app.GetAsync("/api/parked")).GetProperty("parked"), static seen => seen.GetArrayLength() == 1);
        Assert.Contains("not JSON", parked[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.Equal(id, parked[0].GetProperty("connection").GetString());
        Assert.Equal(0, await EmptyAsync());

        await _queue.DeleteAsync();
        await Timers.CollectAsync(new TimerInfo(), CancellationToken.None);
        await Eventually.GetAsync(() => Task.FromResult(_app.Log.Lines), static lines => lines.Any(static line => line.Contains("The notification queue is not there", StringComparison.Ordinal)));
        Assert.Equal("connected", await _app.StatusAsync(id));
    }

    [Fact]
    public async Task A_private_app_is_told_of_by_its_forwarder_at_either_address()
    {
        var id = await _app.ConnectAsync("amazon", new { marketplace = "US", sellerId = SellerId, refreshToken = _platform.SelfAuthorize(_seller) });
        await _app.SyncedAsync(id);
        var forwarder = _platform.Forwarder;
        foreach (var (way, path) in new[] { (AmazonForwarding.Signed, "/webhooks/amazon"), (AmazonForwarding.Secret, $"/webhooks/amazon/{id}") })
        {
            (forwarder.Way, forwarder.Endpoint, forwarder.Secret) = (way, new Uri(_app.Client.BaseAddress!, path), "not-the-secret-canary");
            var told = Place();
            Assert.All(await forwarder.DeliverAsync(), static status => Assert.Equal(401, status));
            forwarder.Secret = ForwarderSecret;
            Assert.All(await forwarder.DeliverAsync(), static status => Assert.Equal(200, status));
            Assert.Equal(0, forwarder.Waiting);
            await _app.HandledAsync(id, "ORDER_CHANGE", told);
            Assert.Contains(await _app.OrdersAsync(id), order => order.Id == told);
        }

        Assert.Empty(_platform.Log.Violations);
    }

    private StoreTimers Timers => ActivatorUtilities.CreateInstance<StoreTimers>(_app.Services);

    private string Place() => AmazonSeller.OrderId(_seller.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(_seller.Store.Products[0].Variants[0].Id, 1)] }).Id);

    /// <summary>How many messages are left, once none is.</summary>
    private Task<int> EmptyAsync() => Eventually.GetAsync(async () => (await _queue.GetPropertiesAsync()).Value.ApproximateMessagesCount, static left => left == 0);
}
