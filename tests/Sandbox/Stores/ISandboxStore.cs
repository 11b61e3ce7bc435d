using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Stores;

/// <summary>One store on a simulated platform of its own, as a seller's team meets it.</summary>
internal interface ISandboxStore : IAsyncDisposable
{
    /// <summary>The connector's id.</summary>
    string Connector { get; }

    SimStore Shop { get; }

    /// <summary>What stands in the app's settings under the connector's name.</summary>
    IReadOnlyDictionary<string, string> Settings { get; }

    /// <summary>What the seller types; where nothing is typed the seller approves.</summary>
    IReadOnlyDictionary<string, string> Fields => new Dictionary<string, string>();

    /// <summary>Whether the platform tells of new orders, so that they come before the next sync.</summary>
    bool TellsOfOrders => true;

    /// <summary>Where the browser is sent back to when the seller has approved at that address.</summary>
    Task<Uri> ApproveAsync(Uri authorizeUrl) => throw new NotSupportedException($"{Connector} has no page to approve on.");

    /// <summary>The app's address for deliveries is typed into the platform's console, where it is not registered through the API.</summary>
    Task EnterAddressAsync(Uri webhookUrl) => Task.CompletedTask;

    /// <summary>The platform's id of one of the shop's orders.</summary>
    string OrderId(long id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Sends what is due.</summary>
    Task DeliverAsync();
}

internal static class SandboxStores
{
    /// <summary>The two of the main job.</summary>
    public static async Task<IReadOnlyList<ISandboxStore>> StartTwoAsync(MainJobOptions options) => [await ShopifyStore.StartAsync(options), await WooCommerceStore.StartAsync(options)];

    /// <summary>One on each platform.</summary>
    /// <param name="app">The app's public address.</param>
    public static async Task<IReadOnlyList<ISandboxStore>> StartAllAsync(MainJobOptions options, Uri app) =>
    [
        .. await StartTwoAsync(options),
        await EbayStore.StartAsync(options, app),
        await WixStore.StartAsync(options),
        await TikTokShopStore.StartAsync(options, app),
        await ShopeeStore.StartAsync(options),
        await LazadaStore.StartAsync(options, app),
        await GenstoreStore.StartAsync(options),
        await AmazonStore.StartAsync(options, app),
        await TemuStore.StartAsync(options),
    ];

    /// <summary>The approval's page at the platform's own host, in whose place the settings put the simulated one.</summary>
    public static Uri AtHost(this Uri authorizeUrl, string host) => new UriBuilder(authorizeUrl) { Scheme = Uri.UriSchemeHttps, Host = host, Port = -1 }.Uri;

    /// <summary>Where a page sends the browser on to.</summary>
    public static async Task<Uri> FollowAsync(Uri page)
    {
        using var browser = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false });
        using var answer = await browser.GetAsync(page);
        return answer.Headers.Location ?? throw new InvalidOperationException($"The page {page.AbsolutePath} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }
}
