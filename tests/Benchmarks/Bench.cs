using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Embedded;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Benchmarks;

/// <summary>What each benchmark stands on: storage of its own, a simulated Shopify shop, and settings for the app.</summary>
public sealed class Bench : IAsyncDisposable
{
    public const string Secret = "bench-client-secret";
    public const string FunctionKey = "bench-function-key";

    private readonly string _data = Directory.CreateTempSubdirectory("storeclaw-bench-").FullName;
    private readonly DiskStorage _storage;
    private int _shops;

    private Bench(DiskStorage storage, ShopifyPlatform shopify)
    {
        _storage = storage;
        Shopify = shopify;
    }

    public AzuriteServer Storage => _storage.Server;

    public ShopifyPlatform Shopify { get; }

    /// <summary>Stands between the app and storage when its calls are to be counted.</summary>
    public string? StorageConnection { get; set; }

    public static async Task<Bench> StartAsync()
    {
        var storage = await DiskStorage.StartAsync();
        var shopify = await ShopifyPlatform.StartAsync();
        return new Bench(storage, shopify);
    }

    public Dictionary<string, string> Settings(int port) => new()
    {
        ["AzureWebJobsStorage"] = StorageConnection ?? Storage.ConnectionString(),
        ["FunctionKey"] = FunctionKey,
        ["Embedded__DataPath"] = _data,
        ["Secrets__Path"] = Path.Combine(_data, "secrets"),
        ["PublicBaseUrl"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"),
        ["Connectors__shopify__BaseUrl"] = Shopify.BaseUrl,
        ["AzureFunctionsJobHost__logging__logLevel__default"] = "Error",
    };

    /// <summary>
    /// Connects a new shop and returns the path its deliveries go to. Each measurement has a shop of its own: the emulator finds a row by going through its whole partition, so that
    /// a shop that has sold ten thousand orders today is slower there, as it would not be on Azure.
    /// </summary>
    /// <param name="wait">Until the shop's first syncs are done, which would run beside what is measured.</param>
    public async Task<string> ConnectAsync(Uri app, ShopProfile? profile = null, bool wait = true)
    {
        var domain = string.Create(CultureInfo.InvariantCulture, $"bench-{++_shops}.myshopify.com");
        var store = SimStore.Generate(profile ?? ShopProfile.AmericanFashion with { Days = 1, OrdersPerDay = 1 }, seed: 5, TimeProvider.System);
        Shopify.AddShop(domain, store, "bench-client", Secret, ["read_orders", "read_all_orders", "read_products", "read_inventory", "read_locations", "read_customers", "write_inventory"]);
        using var client = Client(app);
        using var response = await client.PostAsJsonAsync(
            "/api/connectors/shopify/connections", new { fields = new { shopDomain = domain, clientId = "bench-client", clientSecret = Secret } });
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"Connecting answered {(int)response.StatusCode}: {text}");
        }

        var connection = JsonElement.Parse(text);
        while (wait && !await IsSyncedAsync(client, connection.GetProperty("id").GetString()!))
        {
            await Task.Delay(100);
        }

        return new Uri(connection.GetProperty("webhookUrl").GetString()!).AbsolutePath;
    }

    public static HttpClient Client(Uri app)
    {
        var client = new HttpClient { BaseAddress = app };
        client.DefaultRequestHeaders.Add("x-functions-key", FunctionKey);
        return client;
    }

    /// <summary>Different signed orders/create deliveries, some 6 KB each, as a shop's day brings them.</summary>
    public static IReadOnlyList<SignedDelivery> Deliveries(int count, int firstId = 1)
    {
        var filler = string.Join(',', Enumerable.Range(0, 40).Select(static n => $$"""{"name":"attribute-{{n}}","value":"value of attribute number {{n}} of this order, as shops keep them"}"""));
        var key = Encoding.UTF8.GetBytes(Secret);
        return [.. Enumerable.Range(firstId, count).Select(n =>
        {
            var body = Encoding.UTF8.GetBytes($$$"""
                {"id":{{{900_000_000_000 + n}}},"admin_graphql_api_id":"gid://shopify/Order/{{{900_000_000_000 + n}}}","name":"#{{{n}}}","created_at":"2026-03-01T{{{n / 3600 % 24:D2}}}:{{{n / 60 % 60:D2}}}:{{{n % 60:D2}}}-05:00","updated_at":"2026-03-01T{{{n / 3600 % 24:D2}}}:{{{n / 60 % 60:D2}}}:{{{n % 60:D2}}}-05:00","cancelled_at":null,"test":false,"currency":"USD","presentment_currency":"USD","total_price":"{{{10 + (n % 90)}}}.00","subtotal_price":"{{{10 + (n % 90)}}}.00","total_tax":"0.00","total_discounts":"0.00","total_shipping_price_set":{"shop_money":{"amount":"0.00","currency_code":"USD"},"presentment_money":{"amount":"0.00","currency_code":"USD"}},"financial_status":"paid","fulfillment_status":null,"customer":{"id":{{{7_000_000 + (n % 5000)}}},"created_at":"2025-01-01T00:00:00-05:00"},"shipping_address":{"country_code":"US"},"billing_address":{"country_code":"US"},"line_items":[{"id":{{{n * 10L}}},"variant_id":{{{n % 200}}},"product_id":{{{n % 50}}},"sku":"SKU-{{{n % 200}}}","title":"Article {{{n % 200}}}","quantity":1,"price":"{{{10 + (n % 90)}}}.00","total_discount":"0.00","discount_allocations":[]}],"refunds":[],"note_attributes":[{{{filler}}}]}
                """);
            return new SignedDelivery(body, Convert.ToBase64String(HMACSHA256.HashData(key, body)), n.ToString(CultureInfo.InvariantCulture));
        })];
    }

    private static async Task<bool> IsSyncedAsync(HttpClient client, string connection) => JsonElement.Parse(await client.GetStringAsync($"/api/connections/{connection}"))
        .GetProperty("sync").EnumerateObject().All(static resource => resource.Value.GetProperty("watermark").ValueKind != JsonValueKind.Null);

    public async ValueTask DisposeAsync()
    {
        await Shopify.DisposeAsync();
        await _storage.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }
}

public sealed record SignedDelivery(byte[] Body, string Signature, string Id)
{
    public HttpRequestMessage ToRequest(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(Body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Shopify-Hmac-Sha256", Signature);
        request.Headers.Add("X-Shopify-Topic", "orders/create");
        request.Headers.Add("X-Shopify-Webhook-Id", Id);
        return request;
    }
}
