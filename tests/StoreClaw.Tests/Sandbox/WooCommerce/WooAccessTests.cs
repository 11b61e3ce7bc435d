using System.Net.Http.Headers;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>Who may do what, and which site a call is for.</summary>
public sealed class WooAccessTests : WooFixture
{
    [Fact]
    public async Task A_key_opens_the_shop_and_a_revoked_one_is_nobody()
    {
        Assert.Equal(200, (await GetAsync("orders")).Status);
        Site.RevokeKey(Key);
        var answer = await GetAsync("orders");
        Assert.Equal((401, "woocommerce_rest_cannot_view"), (answer.Status, answer.Code));
        Assert.Equal(401, answer.Json.GetProperty("data").GetProperty("status").GetInt32());
    }

    [Fact]
    public async Task A_wrong_secret_is_an_error_everywhere_and_an_unknown_key_is_nobody()
    {
        var wrongSecret = Key with { ConsumerSecret = "cs_" + new string('0', 40) };
        var unknown = Key with { ConsumerKey = "ck_" + new string('0', 40) };
        Assert.Equal((401, "woocommerce_rest_authentication_error"), await StatusAsync("orders", wrongSecret));
        Assert.Equal((401, "woocommerce_rest_authentication_error"), await StatusAsync("", wrongSecret));
        Assert.Equal((401, "woocommerce_rest_cannot_view"), await StatusAsync("system_status", unknown));

        // The index is public: a key nobody knows does not show there.
        Assert.Equal(200, (await GetAsync("", unknown)).Status);
        Assert.Equal("wc/v3", (await GetAsync("", unknown)).Json.GetProperty("namespace").GetString());
    }

    [Theory]
    [InlineData(WooCommercePermission.Read, "GET", "orders", 200, null)]
    [InlineData(WooCommercePermission.Read, "POST", "webhooks", 401, "woocommerce_rest_authentication_error")]
    [InlineData(WooCommercePermission.Read, "DELETE", "webhooks/1?force=true", 401, "woocommerce_rest_authentication_error")]
    [InlineData(WooCommercePermission.Write, "GET", "orders", 401, "woocommerce_rest_authentication_error")]
    [InlineData(WooCommercePermission.Write, "DELETE", "webhooks/1?force=true", 404, "woocommerce_rest_shop_webhook_invalid_id")]
    [InlineData(WooCommercePermission.ReadWrite, "GET", "webhooks", 200, null)]
    [InlineData(WooCommercePermission.ReadWrite, "DELETE", "webhooks/1", 501, "woocommerce_rest_trash_not_supported")]
    public async Task A_key_does_what_its_permission_says(WooCommercePermission permission, string method, string path, int status, string? code)
    {
        var body = method == "POST" ? new { topic = "order.created", delivery_url = "https://a.example" } : null;
        var answer = await CallAsync(new HttpMethod(method), path, body, Site.CreateKey(permission));
        Assert.Equal(status, answer.Status);
        Assert.Equal(code, code is null ? null : answer.Code);
    }

    [Theory]
    [InlineData("GET", "orders", "woocommerce_rest_cannot_view")]
    [InlineData("GET", "orders/1", "woocommerce_rest_cannot_view")]
    [InlineData("GET", "customers", "woocommerce_rest_cannot_view")]
    [InlineData("GET", "webhooks", "woocommerce_rest_cannot_view")]
    [InlineData("POST", "webhooks", "woocommerce_rest_cannot_create")]
    [InlineData("PUT", "webhooks/1", "woocommerce_rest_cannot_edit")]
    [InlineData("DELETE", "webhooks/1", "woocommerce_rest_cannot_delete")]
    [InlineData("PUT", "products/1", "woocommerce_rest_cannot_edit")]
    [InlineData("POST", "products/batch", "woocommerce_rest_cannot_batch")]
    public async Task A_user_without_rights_gets_403_and_a_stranger_401(string method, string path, string code)
    {
        var body = method is "GET" or "DELETE" ? null : new { topic = "order.created", delivery_url = "https://a.example" };
        var customer = await CallAsync(new HttpMethod(method), path, body, Site.CreateKey(role: WooCommerceRole.Customer));
        Assert.Equal((403, code), (customer.Status, customer.Code));

        Site.Behaviour = Site.Behaviour with { StripsAuthorization = true };
        var stranger = await CallAsync(new HttpMethod(method), path, body);
        Assert.Equal((401, code), (stranger.Status, stranger.Code));
    }

    [Fact]
    public async Task Credentials_in_the_query_get_past_a_stripped_header_and_come_before_it()
    {
        Site.Behaviour = Site.Behaviour with { StripsAuthorization = true };
        var query = $"consumer_key={Key.ConsumerKey}&consumer_secret={Key.ConsumerSecret}";
        var answer = await GetAsync($"orders?per_page=1&{query}");
        Assert.Equal(200, answer.Status);

        // The Link header repeats the whole query, credentials included.
        Assert.Contains(Key.ConsumerSecret, answer.Headers["Link"], StringComparison.Ordinal);

        Site.Behaviour = Site.Behaviour with { StripsAuthorization = false };
        Assert.Equal(401, (await GetAsync($"orders?consumer_key={Key.ConsumerKey}&consumer_secret=cs_wrong")).Status);
    }

