using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using StoreClaw.Sandbox.Shopify;

namespace StoreClaw.Tests.Sandbox.Shopify;

public sealed class ShopifyOAuthTests : IAsyncLifetime
{
    private const string Redirect = "http://127.0.0.1:7071/oauth/shopify/callback";

    private ShopifyWorld _world = null!;

    public async Task InitializeAsync()
    {
        _world = await ShopifyWorld.StartAsync();
        _world.Shop.RedirectUris.Add(Redirect);
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Client_credentials_bring_a_day_token_as_json_or_form()
    {
        var json = (await _world.GrantAsync(Credentials())).Json!;
        Assert.Equal(["access_token", "scope", "expires_in"], json.Select(pair => pair.Key));
        Assert.Equal(86_399, json["expires_in"]!.GetValue<int>());
        Assert.Equal(string.Join(',', ShopifyWorld.AllScopes), json["scope"]!.GetValue<string>());

        using var form = new FormUrlEncodedContent(Credentials());
        var second = (await _world.PostAsync("/admin/oauth/access_token", form)).Json!;
        Assert.Equal(200, await ScopesStatusAsync(json["access_token"]!.GetValue<string>()));
        Assert.Equal(200, await ScopesStatusAsync(second["access_token"]!.GetValue<string>()));

        _world.Clock.Advance(TimeSpan.FromSeconds(86_399));
        Assert.Equal(401, await ScopesStatusAsync(json["access_token"]!.GetValue<string>()));
    }

    [Theory]
    [InlineData("client_id", "other", 400, "application_cannot_be_found")]
    [InlineData("client_secret", "wrong", 401, "invalid_client")]
    [InlineData("client_secret", null, 401, "invalid_client")]
    [InlineData("grant_type", "password", 400, "unsupported_grant_type")]
    [InlineData("grant_type", null, 400, "invalid_request")]
    public async Task Wrong_credentials_are_refused(string field, string? value, int status, string error)
    {
        var body = Credentials();
        if (value is null)
        {
            body.Remove(field);
        }
        else
        {
            body[field] = value;
        }

        var (answered, json, _) = await _world.GrantAsync(body);
        Assert.Equal((status, error), (answered, json!["error"]!.GetValue<string>()));
        Assert.NotEqual("", json["error_description"]!.GetValue<string>());
        Assert.Contains(error, Assert.Single(_world.Platform.Log.Violations).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shops_out_of_reach_are_refused()
    {
        _world.Shop.Installed = false;
        Assert.Equal("app_not_installed", (await _world.GrantAsync(Credentials())).Json!["error"]!.GetValue<string>());
        _world.Shop.SameOrganization = false;
        Assert.Equal("shop_not_permitted", (await _world.GrantAsync(Credentials())).Json!["error"]!.GetValue<string>());
        var unknown = await _world.PostAsync("/admin/oauth/access_token", Credentials(), ("X-StoreClaw-Original-Host", "nobody.myshopify.com"));
        Assert.Equal(404, unknown.Status);
    }

    [Fact]
    public async Task Without_asking_for_json_an_error_is_a_web_page()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/oauth/access_token") { Content = new FormUrlEncodedContent([new("client_id", "<x>")]) };
        using var response = await _world.Http.SendAsync(request);
        Assert.Equal("text/html", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("Oauth error application_cannot_be_found", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[1]")]
    public async Task Bodies_that_are_no_json_object_are_refused(string body)
    {
        Assert.Equal("invalid_request", (await _world.PostAsync("/admin/oauth/access_token", body)).Json!["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Authorization_sends_the_browser_back_with_a_signed_code()
    {
        var back = await AuthorizeAsync();
        Assert.Equal(["code", "host", "shop", "state", "timestamp", "hmac"], back.Keys);
        Assert.Equal((ShopifyWorld.Domain, "state-1"), (back["shop"], back["state"]));
        Assert.Equal(_world.Clock.GetUtcNow().ToUnixTimeSeconds().ToString(), back["timestamp"]);
        Assert.Equal(ShopifyWorld.Domain.Split('.')[0], System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(back["host"].PadRight((back["host"].Length + 3) / 4 * 4, '='))).Split('/')[^1]);
        var signed = $"code={back["code"]}&host={back["host"]}&shop={back["shop"]}&state={back["state"]}&timestamp={back["timestamp"]}";
        var expected = System.Security.Cryptography.HMACSHA256.HashData("secret-1"u8, System.Text.Encoding.UTF8.GetBytes(signed));
        Assert.Equal(Convert.ToHexStringLower(expected), back["hmac"]);
    }

    [Theory]
    [InlineData("client_id", "other", "application_cannot_be_found")]
    [InlineData("redirect_uri", "http://127.0.0.1:7071/oauth/shopify/callback/", "invalid_request")]
    [InlineData("redirect_uri", "https://evil.example/", "invalid_request")]
    [InlineData("scope", "", "invalid_scope")]
    [InlineData("scope", "read_orders read_products", "invalid_scope")]
    [InlineData("scope", "everything", "invalid_scope")]
    [InlineData("state", "", "invalid_request")]
    public async Task Bad_authorization_requests_end_on_a_page(string parameter, string value, string error)
    {
        var parameters = Request();
        parameters[parameter] = value;
        using var response = await _world.Http.GetAsync(QueryHelpers.AddQueryString("/admin/oauth/authorize", parameters!));
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"Oauth error {error}", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_works_once_and_not_for_long()
    {
        var code = (await AuthorizeAsync())["code"];
        var first = (await _world.GrantAsync(CodeBody(code, expiring: true))).Json!;
        Assert.Equal((3_600, 7_776_000), (first["expires_in"]!.GetValue<int>(), first["refresh_token_expires_in"]!.GetValue<int>()));
        Assert.Equal("read_orders,read_products", first["scope"]!.GetValue<string>());
        Assert.Equal(400, (await _world.GrantAsync(CodeBody(code, expiring: true))).Status);

        var late = (await AuthorizeAsync())["code"];
        _world.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal(400, (await _world.GrantAsync(CodeBody(late, expiring: true))).Status);
    }

    [Fact]
    public async Task Refreshing_rotates_and_kills_the_old_pair()
    {
        var first = (await _world.GrantAsync(CodeBody((await AuthorizeAsync())["code"], expiring: true))).Json!;
        var second = (await RefreshAsync(first["refresh_token"]!.GetValue<string>())).Json!;
        Assert.NotEqual(first["refresh_token"]!.GetValue<string>(), second["refresh_token"]!.GetValue<string>());
        Assert.Equal(401, await ScopesStatusAsync(first["access_token"]!.GetValue<string>()));
        Assert.Equal(200, await ScopesStatusAsync(second["access_token"]!.GetValue<string>()));

        var (status, json, _) = await RefreshAsync(first["refresh_token"]!.GetValue<string>());
        Assert.Equal((400, "invalid_grant"), (status, json!["error"]!.GetValue<string>()));

        _world.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(401, await ScopesStatusAsync(second["access_token"]!.GetValue<string>()));
        Assert.Equal(200, (await RefreshAsync(second["refresh_token"]!.GetValue<string>())).Status);
    }

    [Fact]
    public async Task A_refresh_token_ends_after_ninety_days()
    {
        var first = (await _world.GrantAsync(CodeBody((await AuthorizeAsync())["code"], expiring: true))).Json!;
        _world.Clock.Advance(TimeSpan.FromDays(90));
        Assert.Equal("invalid_grant", (await RefreshAsync(first["refresh_token"]!.GetValue<string>())).Json!["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task Old_tokens_are_exchanged_for_an_expiring_pair_that_can_be_fetched_again()
    {
        var old = _world.Shop.IssuePermanentToken();
        var first = (await ExchangeAsync(old)).Json!;
        Assert.Equal(401, await ScopesStatusAsync(old));
        Assert.Equal(first["access_token"]!.GetValue<string>(), (await ExchangeAsync(old)).Json!["access_token"]!.GetValue<string>());
        await RefreshAsync(first["refresh_token"]!.GetValue<string>());
        Assert.Equal(400, (await ExchangeAsync(old)).Status);
        Assert.Equal(400, (await ExchangeAsync("shpat_unknown")).Status);
    }

    [Fact]
    public async Task Granted_scopes_are_listed_and_uninstalling_ends_all()
    {
        var token = await _world.TokenAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/oauth/access_scopes.json") { Headers = { { "X-Shopify-Access-Token", token } } };
        using var response = await _world.Http.SendAsync(request);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(ShopifyWorld.AllScopes, json.RootElement.GetProperty("access_scopes").EnumerateArray().Select(scope => scope.GetProperty("handle").GetString()));
        Assert.Equal("1/40", response.Headers.GetValues("X-Shopify-Shop-Api-Call-Limit").Single());

        using var delete = new HttpRequestMessage(HttpMethod.Delete, "/admin/api_permissions/current.json") { Headers = { { "X-Shopify-Access-Token", token } } };
        Assert.Equal(HttpStatusCode.OK, (await _world.Http.SendAsync(delete)).StatusCode);
        Assert.Equal(401, await ScopesStatusAsync(token));
        Assert.Equal("app_not_installed", (await _world.GrantAsync(Credentials())).Json!["error"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_rotated_secret_leaves_the_old_one_valid()
    {
        _world.Shop.RotateSecret("secret-2");
        Assert.Equal(200, (await _world.GrantAsync(Credentials())).Status);
        var body = Credentials();
        body["client_secret"] = "secret-2";
        Assert.Equal(200, (await _world.GrantAsync(body)).Status);
    }

    [Fact]
    public void The_callback_signature_is_the_published_one() => Assert.Equal(
        "2cb1a277650a659f1b11e92a4a64275b128e037f2c3390e3c8fd2d8721dac9e2",
        ShopifySigning.Query(
            new Dictionary<string, string> { ["shop"] = "some-shop.myshopify.com", ["timestamp"] = "1337178173", ["code"] = "a94a110d86d2452eb3e2af4cfb8a3828" }, "hush"));

    private static Dictionary<string, string> Credentials() => new()
    {
        ["grant_type"] = "client_credentials",
        ["client_id"] = ShopifyWorld.ClientId,
        ["client_secret"] = ShopifyWorld.ClientSecret,
    };

    private static Dictionary<string, string> Request() => new()
    {
        ["client_id"] = ShopifyWorld.ClientId,
        ["scope"] = "read_orders,read_products",
        ["redirect_uri"] = Redirect,
        ["state"] = "state-1",
    };

    private static Dictionary<string, string> CodeBody(string code, bool expiring)
    {
        var body = Credentials();
        body.Remove("grant_type");
        body["code"] = code;
        if (expiring)
        {
            body["expiring"] = "1";
        }

        return body;
    }

    private async Task<Dictionary<string, string>> AuthorizeAsync()
    {
        using var response = await _world.Http.GetAsync(QueryHelpers.AddQueryString("/admin/oauth/authorize", Request()!));
        Assert.Equal(HttpStatusCode.Found, response.StatusCode);
        Assert.StartsWith(Redirect + "?", response.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return QueryHelpers.ParseQuery(response.Headers.Location.Query).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
    }

    private Task<(int Status, System.Text.Json.Nodes.JsonObject? Json, string Body)> RefreshAsync(string token)
    {
        var body = Credentials();
        body["grant_type"] = "refresh_token";
        body["refresh_token"] = token;
        return _world.GrantAsync(body);
    }

    private Task<(int Status, System.Text.Json.Nodes.JsonObject? Json, string Body)> ExchangeAsync(string token)
    {
        var body = Credentials();
        body["grant_type"] = "urn:ietf:params:oauth:grant-type:token-exchange";
        body["subject_token"] = token;
        body["subject_token_type"] = body["requested_token_type"] = "urn:shopify:params:oauth:token-type:offline-access-token";
        body["expiring"] = "1";
        return _world.GrantAsync(body);
    }

    private async Task<int> ScopesStatusAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/admin/oauth/access_scopes.json") { Headers = { { "X-Shopify-Access-Token", token } } };
        using var response = await _world.Http.SendAsync(request);
        return (int)response.StatusCode;
    }
}
