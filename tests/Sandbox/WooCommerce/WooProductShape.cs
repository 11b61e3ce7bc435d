using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Products and variations as REST v3 shows them. A product with one option is simple, one with more is variable.</summary>
internal sealed class WooProductShape(WooCommerceSite site)
{
    private const string AttributeName = "Option";

    public static bool IsVariable(SimProduct product) => product.Variants.Count > 1;

    public static DateTimeOffset ModifiedAt(SimVariant variant) => variant.Levels.Max(level => level.UpdatedAt);

    public JsonObject Product(SimProduct product, long sold)
    {
        var variable = IsVariable(product);
        var first = product.Variants[0];
        var shown = new JsonObject
        {
            ["id"] = product.Id,
            ["name"] = product.Title,
            ["slug"] = Slug(product),
            ["permalink"] = Permalink(product),
        };
        Dates(shown, product.CreatedAt, product.UpdatedAt);
        shown["type"] = variable ? "variable" : "simple";
        shown["status"] = "publish";
        shown["featured"] = false;
        shown["catalog_visibility"] = "visible";
        shown["description"] = $"<p>{WooHtml.Text(product.Title)} &ndash; {WooHtml.Text(product.Kind)}</p>\n";
        shown["short_description"] = "";
        shown["sku"] = variable ? "" : WooQuirkBender.Sku(first.Sku, first.Id, site.Behaviour.Quirks);
        Prices(shown, product.Variants.Min(variant => variant.Price), variable);
        shown["price_html"] = $"<span class=\"woocommerce-Price-amount amount\"><bdi>{site.Money(first.Price)}</bdi></span>";
        shown["on_sale"] = false;
        shown["purchasable"] = true;
        shown["total_sales"] = sold;
        Downloads(shown);
        shown["external_url"] = "";
        shown["button_text"] = "";
        Taxes(shown);
        Stock(shown, variable ? site.ParentStock(product) : site.Stock(first), variable ? product.Variants.Sum(variant => variant.Stock) : first.Stock);
        shown["sold_individually"] = false;
        Shipping(shown, withFlags: true);
        Catalogue(shown, product, variable);
        shown["_links"] = site.Links($"products/{product.Id}", "products");
        return shown;
    }

    public JsonObject Variation(SimProduct product, SimVariant variant)
    {
        var shown = new JsonObject { ["id"] = variant.Id };
        Dates(shown, product.CreatedAt, ModifiedAt(variant));
        shown["description"] = "";
        shown["permalink"] = $"{Permalink(product)}?attribute_option={Uri.EscapeDataString(variant.Title)}";
        shown["sku"] = WooQuirkBender.Sku(variant.Sku, variant.Id, site.Behaviour.Quirks);
        Prices(shown, variant.Price, variable: false);
        shown["on_sale"] = false;
        shown["status"] = "publish";
        shown["purchasable"] = true;
        Downloads(shown);
        Taxes(shown);
        var stock = site.Stock(variant);
        Stock(shown, stock, stock == "parent" ? product.Variants.Sum(other => other.Stock) : variant.Stock);
        Shipping(shown, withFlags: false);
        shown["image"] = Image(product, variant.Id + 1);
        shown["attributes"] = new JsonArray(new JsonObject { ["id"] = 0, ["name"] = AttributeName, ["option"] = variant.Title });
        shown["menu_order"] = product.Variants.ToList().IndexOf(variant) + 1;
        shown["meta_data"] = new JsonArray();
        shown["_links"] = site.Links($"products/{product.Id}/variations/{variant.Id}", $"products/{product.Id}/variations", ("up", $"products/{product.Id}"));
        return shown;
    }

    /// <summary>A variation asked for as if it were a product, which is also what <c>product.updated</c> brings when its stock moves.</summary>
    public JsonObject VariationAsProduct(SimProduct product, SimVariant variant)
    {
        var shown = Product(product with { Variants = [variant] }, 0);
        shown["id"] = variant.Id;
        shown["name"] = $"{product.Title} - {variant.Title}";
        shown["type"] = "variation";
        shown["parent_id"] = product.Id;
        shown["date_modified"] = site.Time.Local(ModifiedAt(variant));
        shown["date_modified_gmt"] = WooTime.Gmt(ModifiedAt(variant));
        shown["_links"] = site.Links($"products/{variant.Id}", "products", ("up", $"products/{product.Id}"));
        return shown;
    }

