namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>An app as Partner Center knows it.</summary>
/// <param name="RedirectUrl">Where the browser goes after the approval; fixed here, no parameter.</param>
/// <param name="Scopes">What a seller grants by approving.</param>
public sealed record TikTokShopApp(string Key, string Secret, string ServiceId, Uri RedirectUrl, IReadOnlyList<string> Scopes)
{
    /// <summary>Where deliveries of all shops go beside the shops' own registrations; null for nowhere.</summary>
    public Uri? WebhookUrl { get; init; }
}

/// <summary>A seller's account, the thing that approves and that tokens belong to.</summary>
public sealed class TikTokShopSeller(string openId, string name, string region)
{
    private readonly List<TikTokShopShop> _shops = [];

    public string OpenId => openId;

    public string Name => name;

    public string Region => region;

    /// <summary>0 is a seller, 1 a creator.</summary>
    public int UserType { get; set; }

    public IReadOnlyList<TikTokShopShop> Shops => _shops;

    internal void Add(TikTokShopShop shop) => _shops.Add(shop);
}

/// <summary>A delivery that was tried.</summary>
/// <param name="Status">What was answered; null when nobody did.</param>
public sealed record TikTokShopDelivery(DateTimeOffset At, string NotificationId, string EventType, Uri Address, string Body, int? Status);
