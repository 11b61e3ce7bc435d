using System.Globalization;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Shopee;

/// <summary>
/// Walks a list by windows of time that fit into one answer: one that does not is halved. Shopee's own cursors count rows, and a row that is changed leaves the window it was in, so that
/// the one behind it would be passed over. A cursor ("edge|width|found", in seconds) is where the next window begins, how wide it may be, and where rows were found last.
/// </summary>
/// <param name="key">The member of a row that names it.</param>
/// <param name="widest">What Shopee allows a window to be, in seconds.</param>
/// <param name="newestFirst">False where rows may move to later windows while they are read: then the latest window comes last.</param>
internal abstract class ShopeeReader(string key, long widest, bool newestFirst) : IReader
{
    private const int MostRows = 100;

    private const int MostLooks = 40;

    /// <summary>Two years: before so long a silence no history is looked for.</summary>
    private const long Silence = 2 * 365 * 24 * 3600;

    /// <summary>Shopee opened that summer.</summary>
    private static readonly long Beginning = new DateTimeOffset(2015, 6, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeSeconds();

    protected sealed record Window(long From, long To, bool IsLast, bool Backfill);

    /// <param name="Next">Null when these are all rows of the window.</param>
    protected sealed record Listing(IReadOnlyList<JsonElement> Rows, string? Next);

    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var first = StartOf(request) is { } since ? Math.Max(Beginning, since.ToUnixTimeSeconds()) : Beginning;
        var last = Math.Max(first, request.Until.ToUnixTimeSeconds()) + 1;
        var size = Math.Clamp(request.Size, 1, MostRows);
        var (edge, width, found) = request.Cursor?.Split('|') is [var at, var wide, var seen] ? (Number(at), Number(wide), Number(seen)) : (newestFirst ? last : first, widest, last);
        for (var looks = 1; ; looks++)
        {
            var window = newestFirst
                ? new Window(Math.Max(first, edge - width), edge, IsLast: false, request.Backfill)
                : new Window(edge, Math.Min(last, edge + width), edge + width >= last, request.Backfill);
            var seconds = window.To - window.From;
            var (rows, next) = await ListAsync(store, window, null, size, cancellationToken);
            if (next is not null && seconds > 1)
            {
                width = seconds / 2;
                continue;
            }

            rows = next is null ? rows : await CrowdAsync(store, window, cancellationToken);

            // Both ends count, so that windows share a second: whether Shopee's end is in or out does not matter then.
            edge = newestFirst ? window.From : window.To;
            width = rows.Count < size / 2 ? Math.Min(widest, seconds * 2) : seconds;
            found = rows.Count > 0 ? edge : found;
            var isEnd = newestFirst ? edge <= first || (request.Backfill && edge <= found - Silence) : window.IsLast;
            if (isEnd || rows.Count > 0 || looks >= MostLooks)
            {
                return new Page(await LoadAsync(store, rows, cancellationToken), isEnd ? null : string.Create(CultureInfo.InvariantCulture, $"{edge}|{width}|{found}"));
            }
        }
    }

    public async Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        try
        {
            return await OneAsync(store, id, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.NotFound)
        {
            return [];
        }
    }

    protected static Listing Read(PlatformResponse answer, string rows, string more, string next) => answer.Read(json =>
        json.Required("response") is var page && page.Flag(more) ? new Listing([.. page.Items(rows)], page.Text(next)) : new Listing([.. page.Items(rows)], null));

