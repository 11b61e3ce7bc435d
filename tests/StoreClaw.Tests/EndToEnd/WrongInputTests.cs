using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Common;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>What a seller types wrong, through the API: which of it is wrong, and what to do.</summary>
public sealed class WrongInputTests
{
    private const string Domain = "harbor-pine.myshopify.com";
    private const string Site = "https://haus-und-herd.example";
    private const string Secret = "shpss_canary_3001";

    private static readonly ShiftedClock Clock = new();

    [Fact]
    public async Task A_wrong_client_secret_or_id_of_shopify_is_named()
    {
        await using var shopify = await ShopifyAsync();
        await using var app = await StartAsync(("Connectors:shopify:BaseUrl", shopify.BaseUrl));

        using var secret = await app.TryConnectAsync("shopify", new { shopDomain = Domain, clientId = "client-1", clientSecret = "shpss_canary_wrong" });
        var problem = await secret.ProblemAsync(422, "CREDENTIALS_REJECTED", "authentication", Domain, "check", "Client ID", "Client Secret");
        Assert.DoesNotContain("canary", problem.GetRawText(), StringComparison.Ordinal);
        using var client = await app.TryConnectAsync("shopify", new { shopDomain = Domain, clientId = "client-2", clientSecret = Secret });
        await client.ProblemAsync(422, "CREDENTIALS_REJECTED", "authentication", Domain, "check", "Client ID");
        await NothingIsConnectedAsync(app);
    }

    [Fact]
    public async Task A_shop_that_does_not_exist_is_named()
    {
        await using var shopify = await ShopifyAsync();
        await using var app = await StartAsync(("Connectors:shopify:BaseUrl", shopify.BaseUrl));

        using var answer = await app.TryConnectAsync("shopify", new { shopDomain = "harbor-pin.myshopify.com", clientId = "client-1", clientSecret = Secret });

        await answer.ProblemAsync(422, "STORE_NOT_FOUND", "parameter", "harbor-pin.myshopify.com", "check the shop domain");
        await NothingIsConnectedAsync(app);
    }

    [Fact]
    public async Task A_wrong_key_or_secret_of_woocommerce_and_a_site_without_it_are_named()
    {
        await using var woo = await WooCommercePlatform.StartAsync(Clock);
        var key = woo.AddSite(Site, Steps.SmallShop(ShopProfile.EuropeanHome, Clock)).CreateKey();
        await using var app = await StartAsync(("Connectors:woocommerce:BaseUrl", woo.BaseAddress.AbsoluteUri));

        using var unknown = await app.TryConnectAsync("woocommerce", new { siteUrl = Site, consumerKey = "ck_" + new string('0', 40), consumerSecret = key.ConsumerSecret });
        await unknown.ProblemAsync(422, "CREDENTIALS_REJECTED", "authentication", "does not accept the key", "make a new one", "REST API");
        using var secret = await app.TryConnectAsync("woocommerce", new { siteUrl = Site, consumerKey = key.ConsumerKey, consumerSecret = "cs_" + new string('0', 40) });
        var problem = await secret.ProblemAsync(422, "CREDENTIALS_REJECTED", "authentication", "does not accept the key", "make a new one", "REST API");
        Assert.DoesNotContain(key.ConsumerKey, problem.GetRawText(), StringComparison.Ordinal);
        using var elsewhere = await app.TryConnectAsync("woocommerce", new { siteUrl = Site + "/wrong-folder", consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });
        await elsewhere.ProblemAsync(422, "STORE_UNAVAILABLE", "platform", "No WooCommerce there", "check the address and sub-folder");
        await NothingIsConnectedAsync(app);
    }

