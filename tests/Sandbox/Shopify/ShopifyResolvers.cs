using System.Globalization;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>All resolvers, and those that belong to no resource: roots, pages, the shop, lookups by global id.</summary>
public static class ShopifyResolvers
{
    private static readonly string[] Connections =
        ["Order", "LineItem", "RefundLineItem", "Customer", "Product", "ProductVariant", "InventoryItem", "InventoryLevel", "Location", "WebhookSubscription"];

    public static GraphResolvers All { get; } = Build();

    internal static ShopifyRequest Request(this GraphCall call) => (ShopifyRequest)call.Context;

    /// <summary>The filter of the call's query argument; what it ignores is noted on the request.</summary>
    internal static Func<T, bool> Filter<T>(this ShopifyRequest request, GraphCall call, SearchFields<T> fields) =>
        ShopifySearch<T>.Parse(call.Argument<string>("query"), fields, request.Shop.Zone, warning =>
        {
            request.SearchWarnings.Add(warning);
            request.Platform.Log.Refuse(request.Shop.Domain, "graphql", $"search on {call.Field.Name}: {warning}");
        });

    private static GraphResolvers Build()
    {
        var resolvers = new GraphResolvers();
        Pages(resolvers);
        Shop(resolvers);
        Nodes(resolvers);
        ShopifyOrderResolvers.Add(resolvers);
        ShopifyCatalogResolvers.Add(resolvers);
        ShopifyWebhookResolvers.Add(resolvers);
        ShopifyInventoryMutation.Add(resolvers);
        return resolvers;
    }

    private static void Pages(GraphResolvers resolvers)
    {
        resolvers
            .Add<ShopifyPage>("PageInfo", "endCursor", page => page.End)
            .Add<ShopifyPage>("PageInfo", "startCursor", page => page.Start)
            .Add<ShopifyPage>("PageInfo", "hasNextPage", page => page.HasNext)
            .Add<ShopifyPage>("PageInfo", "hasPreviousPage", page => page.HasPrevious);
        foreach (var type in Connections)
        {
            resolvers
                .Add<ShopifyPage>(type + "Connection", "nodes", page => page.Items.Select(item => item.Node))
                .Add<ShopifyPage>(type + "Connection", "edges", page => page.Items)
                .Add<ShopifyPage>(type + "Connection", "pageInfo", page => page)
                .Add<ShopifyPageItem>(type + "Edge", "node", edge => edge.Node)
                .Add<ShopifyPageItem>(type + "Edge", "cursor", edge => edge.Cursor());
        }
    }

    private static void Shop(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("QueryRoot", "shop", request => request.Shop)
        .Add<ShopifyRequest>("QueryRoot", "currentAppInstallation", request => request)
        .Type<ShopifyShop>("Shop")
        .Add<ShopifyShop>("Shop", "currencyCode", shop => shop.Store.Profile.Currency)
        .Add<ShopifyShop>("Shop", "enabledPresentmentCurrencies", shop => shop.Store.Profile.OtherCurrencies.Select(other => other.Code).Prepend(shop.Store.Profile.Currency))
        .Add<ShopifyShop>("Shop", "ianaTimezone", shop => shop.Store.Profile.TimeZone)
        .Add<ShopifyShop>("Shop", "id", shop => ShopifyIds.Gid("Shop", shop.Id))
        .Add<ShopifyShop>("Shop", "myshopifyDomain", shop => shop.Domain)
        .Add<ShopifyShop>("Shop", "name", shop => shop.Store.Profile.Name)
        .Add<ShopifyShop>("Shop", "taxesIncluded", _ => false)
        .Add<ShopifyShop>("Shop", "timezoneOffset", (shop, call) => TimeZoneInfo.ConvertTime(call.Request().Now, shop.Zone).ToString("zzz", CultureInfo.InvariantCulture)
            .Replace(":", "", StringComparison.Ordinal))
        .Add<ShopifyShop>("Shop", "url", shop => $"https://{shop.Domain}")
        .Type<ShopifyRequest>("AppInstallation")
        .Add<ShopifyRequest>("AppInstallation", "accessScopes", request => request.Scopes)
        .Add<ShopifyRequest>("AppInstallation", "id", request => ShopifyIds.Gid("AppInstallation", request.Shop.Id))
        .Add<string>("AccessScope", "description", scope => scope.Replace('_', ' '))
        .Add<string>("AccessScope", "handle", scope => scope);

    private static void Nodes(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("QueryRoot", "node", (request, call) => Node(request, call.Argument<string>("id")!))
        .Add<ShopifyRequest>("QueryRoot", "nodes", (request, call) =>
        {
            var ids = ((IEnumerable<object?>)call.Arguments["ids"]!).Cast<string>().ToArray();
            ShopifyInventoryMutation.CheckSize(ids.Length);
            return ids.Select(id => Node(request, id)).ToArray();
        });

    private static object? Node(ShopifyRequest request, string gid)
    {
        var (type, id, _) = ShopifyIds.Parse(gid);
        var (scope, find) = type switch
        {
            "Order" => ("read_orders", (Func<object?>)(() => ShopifyOrderResolvers.Order(request, id))),
            "Customer" => ("read_customers", () => request.Shop.Store.FindCustomer(id)),
            "Product" => ("read_products", () => request.Shop.Store.FindProduct(id)),
            "ProductVariant" => ("read_products", () => ShopifyCatalogResolvers.Variant(request.Shop, gid)),
            "InventoryItem" => ("read_inventory", () => ShopifyCatalogResolvers.Item(request.Shop, gid)),
            "InventoryLevel" => ("read_inventory", () => ShopifyCatalogResolvers.Level(request.Shop, gid)),
            "Location" => ("read_locations", () => request.Shop.Store.Locations.FirstOrDefault(location => location.Id == id)),
            "Shop" => (null, () => request.Shop.Id == id ? request.Shop : null),
            "WebhookSubscription" => (null, () => request.Shop.Subscriptions.FirstOrDefault(subscription => subscription.Id == id)),
            _ => ((string?)null, () => null),
        };
        if (scope is not null)
        {
            request.Demand("node", scope);
        }

        return find();
    }
}
