namespace StoreClaw.Sandbox.Amazon;

/// <summary>An application as it is registered in Seller Central's developer console.</summary>
public sealed class AmazonApp(string clientId, string clientSecret, string applicationId, Uri redirect)
{
    public string ClientId => clientId;

    public string ClientSecret { get; set; } = clientSecret;

    public string ApplicationId => applicationId;

    public Uri Redirect { get; set; } = redirect;

    /// <summary>Not published yet: the consent page wants <c>version=beta</c> then, and only then.</summary>
    public bool IsDraft { get; set; }

    /// <summary>Which APIs the app's roles open: orders, listings, fba.</summary>
    public HashSet<string> Roles { get; } = new(["orders", "listings", "fba"], StringComparer.Ordinal);
}
