using System.Net;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Webhooks;

/// <summary>The one URL that a platform has for all stores of an app.</summary>
public sealed class AppWebhookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly TestAppOptions WithApp = new()
    {
        Settings = new Dictionary<string, string?> { ["Connectors:demo:ClientId"] = "app", ["Connectors:demo:ClientSecret"] = "app-secret-canary", ["Connectors:demo:SigningSecret"] = DemoPlatform.SigningSecret },
    };

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_delivery_goes_to_the_store_it_names_whether_the_app_is_known_or_not(bool known)
    {
        await using var demo = await DemoApp.StartAsync(known ? WithApp : null);
        await ConnectAsync(demo, "shop-2");
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(demo, "shop-1"));
        await demo.EventsAsync(static seen => seen.Count == 1);
        Assert.Equal("1", Assert.Single(await demo.OrdersAsync()).Id);
        Assert.Equal(1, (await demo.App.GetAsync("/api/events")).GetProperty("events").GetArrayLength());
    }

    [Fact]
    public async Task One_that_names_no_store_is_for_all_of_them()
    {
        await using var demo = await DemoApp.StartAsync(WithApp);
        await ConnectAsync(demo, "shop-2");
        Assert.Equal(HttpStatusCode.OK, await DeliverAsync(demo, null));
        var events = await Eventually.GetAsync(async () => (await demo.App.GetAsync("/api/events")).GetProperty("events"), static seen => seen.GetArrayLength() == 2);
        Assert.Equal(2, events.EnumerateArray().Select(static one => one.GetProperty("connection").GetString()).Distinct().Count());
    }

    [Theory]
    [InlineData("shop-9", true, 200)]
    [InlineData("shop-9", false, 404)]
    [InlineData(null, false, 404)]
    public async Task What_no_connected_store_is_meant_by_is_done_with_where_it_can_be_verified(string? shop, bool known, int status)
    {
        await using var demo = await DemoApp.StartAsync(known ? WithApp : null);
        Assert.Equal(status, (int)await DeliverAsync(demo, shop));
        Assert.Equal(0, (await demo.App.GetAsync("/api/events")).GetProperty("events").GetArrayLength());
    }

    [Theory]
    [InlineData("shop-1")]
    [InlineData("shop-9")]
    [InlineData(null)]
    public async Task A_wrong_signature_is_refused_whomever_it_names(string? shop)
    {
        await using var demo = await DemoApp.StartAsync(WithApp);
        Assert.Equal(HttpStatusCode.Unauthorized, await DeliverAsync(demo, shop, "wrong"));
    }

    [Fact]
    public async Task A_challenge_is_answered_with_the_apps_settings_before_any_store_is_connected()
    {
        await using var demo = await DemoApp.StartAsync(WithApp);
        Assert.Equal("abc True", await demo.App.Client.GetStringAsync("/webhooks/demo?challenge=abc"));
    }

    private static Task ConnectAsync(DemoApp demo, string shop) => demo.App.PostAsync("/api/connectors/demo/connections", new { fields = new { shop, key = "demo-key-canary" } }, 201);

    private static async Task<HttpStatusCode> DeliverAsync(DemoApp demo, string? shop, string? signature = null)
    {
        using var request = DemoPlatform.Delivery("", DemoPlatform.NewOrder("1", Noon));
        if (shop is not null)
        {
            request.Headers.Add("x-demo-shop", shop);
        }

        if (signature is not null)
        {
            request.Headers.Remove("x-demo-signature");
            request.Headers.Add("x-demo-signature", signature);
        }

        using var answer = await demo.App.Client.SendAsync(request);
        return answer.StatusCode;
    }
}
