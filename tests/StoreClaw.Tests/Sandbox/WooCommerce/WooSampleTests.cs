using System.Text;
using System.Text.Json;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>The members of simulated resources against those of the published examples.</summary>
public sealed class WooSampleTests : WooFixture
{
    [SampleFact("woocommerce")]
    public async Task Orders_have_the_members_of_the_published_ones()
    {
        // The documentation's example words a refund's reason as "refund"; core and its clients say "reason".
        var published = Members(Sample("orders-list.response.json")).Append("[].refunds[].reason").Except(["[].refunds[].refund"]);
        var shown = new HashSet<string>();
        for (var page = 1; await GetAsync($"orders?per_page=100&page={page}") is { Json: var orders } && orders.GetArrayLength() > 0; page++)
        {
            shown.UnionWith(Members(orders));
        }

        // No example has a coupon.
        Assert.Equal(published.Order(), shown.Where(member => !member.StartsWith("[].coupon_lines[]", StringComparison.Ordinal)).Order());
        Assert.Equal(KindsOf(Sample("orders-list.response.json")), KindsOf((await GetAsync("orders?per_page=100")).Json));
    }

    [SampleFact("woocommerce")]
    public async Task Products_variations_and_customers_have_the_members_of_the_published_ones()
    {
        Assert.Equal(Members(Sample("products-list.response.json")).Order(), Members((await GetAsync("products?per_page=100")).Json).Order());
        var variable = Store.Products.First(product => product.Variants.Count > 1);
        var variations = (await GetAsync($"products/{variable.Id}/variations")).Json;
        Assert.Equal(Members(Sample("product-variations-list.response.json")).Order(), Members(variations).Order());
        Assert.Equal(Members(Sample("customers-list.response.json")).Order(), Members((await GetAsync("customers")).Json).Order());
    }

    [SampleFact("woocommerce")]
    public async Task Webhooks_pings_and_keys_look_like_the_published_ones()
    {
        await using var receiver = await WooReceiver.StartAsync();
        await CallAsync(HttpMethod.Post, "webhooks", new { topic = "customer.created", delivery_url = receiver.Url, secret = "s" });
        Assert.Equal(Members(Sample("webhooks-list.response.json")).Order(), Members((await GetAsync("webhooks")).Json).Order());

        var ping = Sample("webhook-ping.handmade.json");
        Assert.Equal(ping.GetProperty("raw_body").GetString(), receiver.All[0].Text);
        Assert.Equal(ping.GetProperty("headers").GetProperty("Content-Type").GetString(), receiver.All[0].Headers["Content-Type"]);

        const string authorize = "https://shop.example/wc-auth/v1/authorize?app_name=a&scope=read&user_id=1&return_url=https://a.example";
        await Site.ApproveAsync(new Uri($"{authorize}&callback_url={receiver.Url}"));
        Assert.Equal(Members(Sample("wc-auth-keys-posted.json")), Members(JsonDocument.Parse(receiver.All[1].Body).RootElement));
    }

    [SampleFact("woocommerce")]
    public void The_signature_vectors_hold()
    {
        foreach (var vector in Sample("signature-vectors.json").GetProperty("webhook").EnumerateArray())
        {
            var body = Encoding.UTF8.GetBytes(vector.GetProperty("raw_body").GetString()!);
            Assert.Equal(vector.GetProperty("expected_header_value").GetString(), WooCommerceSignature.Of(vector.GetProperty("secret").GetString()!, body));
        }
    }

    [SampleFact("woocommerce")]
    public async Task Errors_look_like_the_published_ones()
    {
        var published = Sample("error-no-route.response.json");
        var answer = (await GetAsync("nowhere")).Json;
        Assert.Equal(published.GetProperty("code").GetString(), answer.GetProperty("code").GetString());
        Assert.Equal(published.GetProperty("data").GetProperty("status").GetInt32(), answer.GetProperty("data").GetProperty("status").GetInt32());
        Assert.Equal(Members(published), Members(answer));
    }

    private static JsonElement Sample(string file) => JsonDocument.Parse(Samples.Read("woocommerce", file)).RootElement;

    private static HashSet<string> Members(JsonElement element, string path = "")
    {
        var members = new HashSet<string>();
        if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                members.UnionWith(Members(item, path + "[]"));
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in element.EnumerateObject())
            {
                members.Add($"{path}.{member.Name}");
                members.UnionWith(Members(member.Value, $"{path}.{member.Name}"));
            }
        }

        return members;
    }

    /// <summary>The JSON kind of the top members of each first element, true and false taken as one and null left out.</summary>
    private static Dictionary<string, string> KindsOf(JsonElement list) => list.EnumerateArray()
        .SelectMany(item => item.EnumerateObject())
        .Where(member => member.Value.ValueKind != JsonValueKind.Null)
        .GroupBy(member => member.Name)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.First().Value.ValueKind.ToString().Replace("True", "False", StringComparison.Ordinal));
}
