using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Wix;

/// <summary>The calls of one site. V1's exist on V1 sites, V3's on V3 sites only.</summary>
internal sealed class WixApi
{
    private readonly ConcurrentDictionary<string, Func<(List<JsonObject> Rows, string? Next)>> _cursors = new(StringComparer.Ordinal);
    private long _nextCursor = 41;

    public WixAnswer Answer(WixSite site, string method, string path, string body) => (method, path.Split('/', StringSplitOptions.RemoveEmptyEntries)) switch
    {
        ("GET", ["apps", "v1", "instance"]) => WixAnswer.Ok(Instance(site)),
        ("GET", ["site-properties", "v4", "properties"]) => Permitted(site, "SITE-SETTINGS.VIEW", () => new JsonObject
        {
            ["version"] = "207",
            ["properties"] = new JsonObject { ["timeZone"] = site.Store.Profile.TimeZone, ["paymentCurrency"] = site.Store.Profile.Currency, ["siteDisplayName"] = site.Store.Profile.Name },
        }),
        ("GET", ["stores", "v3", "provision", "version"]) => WixAnswer.Ok(new JsonObject
        {
            ["catalogVersion"] = site.Catalog switch { WixCatalogVersion.V1 => "V1_CATALOG", WixCatalogVersion.V3 => "V3_CATALOG", _ => "STORES_NOT_INSTALLED" },
        }),
        ("POST", ["ecom", "v1", "orders", "search"]) => Permitted(site, "SCOPE.DC-STORES.READ-ORDERS", () => SearchOrders(site, body)),
        ("GET", ["ecom", "v1", "orders", var id]) => Permitted(site, "SCOPE.DC-STORES.READ-ORDERS", () =>
            WixIds.Read(WixKind.Order, id) is { } number && site.Store.FindOrder(number) is { } order
                ? new JsonObject { ["order"] = site.Order(order) }
                : throw WixRefusal.Application(404, "ORDER_NOT_FOUND", "Order not found")),
        ("POST", ["ecom", "v1", "payments", "list-by-ids"]) => Permitted(site, "SCOPE.DC-STORES.READ-ORDERS", () => Payments(site, body)),
        ("POST", ["contacts", "v4", "contacts", "query"]) => Permitted(site, "SCOPE.CONTACTS.VIEW", () => Contacts(site, body)),
        (_, ["stores", "v1" or "v2", ..]) when site.Catalog != WixCatalogVersion.V1 => throw WixRefusal.Application(501, "UNIMPLEMENTED", "This API is not supported for sites using Catalog V3"),
        (_, ["stores", "v3", ..]) when site.Catalog != WixCatalogVersion.V3 => throw WixRefusal.Application(428, "CATALOG_V1_SITE_CALLING_CATALOG_V3_API", "The site uses Catalog V1"),
        ("POST", ["stores", "v1", "products", "query"]) => Permitted(site, "SCOPE.DC-STORES.MANAGE-PRODUCTS", () => ProductsV1(site, body)),
        ("POST", ["stores", "v2", "inventoryItems", "query"]) => Permitted(site, "SCOPE.DC-STORES.MANAGE-PRODUCTS", () => InventoryV1(site, body)),
        ("PATCH", ["stores", "v2", "inventoryItems", "product", var id]) => Permitted(site, "SCOPE.DC-STORES.MANAGE-PRODUCTS", () => SetV1(site, id, body)),
        ("POST", ["stores", "v3", "products", "query"]) => Permitted(site, "SCOPE.DC-STORES.MANAGE-PRODUCTS", () => ProductsV3(site, body)),
        ("POST", ["stores", "v3", "products", "query-variants"]) => Permitted(site, "SCOPE.DC-STORES.MANAGE-PRODUCTS", () => VariantsV3(site, body)),
        ("POST", ["stores", "v3", "inventory-items", "query"]) => Permitted(site, "SCOPE.STORES.INVENTORY_ITEM_WRITE", () => InventoryV3(site, body)),
        ("PATCH", ["stores", "v3", "inventory-items", var id]) => Permitted(site, "SCOPE.STORES.INVENTORY_ITEM_WRITE", () => SetV3(site, id, body)),
        _ => throw new WixRefusal(404, ""),
    };

