using System.Globalization;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Temu;

/// <summary>The calls of one shop, after signature, token and right were found good. An unknown member is refused, which the real one may not do: it would hide a misspelt filter.</summary>
internal sealed class TemuApi(TemuMall mall, JsonElement body)
{
    public static readonly IReadOnlyList<string> Common = ["type", "app_key", "access_token", "timestamp", "data_type", "version", "sign"];

    private const int MostSkus = 1_000_000;

    private SimStore Store => mall.Store;

    /// <summary>Null for a type that there is not.</summary>
    public Func<object>? Find(string type) => type switch
    {
        "bg.order.list.v2.get" => Orders,
        "bg.order.amount.query" => Amounts,
        "bg.local.goods.list.query" => Goods,
        "bg.local.goods.sku.list.query" => Skus,
        "bg.local.goods.stock.edit" => EditStock,
        _ => null,
    };

    private object Orders()
    {
        Only("pageNumber", "pageSize", "parentOrderStatus", "parentOrderSnList", "createAfter", "createBefore", "updateAtStart", "updateAtEnd", "regionId", "sortby");
        var (page, size) = (Number("pageNumber", 1, int.MaxValue) ?? 1, Number("pageSize", 1, 100) ?? 10);
        var (created, updated) = (Window("createAfter", "createBefore", 1), Window("updateAtStart", "updateAtEnd", 1));
        var byUpdate = body.TryGetProperty("sortby", out var sort) && sort.GetString() == "updateTime";
        var serials = body.TryGetProperty("parentOrderSnList", out var list) ? list.EnumerateArray().Select(static serial => serial.GetString()!).ToHashSet() : null;
        if (serials is { Count: 0 or > 20 })
        {
            throw TemuRefusalException.Parameter("parentOrderSnList takes 1 to 20");
        }

        var all = Store.Orders
            .Where(order => IsIn(created, order.CreatedAt, 1) && IsIn(updated, order.UpdatedAt, 1) && (serials is null || serials.Contains(mall.SerialOf(order.Id))))
            .OrderByDescending(order => byUpdate ? order.UpdatedAt : order.CreatedAt).ThenByDescending(static order => order.Id).ToList();
        return new { totalItemNum = all.Count, pageItems = all.Skip((int)((page - 1) * size)).Take((int)size).Select(order => TemuShapes.Order(mall, order)).ToList() };
    }

    private object Amounts()
    {
        Only("parentOrderSn");
        return mall.FindOrder(Text("parentOrderSn")) is { } order ? TemuShapes.Amounts(mall, order) : throw new TemuRefusalException(140020002, "Order not found.");
    }

    private object Goods()
    {
        Only("pageNo", "pageSize", "goodsSearchType", "goodsStatusFilterType", "goodsIdList", "crtFrom", "crtTo", "orderField", "orderType");
        var (page, size) = (Required("pageNo", 1, int.MaxValue), Required("pageSize", 1, 100));
        var (type, created, ids) = ((int)Required("goodsSearchType", 1, 6), Window("crtFrom", "crtTo", 1000), Ids("goodsIdList"));
        IEnumerable<(SimProduct Product, DateTimeOffset At)> rows = type switch
        {
            1 => Store.Products.Where(product => !mall.Unpublished.Contains(product.Id)).Select(static product => (product, product.CreatedAt)),
            4 => Store.Products.Where(product => mall.Unpublished.Contains(product.Id)).Select(static product => (product, product.CreatedAt)),
            6 => mall.Deleted,
            5 => [],
            _ => throw TemuRefusalException.Parameter("goodsSearchType"),
        };
        var all = rows.Where(row => IsIn(created, row.Product.CreatedAt, 1000) && (ids is null || ids.Contains(row.Product.Id)))
            .OrderByDescending(static row => row.Product.CreatedAt).ThenByDescending(static row => row.Product.Id).ToList();
        return new { pageNo = page, total = all.Count, goodsList = all.Skip((int)((page - 1) * size)).Take((int)size).Select(row => TemuShapes.Goods(mall, row.Product, type, row.At)).ToList() };
    }

    private object Skus()
    {
        Only("pageNo", "pageSize", "skuSearchType", "skuStatusFilterType", "skuIdList", "crtFrom", "crtTo", "orderField", "orderType");
        var (page, size) = (Required("pageNo", 1, int.MaxValue), Required("pageSize", 1, 100));
        var (isOffSale, created, ids) = (Required("skuSearchType", 2, 3) == 3, Window("crtFrom", "crtTo", 1000), Ids("skuIdList"));
        if (Required("skuStatusFilterType", 2, 3) == 3 != isOffSale)
        {
            throw TemuRefusalException.Parameter("skuSearchType and skuStatusFilterType");
        }

