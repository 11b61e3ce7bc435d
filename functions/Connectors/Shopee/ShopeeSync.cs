namespace StoreClaw.Connectors.Shopee;

/// <param name="key">The member of a row that names it.</param>
internal abstract class ShopeeReader(string key) : WindowedReader
{
    /// <summary>Shopee opened that summer.</summary>
    protected override DateTimeOffset Beginning => new(2015, 6, 1, 0, 0, 0, TimeSpan.Zero);

    protected override string KeyOf(JsonElement row) => row.Id(key);

    protected static Listing Read(PlatformResponse answer, string rows, string more, string next) => answer.Read(json =>
        json.Required("response") is var page && page.Flag(more) ? new Listing([.. page.Items(rows)], page.Text(next)) : new Listing([.. page.Items(rows)], null));
}

/// <summary>
/// The history by creation, then what has changed, the newest first: an order that changes meanwhile leaves for the next walk or, in the history, stays where it is. Lists name orders only,
/// their details come by fifties.
/// </summary>
internal sealed class ShopeeOrders() : ShopeeReader("order_sn")
{
    /// <summary>Fields that are not named here do not come. Those of the buyer beside the id are left out on purpose.</summary>
    private const string Wanted = "response_optional_fields=buyer_user_id,total_amount,pay_time,item_list";

    protected override long Widest => 15 * 24 * 3600;

    protected override bool IsNewestFirst => true;

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
internal sealed class ShopeeItems(Resource resource) : ShopeeReader("item_id")
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
        var (status, updated) = (row.Text("order_status"), row.Instant("update_time"));
        List<OrderLine> lines = [.. row.Items("item_list").Select(Line)];
        return new Order
        {
            Id = row.Id("order_sn"),
            Number = row.Id("order_sn"),
            CreatedAt = row.Instant("create_time"),
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
        UpdatedAt = item.Instant("update_time"),
        Deleted = IsGone(item),
        Title = item.TextOrNull("item_name") ?? "",
        Status = item.TextOrNull("item_status"),
        Variants = variants,
    };

    /// <summary>An item and its stock; what has no models is its own one variant.</summary>
    public static IEnumerable<RecordChange> Item(JsonElement item, IReadOnlyList<JsonElement> models)
    {
        var (id, title, updated) = (item.Id("item_id"), item.Text("item_name"), item.Instant("update_time"));
        List<(Variant Variant, JsonElement Row)> sold = models.Count == 0
            ? [(new Variant(id, Named(item, "item_sku"), title, Price(item), id), item)]
            : [.. models.Select(model => (Variant(model), model))];
        return [new ProductChange(Product(item, [.. sold.Select(static one => one.Variant)])), .. sold.SelectMany(one => Levels(one.Variant, one.Row, updated))];

        Variant Variant(JsonElement model) =>
            new(model.Id("model_id"), Named(model, "model_sku"), model.TextOrNull("model_name") is { Length: > 0 } name ? $"{title} - {name}" : title, Price(model), $"{id}:{model.Id("model_id")}");
    }

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
