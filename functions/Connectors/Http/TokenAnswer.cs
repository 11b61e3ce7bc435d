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

    /// <summary>A connection's secrets with the tokens of this answer in the place of the old ones: "accessToken", and "refreshToken" where there is one; the old one goes on where none is named.</summary>
    public IReadOnlyDictionary<string, Secret> Renew(IReadOnlyDictionary<string, Secret> secrets)
    {
        var renewed = new Dictionary<string, Secret>(secrets) { ["accessToken"] = AccessToken };
        if (RefreshToken is not null)
        {
            renewed["refreshToken"] = RefreshToken;
        }

        return renewed;
    }
}