    private void Dates(JsonObject shown, DateTimeOffset created, DateTimeOffset modified)
    {
        shown["date_created"] = site.Time.Local(created);
        shown["date_created_gmt"] = WooTime.Gmt(created);
        shown["date_modified"] = site.Time.Local(modified);
        shown["date_modified_gmt"] = WooTime.Gmt(modified);
    }

    private void Prices(JsonObject shown, decimal price, bool variable)
    {
        shown["price"] = site.Money(price);
        shown["regular_price"] = variable ? "" : site.Money(price);
        shown["sale_price"] = "";
        shown["date_on_sale_from"] = null;
        shown["date_on_sale_from_gmt"] = null;
        shown["date_on_sale_to"] = null;
        shown["date_on_sale_to_gmt"] = null;
    }

    private static void Downloads(JsonObject shown)
    {
        shown["virtual"] = false;
        shown["downloadable"] = false;
        shown["downloads"] = new JsonArray();
        shown["download_limit"] = -1;
        shown["download_expiry"] = -1;
    }

    private static void Taxes(JsonObject shown)
    {
        shown["tax_status"] = "taxable";
        shown["tax_class"] = "";
    }

    /// <param name="managed"><c>yes</c>, <c>no</c> or <c>parent</c>.</param>
    private static void Stock(JsonObject shown, string managed, int units)
    {
        shown["manage_stock"] = managed == "parent" ? "parent" : managed == "yes";
        shown["stock_quantity"] = managed == "no" ? null : units;
        shown["stock_status"] = managed == "no" || units > 0 ? "instock" : "outofstock";
        shown["backorders"] = "no";
        shown["backorders_allowed"] = false;
        shown["backordered"] = false;
    }

    private static void Shipping(JsonObject shown, bool withFlags)
    {
        shown["weight"] = "";
        shown["dimensions"] = new JsonObject { ["length"] = "", ["width"] = "", ["height"] = "" };
        if (withFlags)
        {
            shown["shipping_required"] = true;
            shown["shipping_taxable"] = true;
        }

        shown["shipping_class"] = "";
        shown["shipping_class_id"] = 0;
    }

    private void Catalogue(JsonObject shown, SimProduct product, bool variable)
    {
        shown["reviews_allowed"] = true;
        shown["average_rating"] = "0.00";
        shown["rating_count"] = 0;
        shown["related_ids"] = new JsonArray();
        shown["upsell_ids"] = new JsonArray();
        shown["cross_sell_ids"] = new JsonArray();
        shown["parent_id"] = 0;
        shown["purchase_note"] = "";
        shown["categories"] = new JsonArray(new JsonObject
        {
            ["id"] = 9,
            ["name"] = product.Kind,
            ["slug"] = product.Kind.ToLowerInvariant().Replace(' ', '-'),
        });
        shown["tags"] = new JsonArray();
        shown["images"] = new JsonArray(Image(product, product.Id + 1));
        shown["attributes"] = variable ? new JsonArray(Attribute(product)) : [];
        shown["default_attributes"] = variable
            ? new JsonArray(new JsonObject { ["id"] = 0, ["name"] = AttributeName, ["option"] = product.Variants[0].Title })
            : [];
        shown["variations"] = variable ? WooJson.Array(product.Variants.Select(variant => (JsonNode)variant.Id)) : [];
        shown["grouped_products"] = new JsonArray();
        shown["menu_order"] = 0;
        shown["meta_data"] = new JsonArray();
    }

    private static JsonObject Attribute(SimProduct product) => new()
    {
        ["id"] = 0,
        ["name"] = AttributeName,
        ["position"] = 0,
        ["visible"] = true,
        ["variation"] = true,
        ["options"] = WooJson.Array(product.Variants.Select(variant => (JsonNode)variant.Title)),
    };

    private JsonObject Image(SimProduct product, long id)
    {
        var image = new JsonObject { ["id"] = id };
        Dates(image, product.CreatedAt, product.CreatedAt);
        image["src"] = $"{site.Url}/wp-content/uploads/{product.CreatedAt.UtcDateTime.ToString("yyyy/MM", CultureInfo.InvariantCulture)}/{Slug(product)}.jpg";
        image["name"] = "";
        image["alt"] = "";
        return image;
    }

    private static string Slug(SimProduct product) => $"product-{product.Id}";

    private string Permalink(SimProduct product) => $"{site.Url}/product/{Slug(product)}/";
}
