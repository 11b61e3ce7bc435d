using System.Globalization;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Lazada;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>The app's client secret is changed in the settings while stores are connected through it.</summary>
public sealed class RotatedAppTests : IAsyncLifetime
{
    private const string Key = "123456";
    private const string Old = "lazada-secret-canary-before";
    private const string New = "lazada-secret-canary-after";

    private readonly ShiftedClock _clock = new();
    private LazadaPlatform _platform = null!;
    private LazadaSeller _seller = null!;
    private TestApp _app = null!;

    public async Task InitializeAsync()
    {
        var address = Steps.FreeAddress();
        _platform = await LazadaPlatform.StartAsync(_clock, new LazadaApp(Key, Old, new Uri($"{address}/oauth/lazada/callback")) { PushUrl = new Uri($"{address}/webhooks/lazada") });
        _seller = _platform.AddSeller("1152180742", "sg", Steps.SmallShop(ShopProfile.SingaporeFashion, _clock));
        _clock.Shift(TimeSpan.FromMinutes(1));
        _app = await TestApp.StartAsync(new TestAppOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["urls"] = address,
                ["PublicBaseUrl"] = address,
                ["Connectors:lazada:BaseUrl"] = _platform.BaseAddress.ToString(),
                ["Connectors:lazada:ClientId"] = Key,
                ["Connectors:lazada:ClientSecret"] = Old,
            },
            Services = services => services.AddSingleton<TimeProvider>(_clock),
        });
    }

    public async Task DisposeAsync()
    {
        await _app.DisposeAsync();
        await _platform.DisposeAsync();
    }

    [Fact]
    public async Task Calls_are_signed_with_the_new_one_and_deliveries_with_either_are_taken()
    {
        var id = await ConnectAsync();
        await _platform.PushAsync();
        await _app.SyncedAsync(id);

        _platform.App.Secret = New;
        _app.Services.GetRequiredService<IConfiguration>()["Connectors:lazada:ClientSecret"] = New;

        Assert.Equal(200, await DeliverAsync(id, Old));
        Assert.Equal(200, await DeliverAsync(id, New));
        Assert.Equal(401, await DeliverAsync(id, "another"));
        var sold = _seller.Store.PlaceOrder(new OrderDraft { Lines = [new DraftLine(_seller.Store.Products[0].Variants[0].Id, 1)], NewCustomer = true });
        Assert.All(await _platform.PushAsync(), static status => Assert.Equal(200, status));
        await _app.OrdersAsync(id, orders => orders.Any(order => order.Id == sold.Id.ToString(CultureInfo.InvariantCulture)));

        // Renewing the token is a signed call too.
        var renewed = _clock.GetUtcNow();
        _seller.ExpireAccess();
        _clock.Shift(TimeSpan.FromMinutes(5));
        await _app.PostAsync($"/api/connections/{id}/sync", new { }, 202);
        await _app.SyncedAsync(id, renewed);
        Assert.Equal("connected", await _app.StatusAsync(id));
    }

    private async Task<string> ConnectAsync()
    {
        var page = await _app.BeginApprovalAsync("lazada", new { });
        await Steps.PageAsync(_platform.Approve(new UriBuilder(page) { Scheme = "https", Host = "auth.lazada.com", Port = -1 }.Uri, _seller), 200, "Connected");
        return Assert.Single((await _app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList()).GetProperty("id").GetString()!;
    }

    private async Task<int> DeliverAsync(string id, string secret)
    {
        var body = Encoding.UTF8.GetBytes("""{"seller_id":"1152180742","message_type":99,"data":{},"timestamp":1700000000,"site":"lazada_sg"}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/lazada/{id}") { Content = new ByteArrayContent(body) };
        request.Headers.TryAddWithoutValidation("Authorization", LazadaSigning.OfPush(Key, secret, body));
        using var response = await _app.Client.SendAsync(request);
        return (int)response.StatusCode;
    }
}
