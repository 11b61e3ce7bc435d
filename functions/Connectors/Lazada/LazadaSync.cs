namespace StoreClaw.Connectors.Lazada;

/// <summary>Orders by time of change, and their lines beside them: the list has none. A line is one unit.</summary>
internal sealed class LazadaOrders : SortedReader
{
    private const int OrdersOfLines = 50;

    protected override DateTimeOffset? TimeOf(PageRequest request, JsonElement row) => row.Time(request.Backfill ? "created_at" : "updated_at");

    /// <summary>Asked for less a second, since nobody says whether the border counts.</summary>
    protected override async Task<Listing> ListAsync(StoreSession store, PageRequest request, DateTimeOffset? from, string? place, CancellationToken cancellationToken)
    {
        var (column, offset) = (request.Backfill ? "created" : "update", place is null ? 0 : int.Parse(place, CultureInfo.InvariantCulture));
        var response = await LazadaConnector.GetAsync(
            store,
            "/orders/get",
            [
                new($"{column}_after", LazadaConnector.Text((from ?? LazadaConnector.Beginning).AddSeconds(-1))), new($"{column}_before", LazadaConnector.Text(request.Until)),
                new("sort_by", request.Backfill ? "created_at" : "updated_at"), new("sort_direction", "ASC"),
                new("offset", offset.ToString(CultureInfo.InvariantCulture)), new("limit", request.Size.ToString(CultureInfo.InvariantCulture)),
            ],
            cancellationToken);
        var data = response.Json().Required("data");
        List<JsonElement> rows = [.. data.Items("orders")];
        var isEnd = rows.Count == 0 || offset + rows.Count >= data.Decimal("countTotal");
        return new Listing(rows, isEnd ? null : (offset + Math.Max(1, rows.Count - 1)).ToString(CultureInfo.InvariantCulture));
    }

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        var found = await LazadaConnector.GetAsync(store, "/order/get", [new("order_id", id)], cancellationToken);
        return await LoadAsync(store, [found.Json().Required("data")], cancellationToken);
    }

    internal static Order Order(JsonElement row, IReadOnlyList<JsonElement> lines, string country)
    {
        var changed = lines.Select(static line => line.TimeOrNull("updated_at")).Append(row.TimeOrNull("updated_at")).Max();
        var created = row.Time("created_at");
        return new Order
        {
            Id = row.Id("order_id"),
            Number = row.TextOrNull("order_number"),
            CreatedAt = created,
            UpdatedAt = changed ?? created,
            CancelledAt = lines.Count > 0 && lines.All(static line => line.TextOrNull("status") == "canceled") ? changed : null,
            Currency = lines.Select(static line => line.TextOrNull("currency")).FirstOrDefault(static currency => currency?.Length == 3) ?? LazadaConnector.Countries[country].Currency,
            // The order's own price knows neither vouchers nor shipping.
            Total = lines.Sum(static line => line.Decimal("paid_price")) + (row.DecimalOrNull("shipping_fee") ?? 0),
            Shipping = row.DecimalOrNull("shipping_fee") ?? 0,
            Tax = lines.Sum(static line => line.DecimalOrNull("tax_amount") ?? 0),
            Discount = lines.Sum(static line => line.Decimal("item_price") - line.Decimal("paid_price")),
            FulfillmentStatus = row.Items("statuses").Select(static status => status.ToString()).FirstOrDefault(),
            CustomerId = lines.Select(static line => line.IdOrNull("buyer_id")).FirstOrDefault(),
            Country = country.ToUpperInvariant(),
            Lines = [.. lines.GroupBy(static line => (line.IdOrNull("sku_id"), line.Decimal("item_price"))).Select(static units => Line([.. units]))],
            Refunds = [.. lines.Where(static line => line.TextOrNull("status") == "returned").Select(line => new Refund(line.Id("order_item_id"), line.TimeOrNull("updated_at") ?? created, line.Decimal("paid_price")))],
        };
    }

    private static OrderLine Line(List<JsonElement> units) => new()
    {
        Id = units[0].Id("order_item_id"),
        Sku = units[0].TextOrNull("sku") ?? "",
        Title = units[0].Text("name"),
        ProductId = units[0].IdOrNull("product_id"),
        VariantId = units[0].IdOrNull("sku_id"),
        Quantity = units.Count,
        UnitPrice = units[0].Decimal("item_price"),
        Discount = units.Sum(static unit => unit.Decimal("item_price") - unit.Decimal("paid_price")),
    };

    protected override async Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken)
    {
        var lines = new Dictionary<string, IReadOnlyList<JsonElement>>();
        foreach (var chunk in rows.Select(static row => row.Id("order_id")).Chunk(OrdersOfLines))
        {
            var found = await LazadaConnector.GetAsync(store, "/orders/items/get", [new("order_ids", $"[{string.Join(',', chunk)}]")], cancellationToken);
            foreach (var order in found.Json().Items("data"))
            {
                lines[order.Id("order_id")] = [.. order.Items("order_items")];
            }
        }

        return [.. rows.Select(row => new OrderChange(Order(row, lines.GetValueOrDefault(row.Id("order_id"), []), LazadaConnector.Country(store))))];
    }
}

