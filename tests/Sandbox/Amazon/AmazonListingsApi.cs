using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>Listings, their changes, and what lies in Amazon's warehouses. A product of the shop is as many listings as it has variants.</summary>
internal sealed class AmazonListingsApi(TimeProvider time)
{
    private const string ProductType = "SHIRT";
    private const string Availability = "/attributes/fulfillment_availability";
    private const int MostResults = 1000;

    private static readonly string[] Datasets = ["summaries", "attributes", "issues", "offers", "fulfillmentAvailability", "procurement", "relationships", "productTypes"];

    private readonly ConcurrentDictionary<string, (string Bound, int Offset, DateTimeOffset IssuedAt)> _tokens = new();
    private int _lastToken;

    /// <summary>Rows of a page of summaries.</summary>
    public int SummariesPerPage { get; set; } = 50;

    public AmazonAnswer Search(AmazonSeller seller, AmazonQuery query)
    {
        Check(seller, query.Only("marketplaceIds", "includedData", "lastUpdatedAfter", "lastUpdatedBefore", "createdAfter", "createdBefore", "sortBy", "sortOrder", "pageSize", "pageToken"));
        var (since, size, included) = (query.Time("lastUpdatedAfter"), query.Number("pageSize", 10, 20), Included(query));
        var rows = Variants(seller).Where(row => since is null || row.Product.UpdatedAt >= since).ToList();
        rows = [.. (query["sortBy"], query["sortOrder"] ?? "DESC") switch
        {
            ("createdDate", "DESC") => rows.OrderByDescending(static row => row.Product.CreatedAt).ThenBy(static row => row.Variant.Sku, StringComparer.Ordinal),
            (null or "lastUpdatedDate", "DESC") => rows.OrderByDescending(static row => row.Product.UpdatedAt).ThenBy(static row => row.Variant.Sku, StringComparer.Ordinal),
            _ => rows.OrderBy(static row => row.Variant.Sku, StringComparer.Ordinal),
        }];
        var offset = Offset(query, "pageToken", TimeSpan.FromDays(1), "pageSize", "includedData");
        if (query.Wrong is { } wrong)
        {
            return AmazonAnswer.Invalid(wrong);
        }

        var answer = new JsonObject
        {
            ["numberOfResults"] = rows.Count,
            ["items"] = new JsonArray([.. rows.Skip(offset).Take(size).Select(row => Item(seller, row.Product, row.Variant, included))]),
        };
        if (offset + size < Math.Min(rows.Count, MostResults))
        {
            answer["pagination"] = new JsonObject { ["nextToken"] = Token(query.Bound("pageToken", "pageSize", "includedData"), offset + size) };
        }

        return AmazonAnswer.Ok(answer);
    }

    public AmazonAnswer Get(AmazonSeller seller, string sku, AmazonQuery query)
    {
        Check(seller, query.Only("marketplaceIds", "includedData"));
        var included = Included(query);
        return query.Wrong is { } wrong ? AmazonAnswer.Invalid(wrong)
            : seller.Store.FindVariant(sku) is { } found ? AmazonAnswer.Ok(Item(seller, found.Product, found.Variant, included))
            : AmazonAnswer.NotFound();
    }

    /// <summary>Takes a change in. What is wrong with the content is told on 200.</summary>
    public AmazonAnswer Patch(AmazonSeller seller, string sku, AmazonQuery query, JsonElement body)
    {
        Check(seller, query.Only("marketplaceIds", "includedData", "mode"));
        if (seller.Store.FindVariant(sku) is not { } found)
        {
            return AmazonAnswer.NotFound();
        }

        if (query.Wrong is { } wrong || !body.TryGetProperty("productType", out var type) || !body.TryGetProperty("patches", out var patches) || patches.ValueKind != JsonValueKind.Array || patches.GetArrayLength() == 0)
        {
            return AmazonAnswer.Invalid(query.Wrong ?? "productType and patches are wanted.");
        }

        if (type.GetString() != ProductType)
        {
            return Submitted(sku, "INVALID", Issue("4000000", "The product type is not the listing's.", "productType"));
        }

        foreach (var patch in patches.EnumerateArray())
        {
            if (patch.GetProperty("op").GetString() is not ("replace" or "merge") || patch.GetProperty("path").GetString() != Availability)
            {
                return AmazonAnswer.Invalid("This attribute cannot be patched so.");
            }

            var value = patch.GetProperty("value")[0];
            if (AmazonSeller.IsFba(found.Variant) || value.GetProperty("fulfillment_channel_code").GetString() != "DEFAULT")
            {
                return Submitted(sku, "INVALID", Issue("90244", "The fulfillment channel is not the seller's.", "fulfillment_availability"));
            }

            if (!value.GetProperty("quantity").TryGetInt32(out var quantity) || quantity is < 0 or > 1_000_000)
            {
                return Submitted(sku, "INVALID", Issue("90225", "The quantity is out of range.", "fulfillment_availability"));
            }

            seller.Take(found.Variant, quantity);
        }

        return Submitted(sku, "ACCEPTED");
    }

