using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.WooCommerce;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>A WooCommerce site of some dozen orders, and the whole app beside it, not connected yet.</summary>
public abstract class WooCommerceShop : IAsyncLifetime
{
    protected const string SiteUrl = "https://haus-und-herd.example/laden";

    private protected ShiftedClock Clock { get; } = new();

    protected WooCommercePlatform Platform { get; private set; } = null!;

    protected WooCommerceSite Site { get; private set; } = null!;

    protected TestApp App { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Platform = await WooCommercePlatform.StartAsync(Clock);
        Site = Platform.AddSite(SiteUrl, Steps.SmallShop(ShopProfile.EuropeanHome, Clock));
        Clock.Shift(TimeSpan.FromMinutes(1));
        App = await Steps.StartAsync(Clock, ("Connectors:woocommerce:BaseUrl", Platform.BaseAddress.AbsoluteUri));
    }

    public async Task DisposeAsync()
    {
        await App.DisposeAsync();
        await Platform.DisposeAsync();
    }
}
