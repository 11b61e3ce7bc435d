using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>The authorization page and the token endpoint.</summary>
internal sealed class ShopifyOAuth(ShopifyPlatformOptions options, ShopifyLog log)
{
    private const string TokenExchange = "urn:ietf:params:oauth:grant-type:token-exchange";
    private const string SpentCode = "The authorization code was not found or was already used";
    private const string OfflineToken = "urn:shopify:params:oauth:token-type:offline-access-token";

    public async Task TokenAsync(HttpContext http, ShopifyShop shop)
    {
        var form = await FieldsAsync(http.Request);
        if (form is null)
        {
            await RefuseAsync(http, shop, 400, "invalid_request", "The request body is neither JSON nor a form.");
            return;
        }

        if (form.GetValueOrDefault("client_id") != shop.ClientId)
        {
            await RefuseAsync(http, shop, 400, "application_cannot_be_found", "The application cannot be found.");
        }
        else if (!shop.Knows(form.GetValueOrDefault("client_secret") ?? ""))
        {
            await RefuseAsync(http, shop, 401, "invalid_client", "The client secret is wrong.");
        }
        else
        {
            await GrantAsync(http, shop, form);
        }
    }

    public async Task AuthorizeAsync(HttpContext http, ShopifyShop shop)
    {
        var query = http.Request.Query;
        var scopes = Scopes(query["scope"].ToString());
        var redirect = query["redirect_uri"].ToString();
        var refusal = (query["client_id"].ToString() == shop.ClientId, scopes, query["state"].ToString(), shop.RedirectUris.Contains(redirect)) switch
        {
            (false, _, _, _) => ("application_cannot_be_found", "The application cannot be found."),
            (_, null, _, _) => ("invalid_scope", "The scope is missing or malformed."),
            (_, _, "", _) => ("invalid_request", "The state is missing."),
            (_, _, _, false) => ("invalid_request", "The redirect_uri is not whitelisted"),
            _ => default((string, string)?),
        };
        if (refusal is var (error, description))
        {
            log.Refuse(shop.Domain, "authorize", $"{error}: {description}");
            await ShopifyAnswers.HtmlAsync(http, 400, $"Oauth error {error}: {description}");
            return;
        }

        shop.Installed = true;
        var parameters = new Dictionary<string, string>
        {
            ["code"] = shop.Tokens.NewCode(scopes!, options.CodeLifetime),
            ["host"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin.shopify.com/store/{shop.Domain.Split('.')[0]}")).TrimEnd('='),
            ["shop"] = shop.Domain,
            ["state"] = query["state"].ToString(),
            ["timestamp"] = options.Time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        parameters["hmac"] = ShopifySigning.Query(parameters, shop.ClientSecret);
        http.Response.Redirect(QueryHelpers.AddQueryString(redirect, parameters!));
    }

    private Task GrantAsync(HttpContext http, ShopifyShop shop, Dictionary<string, string> form) => form.GetValueOrDefault("grant_type") switch
    {
        "client_credentials" => (shop.SameOrganization, shop.Installed) switch
        {
            (false, _) => RefuseAsync(http, shop, 400, "shop_not_permitted", "Client credentials cannot be performed on this shop."),
            (_, false) => RefuseAsync(http, shop, 400, "app_not_installed", "The application is not installed on this shop."),
            _ => AnswerAsync(http, shop.Tokens.ForCredentials(shop.Scopes)),
        },
        "refresh_token" => form.TryGetValue("refresh_token", out var refresh)
            ? AnswerAsync(http, shop, shop.Tokens.ForRefresh(refresh), "The refresh token is expired, revoked or replaced.")
            : RefuseAsync(http, shop, 400, "invalid_request", "The refresh_token is missing."),
        TokenExchange => ExchangeAsync(http, shop, form),
        null => form.TryGetValue("code", out var code)
            ? AnswerAsync(http, shop, shop.Tokens.ForCode(code, form.GetValueOrDefault("expiring") == "1"), SpentCode, "invalid_request")
            : RefuseAsync(http, shop, 400, "invalid_request", "The authorization code is missing."),
        var other => RefuseAsync(http, shop, 400, "unsupported_grant_type", $"The grant type {other} is not supported."),
    };

    private Task ExchangeAsync(HttpContext http, ShopifyShop shop, Dictionary<string, string> form)
    {
        var offline = form.GetValueOrDefault("subject_token_type") == OfflineToken && form.GetValueOrDefault("requested_token_type") == OfflineToken;
        return offline && form.GetValueOrDefault("expiring") == "1" && form.TryGetValue("subject_token", out var token)
            ? AnswerAsync(http, shop, shop.Tokens.ForExchange(token), "The subject token is not a live token of the old kind.", "invalid_subject_token")
            : RefuseAsync(http, shop, 400, "invalid_request", "The exchange needs subject_token, both offline token types and expiring=1.");
    }

    private Task AnswerAsync(HttpContext http, ShopifyShop shop, ShopifyToken? token, string otherwise, string error = "invalid_grant") =>
        token is null ? RefuseAsync(http, shop, 400, error, otherwise) : AnswerAsync(http, token);

    private Task AnswerAsync(HttpContext http, ShopifyToken token)
    {
        var json = new JsonObject { ["access_token"] = token.Value, ["scope"] = string.Join(',', token.Scopes) };
        var now = options.Time.GetUtcNow();
        if (token.ExpiresAt is { } expires)
        {
            json["expires_in"] = (long)(expires - now).TotalSeconds;
        }

        if (token is { Refresh: { } refresh, RefreshExpiresAt: { } refreshExpires })
        {
            json["refresh_token"] = refresh;
            json["refresh_token_expires_in"] = (long)(refreshExpires - now).TotalSeconds;
        }

        return ShopifyAnswers.JsonAsync(http, 200, json);
    }

    /// <summary>The real endpoint answers errors as a web page unless JSON was asked for.</summary>
    private Task RefuseAsync(HttpContext http, ShopifyShop shop, int status, string error, string description)
    {
        log.Refuse(shop.Domain, "token", $"{error}: {description}");
        return http.Request.Headers.Accept.ToString().Contains("json", StringComparison.OrdinalIgnoreCase)
            ? ShopifyAnswers.JsonAsync(http, status, new JsonObject { ["error"] = error, ["error_description"] = description })
            : ShopifyAnswers.HtmlAsync(http, status, $"Oauth error {WebUtility.HtmlEncode(error)}: {WebUtility.HtmlEncode(description)}");
    }

    private static string[]? Scopes(string text)
    {
        var scopes = text.Split(',');
        return Array.TrueForAll(scopes, Sound) ? scopes : null;

        static bool Sound(string scope) => scope.Split('_') is ["read" or "write", { Length: > 0 }, ..] && scope.All(letter => letter == '_' || char.IsAsciiLetterLower(letter));
    }

    private static async Task<Dictionary<string, string>?> FieldsAsync(HttpRequest request)
    {
        if (request.HasFormContentType)
        {
            return (await request.ReadFormAsync()).ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        }

        if (!request.HasJsonContentType())
        {
            return null;
        }

        try
        {
            using var json = await JsonDocument.ParseAsync(request.Body);
            return json.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => property.Value.ToString());
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }
}