    [Fact]
    public async Task Parameters_are_checked_before_rights()
    {
        var nobody = Key with { ConsumerKey = "ck_nobody" };
        Assert.Equal((400, "rest_invalid_param"), await StatusAsync("orders?per_page=101", nobody));
        Assert.Equal((404, "rest_no_route"), await StatusAsync("coupons", nobody));
    }

    [Fact]
    public async Task Basic_authentication_means_nothing_over_plain_http()
    {
        var plain = Platform.AddSite("http://plain.example", Store);
        var key = plain.CreateKey();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Platform.BaseAddress, "/wp-json/wc/v3/orders"));
        request.Headers.Add(WooCommercePlatform.OriginalHostHeader, "plain.example");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic(key.ConsumerKey, key.ConsumerSecret));
        Assert.Equal((401, "woocommerce_rest_cannot_view"), await StatusAsync(request));
    }

    [Fact]
    public async Task A_key_never_prints_its_secret()
    {
        Assert.DoesNotContain(Key.ConsumerSecret, Key.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Key.ConsumerKey, Key.ToString(), StringComparison.Ordinal);
        Assert.Matches("^ck_[0-9a-f]{40}$", Key.ConsumerKey);
        Assert.Matches("^cs_[0-9a-f]{40}$", Key.ConsumerSecret);
        await GetAsync("orders", Key with { ConsumerSecret = "cs_wrong" });
        Assert.All(Site.Log.Violations, violation => Assert.DoesNotMatch("c[ks]_", violation.Reason));
    }

    [Theory]
    [InlineData("shop.example", "/wp-json/wc/v3/orders", 200)]
    [InlineData("SHOP.example", "/wp-json/wc/v3/orders/", 200)]
    [InlineData("shop.example", "/?rest_route=/wc/v3/orders", 200)]
    [InlineData("shop.example", "/index.php?rest_route=/wc/v3/orders", 200)]
    [InlineData("shop.example", "/wp-json", 200)]
    [InlineData("shop.example", "/wp-json/wc/v4/orders", 404)]
    [InlineData("shop.example", "/", 200)]
    [InlineData("shop.example", "/nowhere", 404)]
    [InlineData("other.example", "/wp-json/wc/v3/orders", 404)]
    [InlineData(null, "/wp-json/wc/v3/orders", 200)]
    public async Task The_original_host_picks_the_site(string? host, string path, int status)
    {
        using var request = Request(HttpMethod.Get, path);
        request.Headers.Remove(WooCommercePlatform.OriginalHostHeader);
        if (host is not null)
        {
            request.Headers.Add(WooCommercePlatform.OriginalHostHeader, host);
        }

        Assert.Equal(status, (await SendAsync(request)).Status);
    }

    [Fact]
    public async Task Sites_of_one_host_differ_by_folder()
    {
        var french = Platform.AddSite("https://shop.example/fr", Store);
        var key = french.CreateKey();
        using var folder = Request(HttpMethod.Get, "/fr/wp-json/wc/v3/orders?per_page=1", key: key);
        var answer = await SendAsync(folder);
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("<https://shop.example/fr/wp-json/wc/v3/orders?per_page=1&page=2>; rel=\"next\"", answer.Headers["Link"], StringComparison.Ordinal);
        Assert.Equal(401, (await GetAsync("orders", key)).Status);
        Assert.Equal(1, french.Log.Count("orders.list"));
        Assert.Equal(2, Platform.Log.Count("orders.list"));
    }

    [Fact]
    public async Task Without_permalinks_only_the_query_form_works()
    {
        Site.Behaviour = Site.Behaviour with { PrettyPermalinks = false };
        using var pretty = Request(HttpMethod.Get, "/wp-json/wc/v3/orders");
        var page = await SendAsync(pretty);
        Assert.Equal((404, "text/html"), (page.Status, page.ContentType));

        using var plain = Request(HttpMethod.Get, "/?rest_route=/wc/v3/orders&per_page=1");
        var answer = await SendAsync(plain);
        Assert.Equal(200, answer.Status);
        Assert.StartsWith("<https://shop.example/index.php?rest_route=/wc/v3/orders&per_page=1&page=2>; rel=\"next\"", answer.Headers["Link"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_at_the_same_time_are_noticed()
    {
        await GetAsync("orders");
        await GetAsync("orders");
        Assert.Equal(1, Site.MostCallsAtOnce);

        // The ping is sent before the registration is answered: whoever calls back from there is a second caller.
        await using var receiver = await LoopbackServer.StartAsync(async _ => await GetAsync("orders"));
        await CallAsync(HttpMethod.Post, "webhooks", new { topic = "order.created", delivery_url = receiver.BaseAddress, secret = "s" });
        Assert.Equal(2, Site.MostCallsAtOnce);
    }

    private async Task<(int, string?)> StatusAsync(string path, WooCommerceKey key)
    {
        var answer = await GetAsync(path, key);
        return (answer.Status, answer.Code);
    }

    private async Task<(int, string?)> StatusAsync(HttpRequestMessage request)
    {
        var answer = await SendAsync(request);
        return (answer.Status, answer.Code);
    }
}