    protected abstract Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken);

    /// <summary>Null for all there ever was.</summary>
    protected virtual DateTimeOffset? StartOf(PageRequest request) => request.Since;

    protected string KeyOf(JsonElement row) => row.Id(key);

    protected abstract Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken);

    protected abstract Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken);

    /// <summary>One second with more rows than a page: by Shopee's cursor, over and over until nothing new comes.</summary>
    private async Task<IReadOnlyList<JsonElement>> CrowdAsync(StoreSession store, Window window, CancellationToken cancellationToken)
    {
        var rows = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        for (var before = -1; before < rows.Count;)
        {
            before = rows.Count;
            string? cursor = null;
            do
            {
                (var page, cursor) = await ListAsync(store, window, cursor, MostRows, cancellationToken);
                foreach (var row in page)
                {
                    rows[KeyOf(row)] = row;
                }
            }
            while (!string.IsNullOrEmpty(cursor));
        }

        return [.. rows.Values];
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>
/// The history by creation, then what has changed, the newest first: an order that changes meanwhile leaves for the next walk or, in the history, stays where it is. Lists name orders only,
/// their details come by fifties.
/// </summary>
internal sealed class ShopeeOrders() : ShopeeReader("order_sn", 15 * 24 * 3600, newestFirst: true)
{
    /// <summary>Fields that are not named here do not come. Those of the buyer beside the id are left out on purpose.</summary>
    private const string Wanted = "response_optional_fields=buyer_user_id,total_amount,pay_time,item_list";

    protected override Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) => DetailsAsync(store, [id], cancellationToken);

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var field = window.Backfill ? "create_time" : "update_time";
        var go = cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}";
        var query = string.Create(CultureInfo.InvariantCulture, $"time_range_field={field}&time_from={window.From}&time_to={window.To}&page_size={size}{go}");
        return Read(await ShopeeConnector.GetAsync(store, $"order/get_order_list?{query}", cancellationToken), "order_list", "more", "next_cursor");
    }

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var changes = new List<RecordChange>();
        foreach (var numbers in rows.Select(KeyOf).Chunk(50))
        {
            changes.AddRange(await DetailsAsync(store, numbers, cancellationToken));
        }

        return changes;
    }

    private static async Task<IReadOnlyList<RecordChange>> DetailsAsync(StoreSession store, string[] numbers, CancellationToken cancellationToken)
    {
        var answer = await ShopeeConnector.GetAsync(store, $"order/get_order_detail?order_sn_list={string.Join(',', numbers.Select(Uri.EscapeDataString))}&{Wanted}", cancellationToken);
        return answer.Read(static json => json.Required("response").Items("order_list").Select(static row => new OrderChange(ShopeeSync.Order(row))).ToList());
    }
}

/// <summary>Items with their models. Those that change meanwhile move up to the last window, which is open above and read last.</summary>
/// <param name="resource">Products are read by change; stock as a whole, since it is not said that a sale counts as a change of the item.</param>
internal sealed class ShopeeItems(Resource resource) : ShopeeReader("item_id", 20L * 366 * 24 * 3600, newestFirst: false)
{
    private const string States = "item_status=NORMAL&item_status=BANNED&item_status=UNLIST&item_status=REVIEWING&item_status=SELLER_DELETE&item_status=SHOPEE_DELETE";

    protected override Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken) =>
        ItemsAsync(store, [id.Split('@')[0].Split(':')[0]], resource == Resource.Stock, cancellationToken);

    protected override DateTimeOffset? StartOf(PageRequest request) => resource == Resource.Stock ? null : request.Since;

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var until = window.IsLast ? "" : string.Create(CultureInfo.InvariantCulture, $"&update_time_to={window.To}");
        var query = string.Create(CultureInfo.InvariantCulture, $"offset={cursor ?? "0"}&page_size={size}&update_time_from={window.From}{until}&{States}");
        return Read(await ShopeeConnector.GetAsync(store, $"product/get_item_list?{query}", cancellationToken), "item", "has_next_page", "next_offset");
    }

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var gone = rows.ToLookup(static row => ShopeeSync.IsGone(row));
        List<RecordChange> changes = resource == Resource.Stock ? [] : [.. gone[true].Select(static row => new ProductChange(ShopeeSync.Product(row, [])))];
        foreach (var ids in gone[false].Select(KeyOf).Chunk(50))
        {
            changes.AddRange((await ItemsAsync(store, ids, resource == Resource.Stock, cancellationToken)).Where(change => change.Resource == resource));
        }

        return changes;
    }

    private static async Task<IReadOnlyList<RecordChange>> ItemsAsync(StoreSession store, string[] ids, bool stockOnly, CancellationToken cancellationToken)
    {
        var answer = await ShopeeConnector.GetAsync(store, $"product/get_item_base_info?item_id_list={string.Join(',', ids)}", cancellationToken);
        var changes = new List<RecordChange>();
        foreach (var item in answer.Read(static json => json.Required("response").Items("item_list").ToList()))
        {
            var models = item.Flag("has_model") ? await ShopeeConnector.GetAsync(store, $"product/get_model_list?item_id={item.TextOrNull("item_id")}", cancellationToken) : null;
            changes.AddRange(models is null ? ShopeeSync.Item(item, []) : models.Read(json => ShopeeSync.Item(item, [.. json.Required("response").Items("model")])));
        }

        return stockOnly ? [.. changes.OfType<StockChange>()] : changes;
    }
}

/// <summary>Shopee's records in StoreClaw's terms.</summary>
internal static class ShopeeSync
{
    /// <summary>Before the location of stock that lies with Shopee, which a seller cannot set.</summary>
    public const string OfShopee = "shopee/";

    public static IReadOnlyDictionary<Resource, IReader> Readers { get; } = new Dictionary<Resource, IReader>
    {
        [Resource.Orders] = new ShopeeOrders(),
        [Resource.Products] = new ShopeeItems(Resource.Products),
        [Resource.Stock] = new ShopeeItems(Resource.Stock),
    };

