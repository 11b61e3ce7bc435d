using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StoreClaw.Connectors.Amazon;
using StoreClaw.Connectors.Ebay;
using StoreClaw.Connectors.Genstore;
using StoreClaw.Connectors.Lazada;
using StoreClaw.Connectors.SellerSprite;
using StoreClaw.Connectors.Shopee;
using StoreClaw.Connectors.Shopify;
using StoreClaw.Connectors.Temu;
using StoreClaw.Connectors.TikTokShop;
using StoreClaw.Connectors.Wix;
using StoreClaw.Connectors.WooCommerce;

namespace StoreClaw.Connectors;

/// <summary>The connectors there are, and the way to one by its id.</summary>
public sealed class ConnectorRegistry(IReadOnlyList<Connector> connectors)
{
    /// <summary>Every connector of StoreClaw. A new one is a folder and a line here.</summary>
    public static IReadOnlyList<Connector> All { get; } =
    [
        ShopifyConnector.Instance,
        WooCommerceConnector.Create(new SystemRandomness()),
        LazadaConnector.Instance,
        TikTokShopConnector.Instance,
        ShopeeConnector.Instance,
        WixConnector.Instance,
        EbayConnector.Create(),
        SellerSpriteConnector.Instance,
        GenstoreConnector.Instance,
        AmazonConnector.Instance,
        TemuConnector.Instance,
    ];

    private readonly Dictionary<string, Connector> _byId = connectors.ToDictionary(static connector => connector.Descriptor.Id, StringComparer.Ordinal);

    public IReadOnlyList<Connector> Connectors => connectors;

    /// <summary>Null when there is none of that id.</summary>
    public Connector? Find(string id) => _byId.GetValueOrDefault(id);
}

public static class ConnectorServices
{
    /// <summary>
    /// The registry and the pipeline to the platforms. Wants TimeProvider, Randomness, IConfiguration, logging, an <see cref="ITokenRefresher"/> and an
    /// <see cref="IBucketStore"/> from elsewhere.
    /// </summary>
    public static IServiceCollection AddConnectors(this IServiceCollection services)
    {
        services.TryAddSingleton(new ConnectorRegistry(ConnectorRegistry.All));
        services.TryAddSingleton<AddressGuard>();
        services.TryAddSingleton<PlatformTransport>();
        services.TryAddSingleton<IRateLimiter, RateLimiter>();
        services.TryAddSingleton<PlatformClient>();
        return services;
    }
}
