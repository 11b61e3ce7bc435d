using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Tests.Sandbox.Shopify;

/// <summary>A platform with one shop, a clock that stands still, and a plain HTTP client.</summary>
public sealed class ShopifyWorld : IAsyncDisposable
{
    public const string Domain = "harbor-pine.myshopify.com";
    public const string ClientId = "client-1";
    public const string ClientSecret = "secret-1";
    public const string Version = "2026-07";

    public static readonly string[] AllScopes =
        ["read_orders", "read_all_orders", "read_products", "read_inventory", "write_inventory", "read_locations", "read_customers"];

    private ShopifyWorld(ShopifyPlatform platform, SandboxClock clock, SimStore store)
    {
        Platform = platform;
        Clock = clock;
        Store = store;
        Shop = platform.AddShop(Domain, store, ClientId, ClientSecret, AllScopes);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false }) { BaseAddress = new Uri(platform.BaseUrl) };
    }

    public ShopifyPlatform Platform { get; }

    public SandboxClock Clock { get; }

    public SimStore Store { get; }

    public ShopifyShop Shop { get; }

    public HttpClient Http { get; }

    public static async Task<ShopifyWorld> StartAsync(ShopProfile? profile = null, TimeSpan? deliveryTimeout = null)
    {
        var clock = new SandboxClock(new DateTimeOffset(2026, 9, 14, 15, 0, 0, TimeSpan.Zero));
        var store = SimStore.Generate(profile ?? ShopProfile.AmericanFashion with { Days = 30 }, 5, clock);
        var platform = await ShopifyPlatform.StartAsync(new ShopifyPlatformOptions { Time = clock, DeliveryTimeout = deliveryTimeout ?? TimeSpan.FromSeconds(5) });
        return new ShopifyWorld(platform, clock, store);
    }

    public async Task<(int Status, JsonObject? Json, string Body)> PostAsync(string path, object body, params (string Name, string Value)[] headers)
    {
        using var content = body as HttpContent ?? new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.StartsWith('{') ? JsonNode.Parse(text)!.AsObject() : null, text);
    }

    public async Task<string> TokenAsync()
    {
        var (_, json, _) = await GrantAsync(new { grant_type = "client_credentials", client_id = ClientId, client_secret = ClientSecret });
        return json!["access_token"]!.GetValue<string>();
    }

    public Task<(int Status, JsonObject? Json, string Body)> GrantAsync(object body) => PostAsync("/admin/oauth/access_token", body);

    /// <summary>A GraphQL call with a fresh token.</summary>
    public async Task<JsonObject> QueryAsync(string query, object? variables = null, string version = Version)
    {
        var (status, json, body) = await PostAsync($"/admin/api/{version}/graphql.json", new { query, variables }, ("X-Shopify-Access-Token", await TokenAsync()));
        Assert.True(status == 200, body);
        return json!;
    }

    /// <summary>The data of a query that must not fail.</summary>
    public async Task<JsonObject> DataAsync(string query, object? variables = null, string version = Version)
    {
        var json = await QueryAsync(query, variables, version);
        Assert.True(json["errors"] is null, json.ToJsonString());
        return json["data"]!.AsObject();
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Platform.DisposeAsync();
    }
}
