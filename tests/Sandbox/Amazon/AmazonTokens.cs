using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>The consent page of Seller Central and Login with Amazon's token endpoint.</summary>
internal sealed class AmazonTokens(AmazonApp app, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, (AmazonSeller Seller, DateTimeOffset Ends)> _codes = new();
    private readonly ConcurrentDictionary<string, (AmazonSeller Seller, DateTimeOffset Ends)> _access = new();
    private readonly ConcurrentQueue<string> _given = new();
    private int _last;

    /// <summary>Who may hold a refresh token.</summary>
    public List<AmazonSeller> Sellers { get; } = [];

    public IReadOnlyList<string> Given => [.. _given];

    /// <summary>Where the browser is sent back to when the seller has said yes.</summary>
    /// <exception cref="InvalidOperationException">The page shows an error instead.</exception>
    public Uri Approve(Uri url, AmazonSeller seller)
    {
        var query = QueryHelpers.ParseQuery(url.Query);
        var problem = url.AbsolutePath != "/apps/authorize/consent" ? "no such page"
            : query["application_id"] != app.ApplicationId ? "application_id"
            : query.ContainsKey("version") != app.IsDraft || (app.IsDraft && query["version"] != "beta") ? "MD1000"
            : query["redirect_uri"].ToString().Contains('#', StringComparison.Ordinal) ? "MD5110"
            : query.TryGetValue("redirect_uri", out var redirect) && redirect != app.Redirect.AbsoluteUri ? "MD5101"
            : string.IsNullOrEmpty(query["state"]) ? "state"
            : query.Keys.Except(["application_id", "version", "redirect_uri", "state"]).FirstOrDefault();
        if (problem is not null)
        {
            throw new InvalidOperationException($"The consent page refuses: {problem}.");
        }

        var code = Give("ANcode");
        _codes[code] = (seller, time.GetUtcNow().AddMinutes(5));
        return new Uri(QueryHelpers.AddQueryString(app.Redirect.AbsoluteUri, new Dictionary<string, string?>
        {
            ["state"] = query["state"],
            ["selling_partner_id"] = seller.Id,
            ["mws_auth_token"] = "amzn.mws.legacy",
            ["spapi_oauth_code"] = code,
        }));
    }

    /// <summary>What a private app's page shows for its own seller; it stays the same until it is taken back.</summary>
    public string Authorize(AmazonSeller seller)
    {
        if (seller.RefreshToken is null || seller.RefreshEnds <= time.GetUtcNow())
        {
            seller.RefreshToken = Give("Atzr|IwEBI");
        }

        seller.RefreshEnds = time.GetUtcNow().AddDays(365);
        return seller.RefreshToken;
    }

    public AmazonSeller? Find(string token) => _access.TryGetValue(token, out var held) && held.Ends > time.GetUtcNow() ? held.Seller : null;

    public void EndAccess() => _access.Clear();

    public void Revoke(AmazonSeller seller)
    {
        seller.RefreshToken = null;
        foreach (var (token, _) in _access.Where(held => held.Value.Seller == seller))
        {
            _access.TryRemove(token, out _);
        }
    }

    public async Task<AmazonAnswer> TokenAsync(HttpRequest request)
    {
        if (request.Method != "POST" || !request.HasFormContentType || request.Query.Count > 0)
        {
            return Error(400, "invalid_request", "a form is wanted");
        }

        var form = await request.ReadFormAsync();
        if (form["client_id"] != app.ClientId || form["client_secret"] != app.ClientSecret || request.Headers.Authorization.Count > 0)
        {
            return Error(401, "invalid_client", "Client authentication failed");
        }

        switch (form["grant_type"].ToString())
        {
            case "authorization_code":
                return _codes.TryRemove(form["code"].ToString(), out var code) && code.Ends > time.GetUtcNow() && form["redirect_uri"] == app.Redirect.AbsoluteUri
                    ? Issue(code.Seller, Authorize(code.Seller))
                    : Error(400, "invalid_grant", "The request has an invalid grant parameter : code");
            case "refresh_token":
                return Sellers.Find(seller => seller.RefreshToken == form["refresh_token"] && seller.RefreshEnds > time.GetUtcNow()) is { } found
                    ? Issue(found, found.RefreshToken!)
                    : Error(400, "invalid_grant", "The request has an invalid grant parameter : refresh_token");
            default:
                return Error(400, "unsupported_grant_type", "grant_type");
        }
    }

    private static AmazonAnswer Error(int status, string error, string description) => new(status, new JsonObject { ["error"] = error, ["error_description"] = description }, error);

    private AmazonAnswer Issue(AmazonSeller seller, string refresh)
    {
        var access = Give("Atza|IwEBI");
        _access[access] = (seller, time.GetUtcNow().AddHours(1));
        return AmazonAnswer.Ok(new JsonObject { ["access_token"] = access, ["token_type"] = "bearer", ["expires_in"] = 3600, ["refresh_token"] = refresh });
    }

    private string Give(string kind)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"{kind}-canary-{Interlocked.Increment(ref _last):D4}-Dme37rR6CuUpSR");
        _given.Enqueue(token);
        return token;
    }
}
