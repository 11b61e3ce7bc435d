using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>Whose token it is and what it may do.</summary>
/// <param name="Seller">Null for a token of the application itself.</param>
internal sealed record EbayToken(string Text, EbaySeller? Seller, IReadOnlyList<string> Scopes, DateTimeOffset EndsAt);

/// <summary>Consent page and token endpoint: RuName for the redirect, HTTP Basic for the client, codes for 299 seconds and one use, refresh tokens that stay.</summary>
internal sealed class EbayOAuth(EbayApp app, int seed, TimeProvider time)
{
    public const string Root = "https://api.ebay.com/oauth/api_scope";

    private static readonly string[] Known =
    [
        Root, $"{Root}/commerce.identity.readonly", $"{Root}/commerce.notification.subscription", $"{Root}/sell.fulfillment", $"{Root}/sell.fulfillment.readonly", $"{Root}/sell.inventory",
        $"{Root}/sell.inventory.readonly",
    ];

    private readonly ConcurrentDictionary<string, EbayToken> _codes = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EbayToken> _access = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, EbayToken> _refresh = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _given = new();
    private int _next;

    public IReadOnlyList<string> Given => [.. _given];

    /// <exception cref="InvalidOperationException">The page would show an error instead.</exception>
    public Uri Approve(Uri authorizeUrl, EbaySeller seller, bool declines)
    {
        var query = QueryHelpers.ParseQuery(authorizeUrl.Query).ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        var scopes = query.GetValueOrDefault("scope", "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var wrong = authorizeUrl.GetLeftPart(UriPartial.Path) != "https://auth.ebay.com/oauth2/authorize" ? "the address"
            : query.Keys.Except(["client_id", "redirect_uri", "response_type", "scope", "state", "prompt", "locale"]).Any() ? "an unknown parameter"
            : query.GetValueOrDefault("client_id") != app.ClientId ? "client_id"
            : query.GetValueOrDefault("redirect_uri") != app.RuName ? "redirect_uri, which is the RuName"
            : query.GetValueOrDefault("response_type") != "code" ? "response_type"
            : scopes.Length == 0 || scopes.Except(Known).Any() ? "scope"
            : null;
        if (wrong is not null)
        {
            throw new InvalidOperationException($"eBay's consent page shows an error: {wrong} is wrong.");
        }

        var state = Uri.EscapeDataString(query.GetValueOrDefault("state", ""));
        if (declines)
        {
            return new Uri($"{app.DeclineUrl}?state={state}&error=access_denied");
        }

        var code = Text("code");
        _codes[code] = new EbayToken(code, seller, scopes, time.GetUtcNow().AddSeconds(299));
        return new Uri($"{app.AcceptUrl}?state={state}&code={Uri.EscapeDataString(code)}&expires_in=299");
    }

    public EbayToken? Find(string text) => _access.TryGetValue(text, out var token) && token.EndsAt > time.GetUtcNow() ? token : null;

    public void EndAccess() => _access.Clear();

    /// <summary>The seller takes the access away: nothing given out for him is good any more.</summary>
    public void Revoke(EbaySeller seller)
    {
        foreach (var tokens in new[] { _codes, _access, _refresh })
        {
            foreach (var token in tokens.Values.Where(token => token.Seller == seller))
            {
                tokens.TryRemove(token.Text, out _);
            }
        }
    }

    public async Task<EbayAnswer> TokenAsync(HttpRequest request)
    {
        if (request.Headers.Authorization.ToString() != $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes($"{app.ClientId}:{app.ClientSecret}"))}")
        {
            return EbayAnswer.Refused(401, "invalid_client", "client authentication failed");
        }

        if (request.ContentType != "application/x-www-form-urlencoded" || request.QueryString.HasValue)
        {
            return EbayAnswer.Refused(400, "invalid_request", "the parameters belong into a form");
        }

        using var reader = new StreamReader(request.Body, Encoding.UTF8);
        var form = QueryHelpers.ParseQuery(await reader.ReadToEndAsync(request.HttpContext.RequestAborted)).ToDictionary(static pair => pair.Key, static pair => pair.Value.ToString());
        return form.GetValueOrDefault("grant_type") switch
        {
            "authorization_code" => Has(form, "code", "redirect_uri") ? Exchange(form) : Malformed,
            "refresh_token" => Has(form, "refresh_token", "scope") ? Refresh(form) : Malformed,
            "client_credentials" => Has(form, "scope") ? Application(form) : Malformed,
            _ => EbayAnswer.Refused(400, "unsupported_grant_type", "grant type in request is not supported by the authorization server"),
        };
    }

    private static EbayAnswer Malformed => EbayAnswer.Refused(400, "invalid_request", "request is missing a required parameter or has an unknown one");

    private static bool Has(Dictionary<string, string> form, params string[] fields) => fields.Append("grant_type").Order().SequenceEqual(form.Keys.Order());

    private EbayAnswer Exchange(Dictionary<string, string> form)
    {
        if (!_codes.TryRemove(form["code"], out var code) || code.EndsAt <= time.GetUtcNow() || form["redirect_uri"] != app.RuName)
        {
            return EbayAnswer.Refused(400, "invalid_grant", "the provided authorization grant code is invalid or was issued to another client");
        }

        var refresh = new EbayToken(Text("refresh"), code.Seller, code.Scopes, time.GetUtcNow().AddSeconds(47_304_000));
        _refresh[refresh.Text] = refresh;
        var body = Access(code.Seller, code.Scopes, "User Access Token");
        body["refresh_token"] = refresh.Text;
        body["refresh_token_expires_in"] = 47_304_000;
        return EbayAnswer.Ok(body);
    }

    private EbayAnswer Refresh(Dictionary<string, string> form)
    {
        if (!_refresh.TryGetValue(form["refresh_token"], out var refresh) || refresh.EndsAt <= time.GetUtcNow())
        {
            return EbayAnswer.Refused(400, "invalid_grant", "the provided authorization refresh token is invalid or was issued to another client");
        }

        var scopes = form["scope"].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return scopes.Except(refresh.Scopes).Any()
            ? EbayAnswer.Refused(400, "invalid_scope", "the requested scope exceeds the scope granted")
            : EbayAnswer.Ok(Access(refresh.Seller, scopes, "User Access Token"));
    }

    private EbayAnswer Application(Dictionary<string, string> form) => form["scope"] != Root
        ? EbayAnswer.Refused(400, "invalid_scope", "the requested scope is invalid, unknown, malformed, or exceeds the scope granted to the client")
        : EbayAnswer.Ok(Access(null, [Root], "Application Access Token"));

    private JsonObject Access(EbaySeller? seller, IReadOnlyList<string> scopes, string type)
    {
        var token = new EbayToken(Text("access"), seller, scopes, time.GetUtcNow().AddSeconds(7_200));
        _access[token.Text] = token;
        return new JsonObject { ["access_token"] = token.Text, ["expires_in"] = 7_200, ["token_type"] = type };
    }

    /// <summary>With the characters that eBay's own have.</summary>
    private string Text(string kind)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{kind}|{seed}|{Interlocked.Increment(ref _next)}"));
        var text = $"v^1.1#i^1#p^3#f^0#r^1#t^{Convert.ToBase64String(hash)}";
        _given.Enqueue(text);
        return text;
    }
}