        var all = Store.Products.SelectMany(static product => product.Variants.Select(variant => (product, variant)))
            .Where(row => IsIn(created, row.product.CreatedAt, 1000) && (ids is null || ids.Contains(row.variant.Id)) && mall.OffSale.Contains(row.variant.Id) == isOffSale)
            .OrderByDescending(static row => row.product.CreatedAt).ThenByDescending(static row => row.variant.Id).ToList();
        return new { pageNo = page, total = all.Count, skuList = all.Skip((int)((page - 1) * size)).Take((int)size).Select(row => TemuShapes.Sku(mall, row.product, row.variant)).ToList() };
    }

    private object EditStock()
    {
        Only("goodsId", "stockType", "skuStockTargetList", "skuStockChangeList", "requestUniqueKey");
        var product = Store.FindProduct(Required("goodsId", 1, long.MaxValue)) ?? throw new TemuRefusalException(150010203, "This product doesn't belong to this shop.");
        if (body.TryGetProperty("skuStockChangeList", out _) || Number("stockType", 0, 0) is null || !body.TryGetProperty("skuStockTargetList", out var list) || list.GetArrayLength() == 0)
        {
            throw new TemuRefusalException(150013003, "Only one stock adjustment method can be active at a time");
        }

        var targets = list.EnumerateArray().Select(static target => (Sku: target.GetProperty("skuId").GetInt64(), Stock: target.GetProperty("stockTarget").GetInt64())).ToList();
        if (targets.DistinctBy(static target => target.Sku).Count() < targets.Count)
        {
            throw new TemuRefusalException(150013001, "Duplicate SKUs detected. Please remove them and try again");
        }

        if (targets.Exists(static target => target.Stock is < 0 or > MostSkus))
        {
            throw new TemuRefusalException(150013002, "Quantity must be between 0 and 1000000");
        }

        if (body.TryGetProperty("requestUniqueKey", out var key) && !mall.UsedKeys.Add(key.GetString()!))
        {
            throw new TemuRefusalException(150010003, "Invalid Request Parameters");
        }

        var told = targets.ConvertAll(target => Set(product, target.Sku, (int)target.Stock));
        return new
        {
            goodsId = product.Id,
            operateResult = told.TrueForAll(static one => one is null),
            skuStockEditStatusInfoList = targets.Zip(told, static (target, refusal) => new
            {
                skuId = target.Sku,
                stockEditStatus = refusal is null,
                errorCode = refusal?.Code,
                errorMsg = refusal?.Message,
            }).ToList(),
        };
    }

    private TemuRefusalException? Set(SimProduct product, long sku, int stock)
    {
        if (product.Variants.All(variant => variant.Id != sku))
        {
            return new TemuRefusalException(150010189, "The sku and goods not match");
        }

        if (mall.Locked.Contains(sku))
        {
            return new TemuRefusalException(150010205, "You can edit the product after the processing is complete.");
        }

        Store.SetStock([.. Store.Locations.Select((location, index) => new StockSetting(sku, location.Id, index == 0 ? stock : 0))]);
        return null;
    }

    private void Only(params string[] names)
    {
        if (body.EnumerateObject().Select(static member => member.Name).Except(Common).Except(names).FirstOrDefault() is { } odd)
        {
            throw TemuRefusalException.Parameter($"{odd} is not known");
        }
    }

    private string Text(string name) => body.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text
        ? text : throw TemuRefusalException.Parameter($"{name} is a required text");

    private long? Number(string name, long least, long most) => !body.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= least && number <= most ? number
        : throw TemuRefusalException.Parameter(string.Create(CultureInfo.InvariantCulture, $"{name} is a number from {least} to {most}"));

    private long Required(string name, long least, long most) => Number(name, least, most) ?? throw TemuRefusalException.Parameter($"{name} is required");

    private HashSet<long>? Ids(string name) => !body.TryGetProperty(name, out var list) ? null
        : list.ValueKind == JsonValueKind.Array && list.GetArrayLength() is >= 1 and <= 100 && list.EnumerateArray().All(static id => id.TryGetInt64(out _)) ? [.. list.EnumerateArray().Select(static id => id.GetInt64())]
        : throw TemuRefusalException.Parameter($"{name} takes 1 to 100 numbers");

    /// <summary>Both ends or none, in seconds or milliseconds: a time in the other unit is found out.</summary>
    private (long From, long To)? Window(string from, string to, int unit)
    {
        var (first, last) = (Number(from, 1_000_000_000L * unit, 9_999_999_999L * unit), Number(to, 1_000_000_000L * unit, 9_999_999_999L * unit));
        return first is null != last is null ? throw TemuRefusalException.Parameter($"{from} and {to} go together")
            : first > last ? throw TemuRefusalException.Parameter($"{from} is after {to}")
            : first is null ? null : (first.Value, last!.Value);
    }

    private static bool IsIn((long From, long To)? window, DateTimeOffset at, int unit) =>
        window is not { } ends || (at.ToUnixTimeMilliseconds() * unit / 1000 is var time && time >= ends.From && time <= ends.To);
}
