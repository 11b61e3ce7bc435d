using System.Globalization;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>Global ids, and ids of things the neutral shop does not number.</summary>
internal static class ShopifyIds
{
    private const long InventoryItemShift = 500_000_000_000;

    public static string Gid(string type, long id) => string.Create(CultureInfo.InvariantCulture, $"gid://shopify/{type}/{id}");

    /// <summary>Its own number, so that who takes a variant's id for an inventory item's finds nothing.</summary>
    public static long InventoryItem(SimVariant variant) => variant.Id + InventoryItemShift;

    public static long VariantOf(long inventoryItem) => inventoryItem - InventoryItemShift;

    public static string Level(SimVariant variant, SimStockLevel level) =>
        string.Create(CultureInfo.InvariantCulture, $"gid://shopify/InventoryLevel/{level.LocationId}?inventory_item_id={InventoryItem(variant)}");

    /// <summary>The type and number of a global id.</summary>
    /// <exception cref="GraphFaultException">The text is not one.</exception>
    public static (string Type, long Id, string Query) Parse(string gid)
    {
        var parts = gid.Split('/');
        var last = parts[^1].Split('?');
        return parts is ["gid:", "", "shopify", _, _] && long.TryParse(last[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? (parts[3], id, last.Length > 1 ? last[1] : "")
            : throw new GraphFaultException($"Invalid global id '{gid}'", "INVALID_ID");
    }

    /// <summary>The number of a global id of one type.</summary>
    /// <exception cref="GraphFaultException">It is of another type.</exception>
    public static long Parse(string gid, string type) =>
        Parse(gid) is var (actual, id, _) && actual == type ? id : throw new GraphFaultException("invalid id", "RESOURCE_NOT_FOUND");

    /// <summary>As <see cref="Parse(string, string)"/>, null when it is no such id.</summary>
    public static long? TryParse(string gid, string type)
    {
        try
        {
            return Parse(gid, type);
        }
        catch (GraphFaultException)
        {
            return null;
        }
    }
}