/// <summary>Products with their SKUs, which hold the stock. The list has no order to rely on, and its offset ends at 10,000.</summary>
internal sealed class LazadaProducts(Func<JsonElement, IEnumerable<RecordChange>> read) : WindowedReader
{
    /// <summary>Before a seller's own article number in the place of an item's id.</summary>
    public const string BySku = "sku:";

    protected override DateTimeOffset Beginning => LazadaConnector.Beginning;

    protected override int MostRows => 50;

    protected override string KeyOf(JsonElement row) => row.Id("item_id");

    protected override async Task<Listing> ListAsync(StoreSession store, Window window, string? cursor, int size, CancellationToken cancellationToken)
    {
        var column = window.Backfill ? "create" : "update";
        var offset = cursor is null ? 0 : int.Parse(cursor, CultureInfo.InvariantCulture);
        var response = await LazadaConnector.GetAsync(
            store,
            "/products/get",
            [
                new("filter", "all"), new($"{column}_after", Text(window.From - 1)), new($"{column}_before", Text(window.To)),
                new("offset", offset.ToString(CultureInfo.InvariantCulture)), new("limit", size.ToString(CultureInfo.InvariantCulture)),
            ],
            cancellationToken);
        return response.Read(json =>
        {
            var data = json.Required("data");
            List<JsonElement> rows = [.. data.Items("products")];
            var behind = offset + rows.Count;
            return new Listing(rows, rows.Count > 0 && behind < (data.DecimalOrNull("total_products") ?? 0) ? behind.ToString(CultureInfo.InvariantCulture) : null);
        });

        static string Text(long second) => LazadaConnector.Text(DateTimeOffset.FromUnixTimeSeconds(second));
    }

    protected override Task<IReadOnlyList<RecordChange>> LoadAsync(StoreSession store, IReadOnlyList<JsonElement> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<RecordChange>>([.. rows.SelectMany(read)]);

    protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        // Of a level's id "{item}:{sku}@" the item is asked for.
        var item = id.StartsWith(BySku, StringComparison.Ordinal) ? id : id.Split('@')[0].Split(':')[0];
        KeyValuePair<string, string> parameter = item.StartsWith(BySku, StringComparison.Ordinal) ? new("seller_sku", item[BySku.Length..]) : new("item_id", item);
        var product = await LazadaConnector.GetAsync(store, "/product/item/get", [parameter], cancellationToken);
        return [.. product.Read(json => read(json.Required("data")).ToList()).Where(change => !id.Contains('@', StringComparison.Ordinal) || change.Record.Id == id)];
    }

    internal static IEnumerable<RecordChange> All(JsonElement row)
    {
        var (id, changed) = (row.Id("item_id"), row.InstantOrNull("updated_time") ?? row.Instant("created_time"));
        var skus = row.Items("skus").ToList();
        yield return new ProductChange(new Product
        {
            Id = id,
            UpdatedAt = changed,
            Title = row.Member("attributes").TextOrNull("name") ?? "",
            Status = row.TextOrNull("status")?.ToLowerInvariant(),
            Variants = [.. skus.Select(sku => new Variant(sku.Id("SkuId"), sku.TextOrNull("SellerSku") ?? "", sku.TextOrNull("SellerSku") ?? "", sku.DecimalOrNull("price"), $"{id}:{sku.Id("SkuId")}"))],
        });
        foreach (var sku in skus)
        {
            yield return new StockChange(new StockLevel { ItemId = $"{id}:{sku.Id("SkuId")}", Sku = sku.TextOrNull("SellerSku") ?? "", UpdatedAt = changed, Available = sku.DecimalOrNull("Available") ?? sku.DecimalOrNull("quantity") });
        }
    }
}
