using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.Shopify;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Webhooks;

/// <summary>The real process, killed with SIGKILL while it is under load, twice.</summary>
public sealed class KillTests
{
    private const string Secret = "kill-test-secret";
    private const int Senders = 16;

    [Fact]
    public async Task Everything_that_was_told_2xx_is_done_after_the_process_was_killed_under_load()
    {
        var folder = TestFolders.New();
        var storage = await TestStorage.NewAccountAsync();
        await using var shopify = await ShopifyPlatform.StartAsync();
        shopify.AddShop(
            "kill.myshopify.com",
            SimStore.Generate(ShopProfile.AmericanFashion with { Days = 1, OrdersPerDay = 1 }, 3, TimeProvider.System),
            "kill-client",
            Secret,
            ["read_orders", "read_all_orders", "read_products", "read_inventory", "read_locations", "read_customers", "write_inventory"]);
        var port = LoopbackServer.FreePort();
        var settings = new Dictionary<string, string> { ["Connectors__shopify__BaseUrl"] = shopify.BaseUrl, ["PublicBaseUrl"] = $"http://127.0.0.1:{port}" };
        var accepted = new ConcurrentBag<long>();
        string path;
        string connection;
        await using (var app = await AppProcess.StartAsync(storage, folder, port, settings))
        {
            using var connected = await app.Client.PostAsJsonAsync(
                "/api/connectors/shopify/connections", new { fields = new { shopDomain = "kill.myshopify.com", clientId = "kill-client", clientSecret = Secret } });
            var answer = JsonElement.Parse(await connected.Content.ReadAsStringAsync());
            path = new Uri(answer.GetProperty("webhookUrl").GetString()!).AbsolutePath;
            connection = answer.GetProperty("id").GetString()!;
            await LoadAndKillAsync(app, path, accepted, first: 1_000, killAt: 60);
        }

        await using (var app = await AppProcess.StartAsync(storage, folder, port, settings))
        {
            await LoadAndKillAsync(app, path, accepted, first: 5_000, killAt: 160);
        }

        await using var last = await AppProcess.StartAsync(storage, folder, port, settings);
        var events = await Eventually.GetAsync(
            async () => JsonElement.Parse(await last.Client.GetStringAsync($"/api/events?connection={connection}")).GetProperty("events").EnumerateArray()
                .Where(static one => one.GetProperty("topic").GetString() == "orders/create").ToList(),
            seen => accepted.ToHashSet().IsSubsetOf(seen.Select(static one => long.Parse(one.GetProperty("resourceId").GetString()!))));
        Assert.True(accepted.Count >= 160);
        Assert.All(events, static one => Assert.Equal("applied", one.GetProperty("outcome").GetString()));
        Assert.Equal(events.Count, events.Select(static one => one.GetProperty("resourceId").GetString()).Distinct().Count());
        Assert.Empty(JsonElement.Parse(await last.Client.GetStringAsync("/api/parked")).GetProperty("parked").EnumerateArray());
    }

    private static async Task LoadAndKillAsync(AppProcess app, string path, ConcurrentBag<long> accepted, long first, int killAt)
    {
        var next = first - 1;
        var reached = new TaskCompletionSource();
        var senders = Enumerable.Range(0, Senders).Select(async _ =>
        {
            try
            {
                while (true)
                {
                    var id = Interlocked.Increment(ref next);
                    using var request = Delivery(path, id);
                    using var response = await app.Client.SendAsync(request);
                    if (response.IsSuccessStatusCode)
                    {
                        accepted.Add(id);
                    }

                    if (accepted.Count >= killAt)
                    {
                        reached.TrySetResult();
                    }
                }
            }
            catch (HttpRequestException)
            {
                // The process is gone. What was under way was not told 2xx.
            }
        }).ToList();
        await reached.Task;
        await app.KillAsync();
        await Task.WhenAll(senders);
    }

    private static HttpRequestMessage Delivery(string path, long id)
    {
        var body = Encoding.UTF8.GetBytes($$"""
            {"id":{{id}},"name":"#{{id}}","created_at":"2026-03-01T10:00:00-05:00","updated_at":"2026-03-01T10:00:00-05:00","cancelled_at":null,"test":false,"currency":"USD","presentment_currency":"USD",
            "total_price":"12.00","subtotal_price":"12.00","total_tax":"0.00","total_discounts":"0.00","financial_status":"paid","fulfillment_status":null,"customer":null,"shipping_address":null,"billing_address":null,
            "line_items":[{"id":1,"variant_id":1,"product_id":1,"sku":"A","title":"Thing","quantity":1,"price":"12.00","total_discount":"0.00","discount_allocations":[]}],"refunds":[]}
            """);
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("X-Shopify-Hmac-Sha256", Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), body)));
        request.Headers.Add("X-Shopify-Topic", "orders/create");
        request.Headers.Add("X-Shopify-Webhook-Id", $"kill-{id}");
        request.Headers.Add("X-Shopify-Shop-Domain", "kill.myshopify.com");
        return request;
    }
}
