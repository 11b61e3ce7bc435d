namespace StoreClaw.Sandbox.Ebay;

/// <summary>An application as eBay's developer pages know it.</summary>
/// <param name="RuName">Stands for <paramref name="AcceptUrl"/> wherever a redirect is named.</param>
/// <param name="AcceptUrl">Where the browser goes with a code.</param>
/// <param name="DeclineUrl">Where it goes when the seller refuses.</param>
public sealed record EbayApp(string ClientId, string ClientSecret, string RuName, Uri AcceptUrl, Uri DeclineUrl);
