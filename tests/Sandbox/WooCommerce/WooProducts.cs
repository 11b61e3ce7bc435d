using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.WooCommerce;

internal sealed class WooProducts(WooCommerceSite site)
{
    private const int BatchLimit = 100;

    private readonly WooPage _page = new(site);

    public IReadOnlyList<WooParameter> Parameters => WooParameters.ForPosts(
        site.Behaviour,
        new("status", WooKind.Choice) { Default = "any", Values = ["any", "future", "trash", "draft", "pending", "private", "publish"] },
        new("type", WooKind.Choice) { Values = ["simple", "grouped", "external", "variable"] },
        new("sku", WooKind.Text),
        new("slug", WooKind.Text),
        new("stock_status", WooKind.Choice) { Values = ["instock", "outofstock", "onbackorder"] });

    public WooAnswer List(WooRequest request, WooArguments arguments)
    {
        var skus = arguments.Text("sku")?.Split(',', StringSplitOptions.TrimEntries);
        var posts = site.Store.Products
            .Where(product => Shows(arguments) && skus?.Intersect(Skus(product)).Any() != false)
            .Where(product => arguments.Text("type") is not { } type || type == (WooProductShape.IsVariable(product) ? "variable" : "simple"))
            .Select(product => Post(product, null));

        // Asked for SKUs, the list holds variations beside products.
        var variations = site.Store.Products
            .Where(product => skus is not null && WooProductShape.IsVariable(product))
            .SelectMany(product => product.Variants.Where(variant => skus!.Contains(Sku(variant))).Select(variant => Post(product, variant)));
        var found = WooPosts.Query(site, arguments, posts.Concat(variations));
        return _page.Of(request, arguments, "products", found, post => Show(post.Item.Product, post.Item.Variant));
    }

    public WooAnswer Get(WooRequest request, long id) =>
        Find(id) is { } found ? WooAnswer.Ok(_page.Show(request, Show(found.Product, found.Variant))) : WooAnswer.InvalidId("product");

    public WooAnswer Update(WooRequest request, long id)
    {
        if (Invalid(request) is { } invalid)
        {
            return invalid;
        }

        if (Find(id) is not { } found)
        {
            return WooAnswer.InvalidId("product", updating: true);
        }

        Apply(found.Product, found.Variant, request.Member);
        return Get(request, id);
    }

    public WooAnswer Batch(WooRequest request) => Batch(
        request,
        "product",
        item => Find(Id(item)) is { } found
            ? Applied(item, found.Product, found.Variant, () => Get(request, Id(item)))
            : WooAnswer.InvalidId("product", updating: true));

    public WooAnswer Variations(WooRequest request, WooArguments arguments, long productId)
    {
        var product = site.Store.FindProduct(productId);
        var variants = product is not null && WooProductShape.IsVariable(product) && Shows(arguments) ? product.Variants : [];
        var posts = variants
            .Where(variant => arguments.Text("sku") is not { } sku || sku.Split(',').Contains(Sku(variant)))
            .Select(variant => new WooPost<SimVariant>(
                variant, variant.Id, product!.CreatedAt, WooProductShape.ModifiedAt(variant), variant.Title, variant.Price));
        var found = WooPosts.Query(site, arguments, posts);
        return _page.Of(request, arguments, $"products/{productId}/variations", found, post => site.Products.Variation(product!, post.Item));
    }

    public WooAnswer Variation(WooRequest request, long productId, long id) => FindVariation(productId, id) is { } found
        ? WooAnswer.Ok(_page.Show(request, site.Products.Variation(found.Product, found.Variant)))
        : WooAnswer.InvalidId("product_variation");

    public WooAnswer UpdateVariation(WooRequest request, long productId, long id)
    {
        if (Invalid(request) is { } invalid)
        {
            return invalid;
        }

        if (FindVariation(productId, id) is { } found)
        {
            Apply(found.Product, found.Variant, request.Member);
            return Variation(request, productId, id);
        }

        return site.Store.FindVariant(id) is null
            ? WooAnswer.InvalidId("product_variation", updating: true)
            : WooAnswer.Refused(403, "woocommerce_rest_cannot_edit", "Parent product does not match current variation.");
    }

    public WooAnswer BatchVariations(WooRequest request, long productId) => Batch(
        request,
        "product_variation",
        item => FindVariation(productId, Id(item)) is { } found
            ? Applied(item, found.Product, found.Variant, () => Variation(request, productId, Id(item)))
            : WooAnswer.InvalidId("product_variation", updating: true));

    private static bool Shows(WooArguments arguments) => arguments.Text("status") is "any" or "publish";

    private WooPost<(SimProduct Product, SimVariant? Variant)> Post(SimProduct product, SimVariant? variant) => new(
        (product, variant),
        variant?.Id ?? product.Id,
        product.CreatedAt,
        variant is null ? product.UpdatedAt : WooProductShape.ModifiedAt(variant),
        product.Title,
        variant?.Price ?? product.Variants.Min(other => other.Price),
        site.Sold(product.Id));

    private JsonObject Show(SimProduct product, SimVariant? variation) =>
        variation is null ? site.Products.Product(product, site.Sold(product.Id)) : site.Products.VariationAsProduct(product, variation);

