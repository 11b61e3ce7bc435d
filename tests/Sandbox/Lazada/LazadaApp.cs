namespace StoreClaw.Sandbox.Lazada;

/// <summary>An app as it is registered in Lazada's console.</summary>
public sealed class LazadaApp(string key, string secret, Uri redirect)
{
    public string Key => key;

    public string Secret { get; set; } = secret;

    public Uri Redirect => redirect;

    /// <summary>Where pushes go; typed into the console.</summary>
    public Uri? PushUrl { get; set; }
}
