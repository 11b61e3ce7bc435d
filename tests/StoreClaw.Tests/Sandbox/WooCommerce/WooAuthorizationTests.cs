using System.Text.Json;
using StoreClaw.Sandbox.WooCommerce;

namespace StoreClaw.Tests.Sandbox.WooCommerce;

/// <summary>The wc-auth hand-over, as a seller's browser and the site's server go through it.</summary>
public sealed class WooAuthorizationTests : WooReceiverFixture
{
    [Fact]
    public async Task Approval_posts_a_working_key_and_sends_the_browser_back()
    {
        var approval = await Site.ApproveAsync(AuthorizeUrl());
        Assert.Equal(new Uri("http://127.0.0.1/done?a=1&success=1&user_id=n0nce"), approval.RedirectTo);
        var posted = Receiver.All.Single();
        Assert.Equal("application/json;charset=UTF-8", posted.Headers["Content-Type"]);
        var body = JsonDocument.Parse(posted.Body).RootElement;
        Assert.Equal(["key_id", "user_id", "consumer_key", "consumer_secret", "key_permissions"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("n0nce", "read_write"), (body.GetProperty("user_id").GetString(), body.GetProperty("key_permissions").GetString()));
        var key = Site.Keys.Single(found => found.ConsumerKey == body.GetProperty("consumer_key").GetString());
        Assert.Equal(200, (await GetAsync("orders", key)).Status);
    }

    [Theory]
    [InlineData(201)]
    [InlineData(204)]
    [InlineData(401)]
    [InlineData(500)]
    public async Task Anything_but_200_deletes_the_key(int status)
    {
        Receiver.Status = status;
        var approval = await Site.ApproveAsync(AuthorizeUrl());
        Assert.Equal((null, null, (int?)status), (approval.Key, approval.RedirectTo, approval.CallbackStatus));
        Assert.Equal("An error occurred in the request and at the time were unable to send the consumer data", approval.Error);
        Assert.Equal([Key], Site.Keys);
    }

    [Fact]
    public async Task A_numeric_user_id_may_come_back_as_a_number()
    {
        Site.Behaviour = Site.Behaviour with { UserIdAsNumber = true };
        await Site.ApproveAsync(AuthorizeUrl(("user_id", "123")));
        Assert.Equal(123, JsonDocument.Parse(Receiver.All.Single().Body).RootElement.GetProperty("user_id").GetInt32());
    }

    [Theory]
    [InlineData("app_name", null, "Missing parameter app_name")]
    [InlineData("user_id", null, "Missing parameter user_id")]
    [InlineData("return_url", null, "Missing parameter return_url")]
    [InlineData("callback_url", null, "Missing parameter callback_url")]
    [InlineData("scope", null, "Missing parameter scope")]
    [InlineData("scope", "admin", "Invalid scope admin")]
    [InlineData("callback_url", "http://app.example/callback", "The callback_url needs to be over SSL")]
    public async Task A_wrong_request_stays_on_an_error_page(string name, string? value, string error)
    {
        using var response = await Http.GetAsync(AuthorizeUrl((name, value)));
        Assert.Equal(401, (int)response.StatusCode);
        Assert.Contains($"Error: {error}.", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(error, (await Site.ApproveAsync(AuthorizeUrl((name, value)))).Error);
        Assert.Equal([Key], Site.Keys);
    }

    [Fact]
    public async Task The_browser_sees_a_page_and_clicks_through()
    {
        var page = await Http.GetStringAsync(AuthorizeUrl());
        Assert.Contains("StoreClaw would like to connect to your store", page, StringComparison.Ordinal);
        var approve = System.Net.WebUtility.HtmlDecode(System.Text.RegularExpressions.Regex.Match(page, "wc-auth-approve\" href=\"([^\"]+)\"").Groups[1].Value);
        Assert.StartsWith("https://shop.example/wc-auth/v1/access_granted?", approve, StringComparison.Ordinal);

        using var click = await Http.GetAsync(new Uri(Platform.BaseAddress, new Uri(approve).PathAndQuery));
        Assert.Equal(302, (int)click.StatusCode);
        Assert.Equal("http://127.0.0.1/done?a=1&success=1&user_id=n0nce", click.Headers.Location!.AbsoluteUri);
        Assert.Single(Receiver.All);

        var other = new Uri(approve).PathAndQuery.Replace("wc_auth_nonce=", "wc_auth_nonce=0", StringComparison.Ordinal);
        using var forged = await Http.GetAsync(new Uri(Platform.BaseAddress, other));
        Assert.Equal(401, (int)forged.StatusCode);
        Assert.Single(Receiver.All);
    }

    [Fact]
    public void Denial_goes_back_without_a_key() =>
        Assert.Equal(new Uri("http://127.0.0.1/done?a=1&success=0&user_id=n0nce"), Site.Deny(AuthorizeUrl()).RedirectTo);

    private Uri AuthorizeUrl((string Name, string? Value)? change = null)
    {
        var query = new Dictionary<string, string?>
        {
            ["app_name"] = "StoreClaw",
            ["scope"] = "read_write",
            ["user_id"] = "n0nce",
            ["return_url"] = "http://127.0.0.1/done?a=1",
            ["callback_url"] = Receiver.Url.AbsoluteUri,
        };
        if (change is { } changed)
        {
            query[changed.Name] = changed.Value;
        }

        var pairs = query.Where(pair => pair.Value is not null).Select(pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value!)}");
        return new Uri(Platform.BaseAddress, "/wc-auth/v1/authorize?" + string.Join('&', pairs));
    }
}
