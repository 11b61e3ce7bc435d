using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Bends a proper resource into what sloppy plug-ins make of it.</summary>
internal static class WooQuirkBender
{
    private static readonly HashSet<string> TextNumbers = ["quantity", "stock_quantity", "customer_id", "product_id", "variation_id", "price", "total_sales"];

    public static JsonObject Bend(JsonObject resource, WooCommerceQuirks quirks)
    {
        Walk(resource, quirks);
        if (quirks.HasFlag(WooCommerceQuirks.ExtraMembers))
        {
            resource["yoast_head_json"] = new JsonObject { ["title"] = "", ["robots"] = new JsonObject { ["index"] = "index" } };
            resource["currency_symbol"] = "€";
            resource["acf"] = new JsonArray();
        }

        return resource;
    }

    private static void Walk(JsonNode node, WooCommerceQuirks quirks)
    {
        if (node is JsonArray array)
        {
            foreach (var item in array.OfType<JsonNode>())
            {
                Walk(item, quirks);
            }
        }
        else if (node is JsonObject members)
        {
            foreach (var (name, value) in members.ToArray())
            {
                Member(members, name, value, quirks);
            }
        }
    }

    private static void Member(JsonObject parent, string name, JsonNode? value, WooCommerceQuirks quirks)
    {
        if (quirks.HasFlag(WooCommerceQuirks.NumbersAsText) && TextNumbers.Contains(name) && value?.GetValueKind() == JsonValueKind.Number)
        {
            parent[name] = value.ToJsonString();
        }
        else if (quirks.HasFlag(WooCommerceQuirks.EmptyPrice) && name is "price" or "regular_price" && value?.GetValueKind() == JsonValueKind.String)
        {
            parent[name] = "";
        }
        else if (quirks.HasFlag(WooCommerceQuirks.FalseForEmpty) && IsEmpty(name, value))
        {
            parent[name] = false;
        }
        else if (value is not null)
        {
            Walk(value, quirks);
        }
    }

    private static bool IsEmpty(string name, JsonNode? value) =>
        (name == "image" && value is null)
        || (value is JsonObject { Count: > 0 } members && members.All(member => member.Value is JsonValue text && text.ToString().Length == 0));

    /// <summary>The SKU as the site has it.</summary>
    public static JsonNode Sku(string sku, long variantId, WooCommerceQuirks quirks) =>
        quirks.HasFlag(WooCommerceQuirks.NumericSku) ? variantId % 1_000_000_000 : sku;
}
