using System.Collections.Concurrent;
using System.Text;

namespace StoreClaw.Connectors.Ebay;

/// <summary>The browser's approval, and the tokens of the app itself that the Notification API wants.</summary>
internal sealed class EbayAuthorization() : CodeAuthorization(
    "The seller did not approve at eBay.",
    "eBay did not accept the approval. Check ClientId, ClientSecret and RuName, then connect again.",
    "eBay no longer accepts the approval: it was taken back, the password was changed, or its 18 months are over. Connect again.")
{
    private static readonly string Scopes = string.Join(' ', EbayDescriptor.Value.Scopes);

    private readonly ConcurrentDictionary<string, Secret> _appTokens = new(StringComparer.Ordinal);

    /// <summary>The redirect is named, not written out: the RuName stands for the address that was entered for it at eBay.</summary>
    public override Uri AuthorizeUrl(StoreSession store, BrowserStart start) => Links.To(
        "https://auth.ebay.com/oauth2/authorize", ("client_id", store.Secrets["clientId"].Reveal()), ("redirect_uri", store.Secrets["ruName"].Reveal()),
        ("response_type", "code"), ("scope", Scopes), ("state", start.State));

    /// <summary>A call of the app itself. Its token is kept until eBay refuses it: only so many are given out a day.</summary>
    public async Task<PlatformResponse> SendAsAppAsync(StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        var client = store.Secrets["clientId"].Reveal();

        // Where it is refused its two hours are over.
        if (_appTokens.TryGetValue(client, out var known) && await store.SendAsync(With(request, known), cancellationToken).OrNull(FaultKind.CredentialsRejected) is { } answer)
        {
            return answer;
        }

        var asked = Request(store, EbayDescriptor.AppTokens, new("grant_type", "client_credentials"), new("scope", EbayDescriptor.AppScope));
        var given = await AskAsync(store, asked, "eBay gives this app no token. Check ClientId and ClientSecret.", DateTimeOffset.UnixEpoch, cancellationToken);
        var token = _appTokens[client] = given.Grant.Secrets["accessToken"];
        return await store.SendAsync(With(request, token), cancellationToken);
    }

    protected override PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now) =>
        Request(store, EbayDescriptor.Codes, new("grant_type", "authorization_code"), new("code", callback.Parameter("code") ?? ""), new("redirect_uri", store.Secrets["ruName"].Reveal())) with { Repeatable = false };

    protected override PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now) =>
        Request(store, EbayDescriptor.Refreshes, new("grant_type", "refresh_token"), new("refresh_token", store.Secrets["refreshToken"].Reveal()), new("scope", Scopes));

    protected override TokenAnswer Read(JsonElement answer, DateTimeOffset now) => base.Read(answer, now) with { Scopes = EbayDescriptor.Value.Scopes };

    protected override async Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        var answer = await store.SendAsync(PlatformRequest.Get("https://apiz.ebay.com/commerce/identity/v1/user/") with { Renews = false }, cancellationToken);
        return answer.Read(user => tokens.Grant with
        {
            Store = user.Id("userId"),
            Facts = new Dictionary<string, string> { ["name"] = user.TextOrNull("username") ?? user.Id("userId"), ["marketplace"] = user.TextOrNull("registrationMarketplaceId") ?? "" },
        });
    }

    private static PlatformRequest With(PlatformRequest request, Secret token) =>
        request with { Authorized = false, Headers = [.. request.Headers, new("Authorization", $"Bearer {token.Reveal()}")] };

    private static PlatformRequest Request(StoreSession store, RateLane lane, params KeyValuePair<string, string>[] fields)
    {
        var client = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{store.Secrets["clientId"].Reveal()}:{store.Secrets["clientSecret"].Reveal()}"));
        return PlatformRequest.Form($"{EbayConnector.Api}/identity/v1/oauth2/token", fields) with { Lane = lane, Headers = [new("Authorization", $"Basic {client}")] };
    }
}
