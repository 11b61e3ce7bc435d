using System.Text.Json;
using StoreClaw.Common;

namespace StoreClaw.Connectors.Http;

/// <summary>An OAuth token endpoint's answer, in the ways it comes: scopes by comma or space, lifetimes as number or text or not at all.</summary>
/// <param name="ExpiresAt">Null when the answer names no lifetime, or none above zero.</param>
public sealed record TokenAnswer(Secret AccessToken, Secret? RefreshToken, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
{
    /// <exception cref="FormatException">There is no access token in it.</exception>
    public static TokenAnswer Read(JsonElement json, DateTimeOffset now) => new(
        new Secret(json.Text("access_token")),
        json.TextOrNull("refresh_token") is { Length: > 0 } refreshToken ? new Secret(refreshToken) : null,
        [.. (json.TextOrNull("scope") ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)],
        json.DecimalOrNull("expires_in") is > 0 and <= int.MaxValue and var seconds ? now.AddSeconds((double)seconds) : null);

    /// <summary>A connection's secrets with the tokens of this answer in the place of the old ones: "accessToken", and "refreshToken" where there is one.</summary>
    public IReadOnlyDictionary<string, Secret> Renew(IReadOnlyDictionary<string, Secret> secrets)
    {
        var renewed = secrets.Where(static secret => secret.Key != "refreshToken").ToDictionary();
        renewed["accessToken"] = AccessToken;
        if (RefreshToken is not null)
        {
            renewed["refreshToken"] = RefreshToken;
        }

        return renewed;
    }
}

/// <summary>Asks an OAuth 2 token endpoint.</summary>
public static class TokenEndpoint
{
    /// <param name="request">All of it, with the client's secret in the place where the platform wants it.</param>
    /// <param name="repeatable">
    /// False for what is good once, an authorization code or a rotating refresh token: a repeat of a request that arrived would lose the grant.
    /// </param>
    /// <param name="refused">What to tell the seller when the endpoint refuses.</param>
    /// <exception cref="PlatformException"><see cref="FaultKind.CredentialsRejected"/> for every refusal, whatever status it came with.</exception>
    public static async Task<TokenAnswer> AskAsync(
        StoreSession store,
        PlatformRequest request,
        bool repeatable,
        string refused,
        DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        try
        {
            // Without Accept some answer errors as a web page.
            KeyValuePair<string, string> accept = new("Accept", "application/json");
            var response = await store.SendAsync(request with { Authorized = false, Repeatable = repeatable, Headers = [.. request.Headers, accept] }, cancellationToken);
            return response.Read(json => TokenAnswer.Read(json, now));
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.Invalid or FaultKind.CredentialsRejected or FaultKind.ScopeMissing)
        {
            throw new PlatformException(e.Fault with { Kind = FaultKind.CredentialsRejected, Message = refused }, e);
        }
    }
}