    public AmazonAnswer Summaries(AmazonSeller seller, AmazonQuery query)
    {
        Check(seller, query.Only("details", "granularityType", "granularityId", "startDateTime", "sellerSku", "sellerSkus", "nextToken", "marketplaceIds"));
        if (query["granularityType"] != "Marketplace" || query["granularityId"] != seller.MarketplaceId)
        {
            query.Complain("granularityType and granularityId are wanted.");
        }

        var since = query.Time("startDateTime");
        var rows = Variants(seller).Where(row => AmazonSeller.IsFba(row.Variant) && (query["sellerSku"] ?? row.Variant.Sku) == row.Variant.Sku && (since is null || Changed(row.Variant) >= since)).ToList();
        var offset = Offset(query, "nextToken", TimeSpan.FromSeconds(30));
        if (query.Wrong is { } wrong)
        {
            return AmazonAnswer.Invalid(wrong);
        }

        var payload = new JsonObject
        {
            ["granularity"] = new JsonObject { ["granularityType"] = "Marketplace", ["granularityId"] = seller.MarketplaceId },
            ["inventorySummaries"] = new JsonArray([.. rows.Skip(offset).Take(SummariesPerPage).Select(row => Summary(row.Variant, query["details"] == "true"))]),
        };
        var answer = new JsonObject { ["payload"] = payload };
        if (offset + SummariesPerPage < rows.Count)
        {
            answer["pagination"] = new JsonObject { ["nextToken"] = Token(query.Bound("nextToken"), offset + SummariesPerPage) };
        }

        return AmazonAnswer.Ok(answer);
    }

    private static IEnumerable<(SimProduct Product, SimVariant Variant)> Variants(AmazonSeller seller) => seller.Store.Products.SelectMany(static product => product.Variants.Select(variant => (product, variant)));

    private static void Check(AmazonSeller seller, AmazonQuery query)
    {
        if (!query.List("marketplaceIds").SequenceEqual([seller.MarketplaceId]))
        {
            query.Complain("marketplaceIds is missing, or not the seller's.");
        }
    }

    private static HashSet<string> Included(AmazonQuery query)
    {
        var included = (query["includedData"] is null ? ["summaries"] : query.List("includedData")).ToHashSet(StringComparer.Ordinal);
        if (included.Except(Datasets).Any())
        {
            query.Complain("includedData holds what there is not.");
        }

        return included;
    }

    private static JsonObject Item(AmazonSeller seller, SimProduct product, SimVariant variant, HashSet<string> included)
    {
        var item = new JsonObject { ["sku"] = variant.Sku };
        if (included.Contains("summaries"))
        {
            item["summaries"] = new JsonArray(new JsonObject
            {
                ["marketplaceId"] = seller.MarketplaceId,
                ["asin"] = AmazonSeller.Asin(variant),
                ["productType"] = ProductType,
                ["conditionType"] = "new_new",
                ["status"] = new JsonArray("BUYABLE", "DISCOVERABLE"),
                ["itemName"] = $"{product.Title}, {variant.Title}",
                ["createdDate"] = AmazonSeller.Time(product.CreatedAt),
                ["lastUpdatedDate"] = AmazonSeller.Time(product.UpdatedAt),
            });
        }

        if (included.Contains("offers"))
        {
            var price = new JsonObject { ["currencyCode"] = seller.Store.Profile.Currency, ["amount"] = variant.Price.ToString(CultureInfo.InvariantCulture) };
            item["offers"] = new JsonArray(new JsonObject { ["marketplaceId"] = seller.MarketplaceId, ["offerType"] = "B2C", ["price"] = price });
        }

        if (included.Contains("fulfillmentAvailability"))
        {
            item["fulfillmentAvailability"] = new JsonArray(AmazonSeller.IsFba(variant) ? new JsonObject { ["fulfillmentChannelCode"] = "AMAZON_NA" } : new JsonObject { ["fulfillmentChannelCode"] = "DEFAULT", ["quantity"] = variant.Stock });
        }

        if (included.Contains("issues"))
        {
            item["issues"] = seller.Issues.TryGetValue(variant.Sku, out var wrong) ? new JsonArray(Issue(wrong.Code, "Something is wrong with it.", wrong.Attribute)) : [];
        }

        return item;
    }

    private static JsonObject Summary(SimVariant variant, bool details)
    {
        var summary = new JsonObject
        {
            ["asin"] = AmazonSeller.Asin(variant),
            ["fnSku"] = $"X{variant.Id % 1_000_000_000:D9}",
            ["sellerSku"] = variant.Sku,
            ["condition"] = "NewItem",
            ["lastUpdatedTime"] = AmazonSeller.Time(Changed(variant)),
            ["totalQuantity"] = variant.Stock + 3,
        };
        if (details)
        {
            summary["inventoryDetails"] = new JsonObject { ["fulfillableQuantity"] = variant.Stock, ["inboundShippedQuantity"] = 1, ["reservedQuantity"] = new JsonObject { ["totalReservedQuantity"] = 2 } };
        }

        return summary;
    }

    private static DateTimeOffset Changed(SimVariant variant) => variant.Levels.Max(static level => level.UpdatedAt);

    private static JsonObject Issue(string code, string message, string attribute) =>
        new() { ["code"] = code, ["message"] = message, ["severity"] = "ERROR", ["attributeNames"] = new JsonArray(attribute), ["categories"] = new JsonArray("INVALID_ATTRIBUTE") };

    private static AmazonAnswer Submitted(string sku, string status, params JsonNode[] issues) =>
        AmazonAnswer.Ok(new JsonObject { ["sku"] = sku, ["status"] = status, ["submissionId"] = "f1dc2914-75dd-11ea-bc55-0242ac130003", ["issues"] = new JsonArray(issues) });

    private int Offset(AmazonQuery query, string name, TimeSpan lifetime, params string[] free)
    {
        if (query[name] is not { } token)
        {
            return 0;
        }

        if (!_tokens.TryGetValue(token, out var held) || held.Bound != query.Bound([name, .. free]) || held.IssuedAt + lifetime <= time.GetUtcNow())
        {
            query.Complain($"{name} has expired, or belongs to other parameters.");
        }

        return held.Offset;
    }

    private string Token(string bound, int offset)
    {
        var token = string.Create(CultureInfo.InvariantCulture, $"page/{Interlocked.Increment(ref _lastToken)}+seed==");
        _tokens[token] = (bound, offset, time.GetUtcNow());
        return token;
    }
}
