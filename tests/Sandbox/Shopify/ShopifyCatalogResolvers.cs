using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>A variant with the product around it.</summary>
internal sealed record VariantSource(SimProduct Product, SimVariant Variant);

/// <summary>The stock side of a variant.</summary>
internal sealed record InventoryItemSource(SimProduct Product, SimVariant Variant);

internal sealed record LevelSource(InventoryItemSource Item, SimStockLevel Level);

internal sealed record QuantitySource(LevelSource Level, string Name);

/// <summary>Products, variants, stock and locations.</summary>
internal static class ShopifyCatalogResolvers
{
    private static readonly SearchFields<SimProduct> ProductSearch = new(
        new HashSet<string>(
        [
            "barcode", "bundles", "category_id", "collection_id", "combined_listing_role", "created_at", "delivery_profile_id", "error_feedback", "gift_card",
            "handle", "has_only_composites", "has_only_default_variant", "has_variant_with_components", "id", "inventory_total", "is_price_reduced",
            "out_of_stock_somewhere", "price", "product_configuration_owner", "product_publication_status", "product_type", "publication_ids",
            "publishable_status", "published_at", "published_status", "sku", "status", "tag", "tag_not", "title", "tracks_inventory", "updated_at",
            "variant_id", "variant_title", "vendor",
        ]),
        new Dictionary<string, Func<SimProduct, object?>>
        {
            ["id"] = product => product.Id,
            ["created_at"] = product => product.CreatedAt,
            ["updated_at"] = product => product.UpdatedAt,
            ["title"] = product => product.Title,
            ["vendor"] = product => product.Vendor,
            ["product_type"] = product => product.Kind,
            ["status"] = _ => "active",
            ["sku"] = product => product.Variants.Select(variant => variant.Sku),
            ["inventory_total"] = product => (long)product.Variants.Sum(variant => variant.Stock),
        });

    private static readonly SearchFields<VariantSource> VariantSearch = new(
        new HashSet<string>(
        [
            "barcode", "collection", "delivery_profile_id", "exclude_composite", "exclude_variants_with_components", "gift_card", "id", "inventory_quantity",
            "location_id", "managed", "managed_by", "option1", "option2", "option3", "product_id", "product_ids", "product_publication_status", "product_status",
            "product_type", "publishable_status", "published_status", "requires_components", "sku", "tag", "tag_not", "taxable", "title", "updated_at", "vendor",
        ]),
        new Dictionary<string, Func<VariantSource, object?>>
        {
            ["id"] = source => source.Variant.Id,
            ["product_id"] = source => source.Product.Id,
            ["sku"] = source => source.Variant.Sku,
            ["title"] = source => source.Variant.Title,
            ["updated_at"] = source => source.Product.UpdatedAt,
            ["inventory_quantity"] = source => (long)source.Variant.Stock,
        });

    private static readonly SearchFields<InventoryItemSource> ItemSearch = new(
        new HashSet<string>(["created_at", "id", "sku", "updated_at"]),
        new Dictionary<string, Func<InventoryItemSource, object?>>
        {
            ["id"] = source => ShopifyIds.InventoryItem(source.Variant),
            ["sku"] = source => source.Variant.Sku,
            ["created_at"] = source => source.Product.CreatedAt,
            ["updated_at"] = source => Updated(source.Variant),
        });

    private static readonly SearchFields<SimLocation> LocationSearch = new(
        new HashSet<string>(
            ["active", "address1", "address2", "city", "country", "created_at", "geolocated", "id", "legacy", "location_id", "name", "pickup_in_store", "province", "zip"]),
        new Dictionary<string, Func<SimLocation, object?>>
        {
            ["id"] = location => location.Id,
            ["location_id"] = location => location.Id,
            ["name"] = location => location.Name,
            ["active"] = _ => true,
        });

    public static void Add(GraphResolvers resolvers)
    {
        ProductRoots(resolvers);
        StockRoots(resolvers);
        Products(resolvers);
        Variants(resolvers);
        Inventory(resolvers);
        Locations(resolvers);
    }

    public static InventoryItemSource? Item(ShopifyShop shop, string gid) =>
        shop.Store.FindVariant(ShopifyIds.VariantOf(ShopifyIds.Parse(gid, "InventoryItem"))) is var (product, variant) ? new(product, variant) : null;

