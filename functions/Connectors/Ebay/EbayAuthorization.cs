using System.Collections.Concurrent;
using System.Text;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Ebay;

/// <summary>The browser's approval, and the tokens of the app itself that the Notification API wants.</summary>
internal sealed class EbayAuthorization : IAuthorization
{
    private static readonly string Scopes = string.Join(' ', EbayDescriptor.Value.Scopes);

    private readonly ConcurrentDictionary<string, Secret> _appTokens = new(StringComparer.Ordinal);

    public ConnectPlan Plan(ConnectInput input) => new ConnectPlan.Browser("", input.App!.ToSecrets());

    /// <summary>The redirect is named, not written out: the RuName stands for the address that was entered for it at eBay.</summary>
    public Uri AuthorizeUrl(StoreSession store, BrowserStart start) => new(
        $"https://auth.ebay.com/oauth2/authorize?client_id={Uri.EscapeDataString(store.Secrets["clientId"].Reveal())}&redirect_uri={Uri.EscapeDataString(store.Secrets["ruName"].Reveal())}" +
        $"&response_type=code&scope={Uri.EscapeDataString(Scopes)}&state={Uri.EscapeDataString(start.State)}");

    public string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        string.IsNullOrEmpty(callback.Parameter("code")) ? "The seller did not approve at eBay." : null;

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Refused = "eBay did not accept the approval. Check ClientId, ClientSecret and RuName, then connect again.";
        KeyValuePair<string, string>[] fields =
            [new("grant_type", "authorization_code"), new("code", callback.Parameter("code") ?? ""), new("redirect_uri", store.Secrets["ruName"].Reveal())];
        var answer = await AskAsync(store, fields, EbayDescriptor.Codes, Refused, now, cancellationToken);

        // With the token in its own header, so that a refusal ends the connect and renews nothing.
        var request = With(PlatformRequest.Get("https://apiz.ebay.com/commerce/identity/v1/user/"), answer.AccessToken);
        var user = (await store.SendAsync(request, cancellationToken)).Read(static user => (Id: user.Id("userId"), Name: user.TextOrNull("username") ?? user.Id("userId"), Marketplace: user.TextOrNull("registrationMarketplaceId")));
        return Granted(user.Id, answer, store) with { Facts = new Dictionary<string, string> { ["name"] = user.Name, ["marketplace"] = user.Marketplace ?? "" } };
    }

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        const string Refused = "eBay no longer accepts the approval: it was taken back, the password was changed, or its 18 months are over. Connect again.";
        KeyValuePair<string, string>[] fields = [new("grant_type", "refresh_token"), new("refresh_token", store.Secrets["refreshToken"].Reveal()), new("scope", Scopes)];
        return Granted(store.Store, await AskAsync(store, fields, EbayDescriptor.Refreshes, Refused, now, cancellationToken), store);
    }

    /// <summary>A call of the app itself. Its token is kept until eBay refuses it: only so many are given out a day.</summary>
    public async Task<PlatformResponse> SendAsAppAsync(StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        var client = store.Secrets["clientId"].Reveal();
        if (_appTokens.TryGetValue(client, out var known))
        {
            try
            {
                return await store.SendAsync(With(request, known), cancellationToken);
            }
            catch (PlatformException e) when (e.Fault.Kind == FaultKind.CredentialsRejected)
            {
                // Its two hours are over.
            }
        }

        const string Refused = "eBay gives this app no token. Check ClientId and ClientSecret.";
        KeyValuePair<string, string>[] fields = [new("grant_type", "client_credentials"), new("scope", EbayDescriptor.AppScope)];
        var token = (await AskAsync(store, fields, EbayDescriptor.AppTokens, Refused, DateTimeOffset.UnixEpoch, cancellationToken)).AccessToken;
        _appTokens[client] = token;
        return await store.SendAsync(With(request, token), cancellationToken);
    }

    /// <summary>The refresh token stays the same for its 18 months, and no later answer names it again.</summary>
    private static Grant Granted(string seller, TokenAnswer answer, StoreSession store) => new()
    {
        Store = seller,
        Secrets = new Dictionary<string, Secret>(answer.Renew(store.Secrets)) { ["refreshToken"] = answer.RefreshToken ?? store.Secrets["refreshToken"] },
        Scopes = EbayDescriptor.Value.Scopes,
        ExpiresAt = answer.ExpiresAt,
    };

    private static PlatformRequest With(PlatformRequest request, Secret token) =>
        request with { Authorized = false, Headers = [.. request.Headers, new("Authorization", $"Bearer {token.Reveal()}")] };

    /// <summary>Only a code is good once.</summary>
    private static Task<TokenAnswer> AskAsync(
        StoreSession store, KeyValuePair<string, string>[] fields, RateLane lane, string refused, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var client = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{store.Secrets["clientId"].Reveal()}:{store.Secrets["clientSecret"].Reveal()}"));
        var request = PlatformRequest.Form($"{EbayConnector.Api}/identity/v1/oauth2/token", fields) with { Lane = lane, Headers = [new("Authorization", $"Basic {client}")] };
        return TokenEndpoint.AskAsync(store, request, repeatable: fields[0].Value != "authorization_code", refused, now, cancellationToken);
    }
}