    [Fact]
    public async Task A_key_that_may_only_read_connects_and_the_missing_right_is_shown()
    {
        await using var woo = await WooCommercePlatform.StartAsync(Clock);
        var key = woo.AddSite(Site, Steps.SmallShop(ShopProfile.EuropeanHome, Clock)).CreateKey(WooCommercePermission.Read);
        await using var app = await StartAsync(("Connectors:woocommerce:BaseUrl", woo.BaseAddress.AbsoluteUri));

        var id = await app.ConnectAsync("woocommerce", new { siteUrl = Site, consumerKey = key.ConsumerKey, consumerSecret = key.ConsumerSecret });

        var scopes = (await app.ConnectionAsync(id)).GetProperty("scopes");
        Assert.Equal(["read"], scopes.GetProperty("granted").EnumerateArray().Select(static scope => scope.GetString()));
        Assert.Equal(["write"], scopes.GetProperty("missing").EnumerateArray().Select(static scope => scope.GetString()));
        Assert.Contains(app.Log.Lines, static line => line.Contains("needs Read/Write", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("https://127.0.0.1")]
    [InlineData("https://127.1/shop")]
    [InlineData("https://10.0.0.5")]
    [InlineData("https://192.168.1.20:8443")]
    [InlineData("https://169.254.169.254/latest/meta-data")]
    [InlineData("https://[::1]")]
    [InlineData("https://[fe80::1]")]
    [InlineData("https://[fd00::1]/shop")]
    [InlineData("https://localhost")]
    public async Task A_site_on_this_machine_or_in_its_network_is_refused(string siteUrl)
    {
        await using var app = await StartAsync();

        using var answer = await app.TryConnectAsync("woocommerce", new { siteUrl, consumerKey = "ck_1", consumerSecret = "cs_1" });

        var problem = await answer.ProblemAsync(422, "INVALID_FIELDS", "parameter", "siteUrl", "not on the public internet", "enter the shop's address");
        Assert.Equal(["siteUrl"], problem.GetProperty("errors").EnumerateObject().Select(static error => error.Name));
    }

    [Fact]
    public async Task A_name_that_leads_inside_is_refused_before_anything_is_sent()
    {
        using var inside = new TcpListener(IPAddress.Loopback, 0);
        inside.Start();
        var port = ((IPEndPoint)inside.LocalEndpoint).Port;
        var asked = new List<string>();
        await using var app = await StartAsync(services => services.AddSingleton(new AddressGuard((host, _) =>
        {
            asked.Add(host);
            return Task.FromResult(new[] { IPAddress.Loopback });
        })));

        using var woo = await app.TryConnectAsync("woocommerce", new { siteUrl = $"https://shop.example:{port}", consumerKey = "ck_1", consumerSecret = "cs_1" });
        await woo.ProblemAsync(422, "ADDRESS_REFUSED", "parameter", "shop.example", "public", "enter");
        using var shopify = await app.TryConnectAsync("shopify", new { shopDomain = Domain, clientId = "client-1", clientSecret = Secret });
        await shopify.ProblemAsync(422, "ADDRESS_REFUSED", "parameter", Domain, "public", "enter");

        Assert.Equal(["shop.example", Domain], asked.Distinct());
        Assert.False(inside.Pending());
    }

    [Fact]
    public async Task An_unknown_connector_is_404()
    {
        await using var app = await StartAsync();

        using var connect = await app.TryConnectAsync("etsy", new { });
        await connect.ProblemAsync(404, "NOT_FOUND", "parameter", "connector 'etsy'", "list");
        using var begun = await app.Client.GetAsync("/oauth/etsy/callback?state=x");
        Assert.Equal(404, (int)begun.StatusCode);
        using var delivery = await app.Client.PostAsync("/webhooks/etsy/1", null);
        await delivery.ProblemAsync(404, "NOT_FOUND", "parameter", "'etsy'");
        using var connection = await app.Client.GetAsync("/api/connections/nobody");
        await connection.ProblemAsync(404, "NOT_FOUND", "parameter", "connection 'nobody'", "list");
    }

    [Theory]
    [InlineData("{", "BODY_INVALID", "body")]
    [InlineData("", "BODY_INVALID", "body")]
    [InlineData("null", "BODY_MISSING", "JSON object")]
    [InlineData("[]", "BODY_INVALID", "body")]
    [InlineData("""{"fields":{"shopDomain":7}}""", "BODY_INVALID", "fields.shopDomain")]
    [InlineData("""{"field":{}}""", "BODY_INVALID", "'field'")]
    public async Task A_body_that_is_not_what_is_expected_is_400(string body, string code, string word)
    {
        await using var app = await StartAsync();

        using var answer = await app.Client.PostAsync("/api/connectors/shopify/connections", Steps.Json(body));

        await answer.ProblemAsync(400, code, "parameter", word);
    }

    [Theory]
    [InlineData("shopify", "{}", "shopDomain", "clientId", "clientSecret")]
    [InlineData("shopify", """{"fields":{"shopDomain":"harbor-pine.myshopify.com","clientId":" "}}""", "clientId", "clientSecret")]
    [InlineData("shopify", """{"fields":{"shopDomain":"harbor-pine.example.com","clientId":"1","clientSecret":"2"}}""", "shopDomain")]
    [InlineData("shopify", """{"fields":{"shopDomain":"harbor-pine.myshopify.com","password":"1"}}""", "password")]
    [InlineData("woocommerce", "{}", "siteUrl")]
    [InlineData("woocommerce", """{"fields":{"siteUrl":"https://shop.example","consumerKey":"ck_1"}}""", "consumerSecret")]
    [InlineData("woocommerce", """{"fields":{"siteUrl":"http://shop.example","consumerKey":"ck_1","consumerSecret":"cs_1"}}""", "siteUrl")]
    public async Task Fields_that_are_missing_or_wrong_are_each_named_with_a_remedy(string connector, string body, params string[] fields)
    {
        await using var app = await StartAsync();

        using var answer = await app.Client.PostAsync($"/api/connectors/{connector}/connections", Steps.Json(body));

        var problem = await answer.ProblemAsync(422, "INVALID_FIELDS", "parameter", fields);
        var errors = problem.GetProperty("errors").EnumerateObject().ToList();
        Assert.Equal(fields, errors.Select(static error => error.Name));
        Assert.All(errors, static error => Assert.Matches(@"\. (Copy|Type|Enter|Give) ", error.Value.GetString()));
    }

    [Fact]
    public async Task Without_the_key_there_is_no_api()
    {
        await using var app = await StartAsync();
        app.Client.DefaultRequestHeaders.Remove("x-functions-key");

        using var answer = await app.TryConnectAsync("shopify", new { });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static async Task<ShopifyPlatform> ShopifyAsync()
    {
        var platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = Clock });
        platform.AddShop(Domain, Steps.SmallShop(ShopProfile.AmericanFashion, Clock), "client-1", Secret, ["read_orders"]);
        return platform;
    }

    private static Task<TestApp> StartAsync(params (string Name, string Value)[] settings) => StartAsync(null, settings);

    /// <summary>The HTTP doors alone: nothing here gets as far as a queue.</summary>
    private static Task<TestApp> StartAsync(Action<IServiceCollection>? services, params (string Name, string Value)[] settings) => TestApp.StartAsync(new TestAppOptions
    {
        Settings = settings.ToDictionary(static setting => setting.Name, static setting => (string?)setting.Value),
        Services = services,
        Functions = [typeof(ConnectionsApi), typeof(OAuthFunction), typeof(WebhooksFunction)],
    });

    private static async Task NothingIsConnectedAsync(TestApp app) =>
        Assert.Empty((await app.GetAsync("/api/connections")).GetProperty("connections").EnumerateArray().ToList());
}