    private string Sku(SimVariant variant) => WooQuirkBender.Sku(variant.Sku, variant.Id, site.Behaviour.Quirks).ToString();

    private IEnumerable<string> Skus(SimProduct product) => WooProductShape.IsVariable(product) ? [] : [Sku(product.Variants[0])];

    private (SimProduct Product, SimVariant? Variant)? Find(long id)
    {
        if (site.Store.FindProduct(id) is { } product)
        {
            return (product, null);
        }

        return site.Store.FindVariant(id) is { } found && WooProductShape.IsVariable(found.Product) ? found : null;
    }

    private (SimProduct Product, SimVariant Variant)? FindVariation(long productId, long id) =>
        site.Store.FindVariant(id) is { } found && found.Product.Id == productId && WooProductShape.IsVariable(found.Product) ? found : null;

    /// <summary>Types are checked for a single thing; inside a batch core checks none.</summary>
    private static WooAnswer? Invalid(WooRequest request)
    {
        var faults = new List<(string, string, string)>();
        Check("manage_stock", "boolean", value => value.ToString() is "True" or "False" or "true" or "false" or "0" or "1");
        Check("stock_quantity", "integer", value => Number(value) is { } number && number == decimal.Truncate(number));
        Check("regular_price", "string", value => value.ValueKind == JsonValueKind.String);
        return faults.Count == 0 ? null : WooParameters.Invalid(faults);

        void Check(string name, string type, Func<JsonElement, bool> holds)
        {
            if (request.Member(name) is { } value && !holds(value))
            {
                faults.Add((name, "rest_invalid_type", $"{name} is not of type {type}."));
            }
        }
    }

    private WooAnswer Applied(JsonElement item, SimProduct product, SimVariant? variant, Func<WooAnswer> show)
    {
        Apply(product, variant, name => item.TryGetProperty(name, out var member) ? member : null);
        return show();
    }

    private void Apply(SimProduct product, SimVariant? variation, Func<string, JsonElement?> member)
    {
        var simple = variation ?? (WooProductShape.IsVariable(product) ? null : product.Variants[0]);
        var stockId = simple?.Id ?? product.Id;
        if (member("manage_stock") is { } manage)
        {
            site.ManageStock(stockId, manage.ValueKind == JsonValueKind.True || manage.ToString() is "true" or "1" or "yes");
        }

        if (member("stock_quantity") is { ValueKind: not JsonValueKind.Null } quantity)
        {
            SetStock(product, simple, (int)Whole(quantity));
        }

        if (simple is not null && member("regular_price") is { } given && Number(given) is { } price)
        {
            site.Store.SetPrice(simple.Id, price);
        }
    }

    private void SetStock(SimProduct product, SimVariant? variant, int units)
    {
        if ((variant is null ? site.ParentStock(product) : site.Stock(variant)) != "yes")
        {
            site.Log.Violated("products.update", $"stock_quantity of {variant?.Id ?? product.Id} was ignored: its stock is not managed");
            return;
        }

        // The shop counts by location: the first one takes the difference. A stock shared by all variations is kept on the first of them.
        var target = variant ?? product.Variants[0];
        var counted = variant?.Stock ?? product.Variants.Sum(other => other.Stock);
        site.Store.SetStock(target.Id, target.Levels[0].Available + units - counted);
    }

    /// <summary>PHP's cast: what is no number is 0, what is broken is cut.</summary>
    private static long Whole(JsonElement value) => Number(value) is { } number ? (long)decimal.Truncate(number) : 0;

    private static decimal? Number(JsonElement value) => decimal.TryParse(value.ToString(), CultureInfo.InvariantCulture, out var number) ? number : null;

    private static long Id(JsonElement item) => item.TryGetProperty("id", out var id) ? Whole(id) : 0;

    private WooAnswer Batch(WooRequest request, string type, Func<JsonElement, WooAnswer> update)
    {
        var (created, updated, deleted) = (Items("create"), Items("update"), Items("delete"));
        if (created.Count + updated.Count + deleted.Count > BatchLimit)
        {
            return WooAnswer.Refused(413, "woocommerce_rest_request_entity_too_large", $"Unable to accept more than {BatchLimit} items for this request.");
        }

        var answer = new JsonObject();
        Fill("create", created.Select(_ => Entry(0, Unable("create"))));
        Fill("update", updated.Select(item => Entry(Id(item), update(item))));
        Fill("delete", deleted.Select(item => Entry(Whole(item), Unable("delete"))));
        return WooAnswer.Ok(answer);

        List<JsonElement> Items(string name) => request.Member(name) is { ValueKind: JsonValueKind.Array } list ? [.. list.EnumerateArray()] : [];

        WooAnswer Unable(string verb) => WooAnswer.Refused(403, $"woocommerce_rest_cannot_{verb}", $"This simulated shop cannot {verb} a {type}.");

        void Fill(string name, IEnumerable<JsonObject> entries)
        {
            if (WooJson.Array(entries) is { Count: > 0 } list)
            {
                answer[name] = list;
            }
        }
    }

    /// <summary>An entry that failed carries its error; the call as a whole still answers 200.</summary>
    private static JsonObject Entry(long id, WooAnswer answer) =>
        answer.Code is null ? answer.Body!.AsObject() : new JsonObject { ["id"] = id, ["error"] = answer.Body };
}