    public static Order Order(JsonElement row)
    {
        var (status, updated) = (row.Text("order_status"), Instant(row, "update_time"));
        List<OrderLine> lines = [.. row.Items("item_list").Select(Line)];
        return new Order
        {
            Id = row.Id("order_sn"),
            Number = row.Id("order_sn"),
            CreatedAt = Instant(row, "create_time"),
            UpdatedAt = updated,
            CancelledAt = status == "CANCELLED" ? updated : null,
            Currency = row.Text("currency"),
            Total = row.Decimal("total_amount"),
            Discount = lines.Sum(static line => line.Discount),
            PaymentStatus = row.IdOrNull("pay_time") is not null ? "PAID" : row.Flag("cod") ? "COD" : "UNPAID",
            FulfillmentStatus = status,
            CustomerId = row.IdOrNull("buyer_user_id"),
            Country = row.TextOrNull("region"),
            Lines = lines,
        };
    }

    public static bool IsGone(JsonElement item) => item.TextOrNull("item_status")?.EndsWith("_DELETE", StringComparison.Ordinal) == true;

    public static Product Product(JsonElement item, IReadOnlyList<Variant> variants) => new()
    {
        Id = item.Id("item_id"),
        UpdatedAt = Instant(item, "update_time"),
        Deleted = IsGone(item),
        Title = item.TextOrNull("item_name") ?? "",
        Status = item.TextOrNull("item_status"),
        Variants = variants,
    };

    /// <summary>An item and its stock; what has no models is its own one variant.</summary>
    public static IEnumerable<RecordChange> Item(JsonElement item, IReadOnlyList<JsonElement> models)
    {
        var (id, title, updated) = (item.Id("item_id"), item.Text("item_name"), Instant(item, "update_time"));
        List<(Variant Variant, JsonElement Row)> sold = models.Count == 0
            ? [(new Variant(id, Named(item, "item_sku"), title, Price(item), id), item)]
            : [.. models.Select(model => (Variant(model), model))];
        return [new ProductChange(Product(item, [.. sold.Select(static one => one.Variant)])), .. sold.SelectMany(one => Levels(one.Variant, one.Row, updated))];

        Variant Variant(JsonElement model) =>
            new(model.Id("model_id"), Named(model, "model_sku"), model.TextOrNull("model_name") is { Length: > 0 } name ? $"{title} - {name}" : title, Price(model), $"{id}:{model.Id("model_id")}");
    }

    /// <summary>Epoch seconds.</summary>
    public static DateTimeOffset Instant(JsonElement row, string name) =>
        row.Decimal(name) is >= 0 and <= 253402300799 and var seconds ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : throw new FormatException($"'{name}' is not a time.");

    private static IEnumerable<StockChange> Levels(Variant variant, JsonElement row, DateTimeOffset updated)
    {
        var info = row.Member("stock_info_v2");
        foreach (var (rows, owner) in new[] { (info.Items("seller_stock"), ""), (info.Items("shopee_stock"), OfShopee) })
        {
            foreach (var level in rows)
            {
                var location = owner + Named(level, "location_id");
                yield return new StockChange(new StockLevel { ItemId = variant.StockItemId, LocationId = location, UpdatedAt = updated, Sku = variant.Sku, Available = level.DecimalOrNull("stock") });
            }
        }
    }

    private static OrderLine Line(JsonElement row)
    {
        var (item, model, quantity, price) = (row.Id("item_id"), row.IdOrNull("model_id"), row.Decimal("model_quantity_purchased"), row.Decimal("model_original_price"));
        var (title, option) = (row.TextOrNull("item_name") ?? "", row.TextOrNull("model_name") ?? "");
        return new OrderLine
        {
            Id = $"{row.IdOrNull("order_item_id") ?? item}:{model ?? "0"}",
            Sku = Named(row, "model_sku") is { Length: > 0 } sku ? sku : Named(row, "item_sku"),
            Title = option.Length > 0 ? $"{title} - {option}" : title,
            ProductId = item,
            VariantId = model ?? item,
            Quantity = quantity,
            UnitPrice = price,
            Discount = quantity * (price - (row.DecimalOrNull("model_discounted_price") ?? price)),
        };
    }

    private static decimal? Price(JsonElement row) => row.Items("price_info").Select(static price => price.DecimalOrNull("current_price")).FirstOrDefault();

    /// <summary>The documentation prints "-" for an empty text.</summary>
    private static string Named(JsonElement row, string name) => row.TextOrNull(name) is { } text && text != "-" ? text : "";
}