    /// <summary>Every cursor given out so far is no longer known.</summary>
    public void ForgetCursors() => _cursors.Clear();

    private static WixAnswer Permitted(WixSite site, string permission, Func<JsonObject> answer) =>
        site.Permissions.Contains(permission) ? WixAnswer.Ok(answer()) : throw WixRefusal.Application(403, "PERMISSION_DENIED", "Forbidden");

    private static JsonObject Instance(WixSite site) => new()
    {
        ["instance"] = new JsonObject
        {
            ["appName"] = "StoreClaw",
            ["appVersion"] = "1.0.0",
            ["instanceId"] = site.InstanceId,
            ["isFree"] = true,
            ["permissions"] = new JsonArray([.. site.Permissions.Select(static permission => (JsonNode)permission)]),
        },
        ["site"] = new JsonObject
        {
            ["siteDisplayName"] = site.Store.Profile.Name,
            ["paymentCurrency"] = site.Store.Profile.Currency,
            ["siteId"] = site.SiteId,
            ["ownerEmail"] = "owner@example.com",
        },
    };

    private JsonObject SearchOrders(WixSite site, string body)
    {
        var search = WixQuestion.Object(WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "search")["search"], "search", "filter", "sort", "cursorPaging");
        return ByCursor(search, "orders", "metadata", search =>
        {
            var filter = WixQuestion.Filter(search["filter"], "filter", WixQuestion.Times<SimOrder>("updatedDate", static order => order.UpdatedAt), WixQuestion.Ids<SimOrder>("id", "$in", static order => WixIds.Of(WixKind.Order, order.Id)));
            var ascending = ByCreation(search["sort"], defaultsToAscending: false);
            return Keyset(() => site.Store.Orders.Where(filter), static order => (order.CreatedAt, order.Id), ascending, site.Order);
        });
    }

    private static JsonObject Payments(WixSite site, string body)
    {
        var ids = WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "orderIds")["orderIds"] as JsonArray;
        return ids is { Count: > 0 and <= 100 }
            ? new JsonObject
            {
                ["orderTransactions"] = new JsonArray([.. ids.Select(static id => WixIds.Read(WixKind.Order, WixQuestion.Text(id, "orderIds"))).Where(static id => id is not null)
                    .Select(id => site.Store.FindOrder(id!.Value)).OfType<SimOrder>().Select(WixShapes.Transactions)]),
            }
            : throw WixRefusal.Field("orderIds", "must have 1 to 100 ids");
    }

    private static JsonObject Contacts(WixSite site, string body)
    {
        var query = WixQuestion.Object(WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query")["query"], "query", "filter", "sort", "paging");
        var filter = WixQuestion.Filter(
            query["filter"], "filter", WixQuestion.Times<SimCustomer>("updatedDate", static contact => contact.UpdatedAt), WixQuestion.Times<SimCustomer>("createdDate", static contact => contact.CreatedAt),
            WixQuestion.Ids<SimCustomer>("id", "$in", static contact => WixIds.Of(WixKind.Contact, contact.Id)));
        ByCreation(query["sort"], defaultsToAscending: true);
        var paging = query["paging"] is { } asked ? WixQuestion.Object(asked, "paging", "limit", "offset") : [];
        var (limit, offset) = (WixQuestion.Number(paging["limit"], "limit", 1, 1000, 50), WixQuestion.Number(paging["offset"], "offset", 0, int.MaxValue, 0));
        var all = site.Store.Customers.Where(filter).OrderBy(static contact => contact.CreatedAt).ThenBy(static contact => contact.Id).ToList();
        var rows = all.Skip(offset).Take(limit).Select(WixShapes.Contact).ToArray<JsonNode>();
        return new JsonObject { ["contacts"] = new JsonArray(rows), ["pagingMetadata"] = new JsonObject { ["count"] = rows.Length, ["offset"] = offset, ["total"] = all.Count } };
    }

    private static JsonObject ProductsV1(WixSite site, string body)
    {
        var question = WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query", "includeVariants", "includeHiddenProducts");
        var withVariants = question["includeVariants"]?.GetValue<bool>() == true;
        return ByNumber(question["query"], "products", site.Store.Products, static product => product.UpdatedAt, product => WixShapes.ProductV1(product, site.Store.Profile.Currency, withVariants), "id");
    }

    private static JsonObject InventoryV1(WixSite site, string body) =>
        ByNumber(WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query")["query"], "inventoryItems", site.Store.Products, WixShapes.CountedAt, WixShapes.InventoryV1, "productId");

    private static JsonObject ByNumber(JsonNode? query, string rows, IEnumerable<SimProduct> products, Func<SimProduct, DateTimeOffset> updated, Func<SimProduct, JsonObject> shape, string idField)
    {
        var asked = WixQuestion.Object(query, "query", "filter", "sort", "paging");
        var filter = WixQuestion.Filter(
            asked["filter"] is { } text ? WixQuestion.Parse(WixQuestion.Text(text, "filter"), "filter") : null, "filter", WixQuestion.Times("lastUpdated", updated),
            WixQuestion.Ids<SimProduct>(idField, "$hasSome", static product => WixIds.Of(WixKind.Product, product.Id)),
            ("numericId", ["$gt"], static (product, _, number) => product.Id > number!.GetValue<long>()));
        if (WixQuestion.Text(asked["sort"], "sort") != """[{"numericId":"asc"}]""")
        {
            throw WixRefusal.Field("sort", "must be a list of one field and its direction, as text");
        }

        var paging = WixQuestion.Object(asked["paging"], "paging", "limit", "offset");
        var (limit, offset) = (WixQuestion.Number(paging["limit"], "limit", 1, 100, 100), WixQuestion.Number(paging["offset"], "offset", 0, 9_900, 0));
        var all = products.Where(filter).OrderBy(static product => product.Id).ToList();
        return new JsonObject
        {
            [rows] = new JsonArray([.. all.Skip(offset).Take(limit).Select(shape)]),
            ["metadata"] = new JsonObject { ["items"] = limit, ["offset"] = offset },
            ["totalResults"] = all.Count,
        };
    }

    private static JsonObject SetV1(WixSite site, string productId, string body)
    {
        if (WixIds.Read(WixKind.Product, productId) is not { } number || site.Store.FindProduct(number) is not { } product)
        {
            throw WixRefusal.Application(404, "PRODUCT_NOT_FOUND", "Product not found");
        }

        var item = WixQuestion.Object(WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "inventoryItem")["inventoryItem"], "inventoryItem", "trackQuantity", "variants");
        if (item["trackQuantity"]?.GetValue<bool>() != true)
        {
            throw WixRefusal.Field("inventoryItem.trackQuantity", "must be true to set quantities");
        }

        var settings = new List<StockSetting>();
        foreach (var asked in item["variants"] as JsonArray ?? throw WixRefusal.Field("inventoryItem.variants", "must be a list"))
        {
            var setting = WixQuestion.Object(asked, "variants", "variantId", "quantity");
            var variant = product.Variants.FirstOrDefault(variant => WixShapes.VariantV1(product, variant) == WixQuestion.Text(setting["variantId"], "variantId")) ?? throw WixRefusal.Field("variantId", "is no variant of the product");
            var first = variant.Levels[0];
            settings.Add(new StockSetting(variant.Id, first.LocationId, WixQuestion.Number(setting["quantity"], "quantity", int.MinValue, int.MaxValue, 0) - (variant.Stock - first.Available)));
        }

        site.Store.SetStock(settings);
        return [];
    }

    private JsonObject ProductsV3(WixSite site, string body)
    {
        var question = WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query", "fields");
        return ByCursor(WixQuestion.Object(question["query"], "query", "filter", "sort", "cursorPaging"), "products", "pagingMetadata", query =>
        {
            var filter = WixQuestion.Filter(query["filter"], "filter", WixQuestion.Times<SimProduct>("updatedDate", static product => product.UpdatedAt), WixQuestion.Ids<SimProduct>("id", "$in", static product => WixIds.Of(WixKind.Product, product.Id)));
            return Keyset(() => site.Store.Products.Where(filter), static product => (product.CreatedAt, product.Id), ByCreation(query["sort"], defaultsToAscending: true), WixShapes.ProductV3);
        });
    }

    private JsonObject VariantsV3(WixSite site, string body)
    {
        var question = WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query", "fields");
        return ByCursor(WixQuestion.Object(question["query"], "query", "filter", "cursorPaging"), "variants", "pagingMetadata", query =>
        {
            var filter = WixQuestion.Filter(query["filter"], "filter", WixQuestion.Ids<SimProduct>("productData.productId", "$in", static product => WixIds.Of(WixKind.Product, product.Id)));
            return Keyset(
                () => site.Store.Products.Where(filter).SelectMany(static product => product.Variants.Select(variant => (Product: product, Variant: variant))), static row => (default, row.Variant.Id), ascending: true,
                static row => WixShapes.VariantV3(row.Product, row.Variant));
        });
    }

    private JsonObject InventoryV3(WixSite site, string body) => ByCursor(
        WixQuestion.Object(WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "query")["query"], "query", "filter", "cursorPaging"), "inventoryItems", "pagingMetadata", query =>
        {
            var filter = WixQuestion.Filter(query["filter"], "filter", WixQuestion.Ids<SimProduct>("productId", "$in", static product => WixIds.Of(WixKind.Product, product.Id)));
            return Keyset(() => Items(site).Where(item => filter(item.Product)), static item => (DateTimeOffset.UnixEpoch.AddTicks(item.Level.LocationId % 1_000_000), item.Variant.Id), ascending: true, item => Shape(site, item));
        });

    private static JsonObject SetV3(WixSite site, string id, string body)
    {
        var question = WixQuestion.Object(WixQuestion.Parse(body, "body"), "body", "inventoryItem", "reason");
        var asked = WixQuestion.Object(question["inventoryItem"], "inventoryItem", "id", "revision", "trackQuantity", "quantity");
        if (Items(site).FirstOrDefault(item => WixIds.Inventory(item.Variant.Id, item.Level.LocationId) == id) is not { Variant: { } variant } item)
        {
            throw WixRefusal.Application(404, "INVENTORY_ITEM_NOT_FOUND", "Inventory item not found");
        }

        if (asked["revision"] is null)
        {
            throw WixRefusal.Application(428, "MISSING_REVISION", "revision is required");
        }

        if (WixQuestion.Text(asked["id"], "inventoryItem.id") != id || WixQuestion.Text(question["reason"], "reason") != "MANUAL")
        {
            throw WixRefusal.Field("inventoryItem.id", "must be the item of the address, and the reason MANUAL");
        }

        if (WixQuestion.Text(asked["revision"], "revision") != site.Revision(id).ToString(CultureInfo.InvariantCulture))
        {
            throw WixRefusal.Application(409, "INVALID_REVISION", "The revision is stale");
        }

        site.Store.SetStock([new StockSetting(variant.Id, item.Level.LocationId, WixQuestion.Number(asked["quantity"], "quantity", -99_999, 99_999, 0))]);
        return new JsonObject { ["inventoryItem"] = Shape(site, Items(site).First(now => now.Variant.Id == variant.Id && now.Level.LocationId == item.Level.LocationId)) };
    }

    private static IEnumerable<(SimProduct Product, SimVariant Variant, SimStockLevel Level)> Items(WixSite site) =>
        site.Store.Products.SelectMany(static product => product.Variants.SelectMany(variant => variant.Levels.Select(level => (product, variant, level))));

    private static JsonObject Shape(WixSite site, (SimProduct Product, SimVariant Variant, SimStockLevel Level) item) =>
        WixShapes.InventoryV3(item.Product, item.Variant, item.Level, site.Revision(WixIds.Inventory(item.Variant.Id, item.Level.LocationId)));

    /// <summary>True when ascending. Creation is the one field all lists can be sorted by.</summary>
    private static bool ByCreation(JsonNode? sort, bool defaultsToAscending)
    {
        if (sort is null)
        {
            return defaultsToAscending;
        }

        var by = WixQuestion.Object((sort as JsonArray)?.SingleOrDefault(), "sort", "fieldName", "order");
        return (WixQuestion.Text(by["fieldName"], "sort.fieldName"), WixQuestion.Text(by["order"], "sort.order")) switch
        {
            ("createdDate", "ASC") => true,
            ("createdDate", "DESC") => false,
            _ => throw WixRefusal.Field("sort", "is not sortable by that field"),
        };
    }

    /// <summary>Pages of living rows in the order of a key; what is deleted or comes in shifts nothing.</summary>
    private static Func<(DateTimeOffset, long)?, int, (List<JsonObject> Rows, (DateTimeOffset, long)? Last, bool More)> Keyset<T>(
        Func<IEnumerable<T>> rows, Func<T, (DateTimeOffset, long)> key, bool ascending, Func<T, JsonObject> shape) => (after, limit) =>
    {
        var all = ascending ? rows().OrderBy(key) : rows().OrderByDescending(key);
        var left = all.Where(row => after is not { } last || (ascending ? key(row).CompareTo(last) > 0 : key(row).CompareTo(last) < 0)).ToList();
        var page = left.Take(limit).ToList();
        return (page.ConvertAll(row => shape(row)), page.Count == 0 ? after : key(page[^1]), left.Count > limit);
    };

    /// <summary>A cursor holds filter, sort and limit: whoever sends one of them with it is refused.</summary>
    private JsonObject ByCursor(
        JsonObject question, string rows, string metadata, Func<JsonObject, Func<(DateTimeOffset, long)?, int, (List<JsonObject> Rows, (DateTimeOffset, long)? Last, bool More)>> begin)
    {
        var paging = question["cursorPaging"] is { } asked ? WixQuestion.Object(asked, "cursorPaging", "limit", "cursor") : [];
        Func<(List<JsonObject> Rows, string? Next)>? page;
        if (paging["cursor"] is { } cursor)
        {
            if (question.Count > 1 || paging.Count > 1)
            {
                throw WixRefusal.Field("cursorPaging.cursor", "already holds filter, sort and limit");
            }

            if (!_cursors.TryGetValue(WixQuestion.Text(cursor, "cursor"), out page))
            {
                throw WixRefusal.Field("cursorPaging.cursor", "is not valid");
            }
        }
        else
        {
            page = Page(begin(question), null, WixQuestion.Number(paging["limit"], "limit", 1, rows is "orders" or "products" ? 100 : 1000, 50));
        }

        var (found, next) = page();
        var list = new JsonArray([.. found]);
        var told = new JsonObject { ["count"] = list.Count, ["hasNext"] = next is not null };
        told["cursors"] = next is null ? new JsonObject() : new JsonObject { ["next"] = next };
        return new JsonObject { [rows] = list, [metadata] = told };
    }

    private Func<(List<JsonObject> Rows, string? Next)> Page(
        Func<(DateTimeOffset, long)?, int, (List<JsonObject> Rows, (DateTimeOffset, long)? Last, bool More)> walk, (DateTimeOffset, long)? after, int limit) => () =>
    {
        var (rows, last, more) = walk(after, limit);
        if (!more)
        {
            return (rows, null);
        }

        var cursor = $"eyJjdXJzb3IiOj{Interlocked.Increment(ref _nextCursor)}.|=";
        _cursors[cursor] = Page(walk, last, limit);
        return (rows, cursor);
    };
}