    public static LevelSource? Level(ShopifyShop shop, string gid)
    {
        var (type, location, query) = ShopifyIds.Parse(gid);
        return type == "InventoryLevel" && query.Split('=') is ["inventory_item_id", var item]
            && Item(shop, $"gid://shopify/InventoryItem/{item}") is { } source && source.Variant.Levels.FirstOrDefault(level => level.LocationId == location) is { } level
            ? new LevelSource(source, level)
            : null;
    }

    public static VariantSource? Variant(ShopifyShop shop, string gid) =>
        shop.Store.FindVariant(ShopifyIds.Parse(gid, "ProductVariant")) is var (product, variant) ? new(product, variant) : null;

    private static void ProductRoots(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("QueryRoot", "product", (request, call) => request.Shop.Store.FindProduct(ShopifyIds.Parse(call.Argument<string>("id")!, "Product")))
        .Add<ShopifyRequest>("QueryRoot", "products", (request, call) => ShopifyPages.Page(
            request.Shop.Store.Products,
            call.Argument<string>("sortKey")!,
            call.Argument<string>("sortKey") switch
            {
                "CREATED_AT" => product => (ShopifyPages.Key(product.CreatedAt), product.Id),
                "UPDATED_AT" => product => (ShopifyPages.Key(product.UpdatedAt), product.Id),
                "TITLE" => product => (product.Title, product.Id),
                _ => product => (ShopifyPages.Key(product.Id), product.Id),
            },
            request.Filter(call, ProductSearch),
            call))
        .Add<ShopifyRequest>("QueryRoot", "productVariant", (request, call) => Variant(request.Shop, call.Argument<string>("id")!))
        .Add<ShopifyRequest>("QueryRoot", "productVariants", (request, call) => ShopifyPages.Page(
            [.. request.Shop.Store.Products.SelectMany(product => product.Variants.Select(variant => new VariantSource(product, variant)))],
            call.Argument<string>("sortKey")!,
            VariantKey(call.Argument<string>("sortKey")!),
            request.Filter(call, VariantSearch),
            call));

    private static void StockRoots(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("QueryRoot", "inventoryItem", (request, call) => Item(request.Shop, call.Argument<string>("id")!))
        .Add<ShopifyRequest>("QueryRoot", "inventoryItems", (request, call) => ShopifyPages.Page(
            [.. request.Shop.Store.Products.SelectMany(product => product.Variants.Select(variant => new InventoryItemSource(product, variant)))],
            "ID",
            source => (ShopifyPages.Key(ShopifyIds.InventoryItem(source.Variant)), ShopifyIds.InventoryItem(source.Variant)),
            request.Filter(call, ItemSearch),
            call))
        .Add<ShopifyRequest>("QueryRoot", "inventoryLevel", (request, call) => Level(request.Shop, call.Argument<string>("id")!))
        .Add<ShopifyRequest>("QueryRoot", "location", (request, call) => call.Argument<string>("id") is { } gid
            ? request.Shop.Store.Locations.FirstOrDefault(location => location.Id == ShopifyIds.Parse(gid, "Location"))
            : request.Shop.Store.Locations[0])
        .Add<ShopifyRequest>("QueryRoot", "locations", (request, call) => ShopifyPages.Page(
            request.Shop.Store.Locations,
            call.Argument<string>("sortKey")!,
            call.Argument<string>("sortKey") == "NAME" ? location => (location.Name, location.Id) : location => (ShopifyPages.Key(location.Id), location.Id),
            request.Filter(call, LocationSearch),
            call));

    private static void Products(GraphResolvers resolvers) => resolvers
        .Type<SimProduct>("Product")
        .Add<SimProduct>("Product", "createdAt", product => product.CreatedAt)
        .Add<SimProduct>("Product", "handle", ShopifyRest.Handle)
        .Add<SimProduct>("Product", "id", product => ShopifyIds.Gid("Product", product.Id))
        .Add<SimProduct>("Product", "isGiftCard", _ => false)
        .Add<SimProduct>("Product", "legacyResourceId", product => product.Id)
        .Add<SimProduct>("Product", "productType", product => product.Kind)
        .Add<SimProduct>("Product", "publishedAt", product => product.CreatedAt)
        .Add<SimProduct>("Product", "status", _ => "ACTIVE")
        .Add<SimProduct>("Product", "tags", _ => Array.Empty<string>())
        .Add<SimProduct>("Product", "title", product => product.Title)
        .Add<SimProduct>("Product", "totalInventory", product => product.Variants.Sum(variant => variant.Stock))
        .Add<SimProduct>("Product", "tracksInventory", _ => true)
        .Add<SimProduct>("Product", "updatedAt", product => product.UpdatedAt)
        .Add<SimProduct>("Product", "variants", (product, call) => ShopifyPages.Page(
            [.. product.Variants.Select(variant => new VariantSource(product, variant))],
            call.Argument<string>("sortKey")!,
            VariantKey(call.Argument<string>("sortKey")!),
            _ => true,
            call))
        .Add<SimProduct>("Product", "variantsCount", product => new CountSource(product.Variants.Count, "EXACT"))
        .Add<SimProduct>("Product", "vendor", product => product.Vendor);

    private static void Variants(GraphResolvers resolvers) => resolvers
        .Type<VariantSource>("ProductVariant")
        .Add<VariantSource>("ProductVariant", "availableForSale", source => source.Variant.Stock > 0)
        .Add<VariantSource>("ProductVariant", "barcode", _ => null)
        .Add<VariantSource>("ProductVariant", "compareAtPrice", _ => null)
        .Add<VariantSource>("ProductVariant", "createdAt", source => source.Product.CreatedAt)
        .Add<VariantSource>("ProductVariant", "displayName", source => $"{source.Product.Title} - {source.Variant.Title}")
        .Add<VariantSource>("ProductVariant", "id", source => ShopifyIds.Gid("ProductVariant", source.Variant.Id))
        .Add<VariantSource>("ProductVariant", "inventoryItem", source => new InventoryItemSource(source.Product, source.Variant))
        .Add<VariantSource>("ProductVariant", "inventoryPolicy", _ => "DENY")
        .Add<VariantSource>("ProductVariant", "inventoryQuantity", source => source.Variant.Stock)
        .Add<VariantSource>("ProductVariant", "legacyResourceId", source => source.Variant.Id)
        .Add<VariantSource>("ProductVariant", "position", source => source.Product.Variants.ToList().IndexOf(source.Variant) + 1)
        .Add<VariantSource>("ProductVariant", "price", (source, call) => ShopifyRest.Text(source.Variant.Price, call.Request().Shop.Store.Profile.Currency))
        .Add<VariantSource>("ProductVariant", "product", source => source.Product)
        .Add<VariantSource>("ProductVariant", "sku", source => source.Variant.Sku)
        .Add<VariantSource>("ProductVariant", "title", source => source.Variant.Title)
        .Add<VariantSource>("ProductVariant", "updatedAt", source => source.Product.UpdatedAt);

    private static void Inventory(GraphResolvers resolvers) => resolvers
        .Type<InventoryItemSource>("InventoryItem")
        .Add<InventoryItemSource>("InventoryItem", "createdAt", source => source.Product.CreatedAt)
        .Add<InventoryItemSource>("InventoryItem", "id", source => ShopifyIds.Gid("InventoryItem", ShopifyIds.InventoryItem(source.Variant)))
        .Add<InventoryItemSource>("InventoryItem", "inventoryLevel", (source, call) =>
            source.Variant.Levels.FirstOrDefault(level => level.LocationId == ShopifyIds.Parse(call.Argument<string>("locationId")!, "Location")) is { } level
                ? new LevelSource(source, level)
                : null)
        .Add<InventoryItemSource>("InventoryItem", "inventoryLevels", (source, call) => ShopifyPages.Page(
            [.. source.Variant.Levels.Select(level => new LevelSource(source, level))], found => found.Level.LocationId, call))
        .Add<InventoryItemSource>("InventoryItem", "legacyResourceId", source => ShopifyIds.InventoryItem(source.Variant))
        .Add<InventoryItemSource>("InventoryItem", "requiresShipping", _ => true)
        .Add<InventoryItemSource>("InventoryItem", "sku", source => source.Variant.Sku)
        .Add<InventoryItemSource>("InventoryItem", "tracked", _ => true)
        .Add<InventoryItemSource>("InventoryItem", "updatedAt", source => Updated(source.Variant))
        .Add<InventoryItemSource>("InventoryItem", "variant", source => new VariantSource(source.Product, source.Variant))
        .Add<InventoryItemSource>("InventoryItem", "variants", (source, call) => ShopifyPages.Page(
            [new VariantSource(source.Product, source.Variant)], found => found.Variant.Id, call))
        .Type<LevelSource>("InventoryLevel")
        .Add<LevelSource>("InventoryLevel", "createdAt", source => source.Item.Product.CreatedAt)
        .Add<LevelSource>("InventoryLevel", "id", source => ShopifyIds.Level(source.Item.Variant, source.Level))
        .Add<LevelSource>("InventoryLevel", "isActive", _ => true)
        .Add<LevelSource>("InventoryLevel", "item", source => source.Item)
        .Add<LevelSource>("InventoryLevel", "location", (source, call) => call.Request().Shop.Store.Locations.First(location => location.Id == source.Level.LocationId))
        .Add<LevelSource>("InventoryLevel", "quantities", (source, call) => Quantities(source, (IEnumerable<object?>)call.Arguments["names"]!))
        .Add<LevelSource>("InventoryLevel", "updatedAt", source => source.Level.UpdatedAt)
        .Type<QuantitySource>("InventoryQuantity")
        .Add<QuantitySource>("InventoryQuantity", "id", source =>
            $"{ShopifyIds.Level(source.Level.Item.Variant, source.Level.Level).Replace("Level", "Quantity", StringComparison.Ordinal)}&name={source.Name}")
        .Add<QuantitySource>("InventoryQuantity", "name", source => source.Name)
        .Add<QuantitySource>("InventoryQuantity", "quantity", source => source.Name is "available" or "on_hand" ? source.Level.Level.Available : 0)
        .Add<QuantitySource>("InventoryQuantity", "updatedAt", source => source.Level.Level.UpdatedAt);

    private static void Locations(GraphResolvers resolvers) => resolvers
        .Type<SimLocation>("Location")
        .Add<SimLocation>("Location", "createdAt", (_, call) => call.Request().Shop.Store.Products[0].CreatedAt)
        .Add<SimLocation>("Location", "fulfillsOnlineOrders", _ => true)
        .Add<SimLocation>("Location", "id", location => ShopifyIds.Gid("Location", location.Id))
        .Add<SimLocation>("Location", "inventoryLevels", (location, call) => ShopifyPages.Page(
            [
                .. call.Request().Shop.Store.Products.SelectMany(product => product.Variants.SelectMany(variant => variant.Levels
                    .Where(level => level.LocationId == location.Id).Select(level => new LevelSource(new(product, variant), level)))),
            ],
            "ID",
            found => (ShopifyPages.Key(found.Item.Variant.Id), found.Item.Variant.Id),
            _ => true,
            call))
        .Add<SimLocation>("Location", "isActive", _ => true)
        .Add<SimLocation>("Location", "legacyResourceId", location => location.Id)
        .Add<SimLocation>("Location", "name", location => location.Name)
        .Add<SimLocation>("Location", "shipsInventory", _ => true);

    private static IEnumerable<QuantitySource> Quantities(LevelSource source, IEnumerable<object?> names)
    {
        string[] known = ["available", "committed", "damaged", "incoming", "on_hand", "quality_control", "reserved", "safety_stock"];
        foreach (var name in names.Cast<string>())
        {
            yield return known.Contains(name)
                ? new QuantitySource(source, name)
                : throw new GraphFaultException($"The quantity name '{name}' isn't valid", "INVALID_FIELD_ARGUMENTS");
        }
    }

    private static Func<VariantSource, (string Value, long Id)> VariantKey(string sort) => sort switch
    {
        "SKU" => source => (source.Variant.Sku, source.Variant.Id),
        "TITLE" => source => (source.Variant.Title, source.Variant.Id),
        _ => source => (ShopifyPages.Key(source.Variant.Id), source.Variant.Id),
    };

    private static DateTimeOffset Updated(SimVariant variant) => variant.Levels.Max(level => level.UpdatedAt);
}
