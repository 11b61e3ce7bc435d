using System.Net;

namespace StoreClaw.Connectors.WooCommerce;

/// <summary>The store's lists and what their rows mean. A stock item is "product" or "product:variation".</summary>
internal static class WooCommerceSync
{
    public static IReadOnlyDictionary<Resource, IReader> Readers { get; } = new Dictionary<Resource, IReader>
    {
        [Resource.Orders] = new ListReader("orders", "&status=any", hasModified: true, hasTrash: true, OrderAsync),
        [Resource.Products] = new ListReader("products", "", hasModified: true, hasTrash: false, ProductAsync),
        [Resource.Stock] = new ListReader("products", "", hasModified: true, hasTrash: false, static async (store, row, token) => (await ProductAsync(store, row, token)).OfType<StockChange>()),
        [Resource.Customers] = new ListReader("customers", "&role=all", hasModified: false, hasTrash: false, static (_, row, _) => Task.FromResult<IEnumerable<RecordChange>>([Customer(row)])),
    };

    public static Order Order(JsonElement order, IEnumerable<JsonElement> refunds)
    {
        var ((created, modified), status) = (Times(order), order.Text("status"));
        return new Order
        {
            Id = order.Id("id"),
            Number = order.TextOrNull("number"),
            CreatedAt = created,
            UpdatedAt = modified,
            CancelledAt = status is "cancelled" or "failed" ? modified : null,
            Deleted = status is "trash" or "auto-draft" or "checkout-draft",
            Currency = order.Text("currency"),
            Total = order.Decimal("total"),
            Tax = order.DecimalOrNull("total_tax") ?? 0,
            Shipping = order.DecimalOrNull("shipping_total") ?? 0,
            Discount = order.DecimalOrNull("discount_total") ?? 0,
            PaymentStatus = status,
            CustomerId = order.IdOrNull("customer_id"),
            Country = Country(order),
            Lines = [.. Rows(order.Member("line_items")).Select(Line)],
            Refunds = [.. refunds.Select(static refund => new Refund(refund.Id("id"), Times(refund).Created, Math.Abs(refund.Decimal("amount"))))],
        };
    }

    public static Product Product(JsonElement product, IEnumerable<JsonElement> variations)
    {
        var (id, title, status) = (product.Id("id"), Plain(product.TextOrNull("name")), product.TextOrNull("status"));
        return new Product
        {
            Id = id,
            UpdatedAt = Times(product).Modified,
            Deleted = status == "trash",
            Title = title,
            Status = status,
            Variants = IsVariable(product)
                ? [.. variations.Select(variation => Variant(id, title, variation))]
                : [new Variant(id, product.TextOrNull("sku") ?? "", title, product.DecimalOrNull("price"), id)],
        };
    }

    /// <summary>A variation that shares its parent's count (manage_stock "parent") has none of its own.</summary>
    public static StockLevel Level(string itemId, JsonElement row) => new()
    {
        ItemId = itemId,
        UpdatedAt = Times(row).Modified,
        Deleted = row.TextOrNull("status") == "trash",
        Sku = row.TextOrNull("sku"),
        Available = row.Flag("manage_stock") ? row.DecimalOrNull("stock_quantity") : null,
    };

    public static CustomerChange Customer(JsonElement row) =>
        new(new Customer { Id = row.Id("id"), UpdatedAt = Times(row).Modified, Country = Country(row), FirstSeenAt = Times(row).Created });

    public static bool IsVariable(JsonElement product) => product.TextOrNull("type")?.StartsWith("variable", StringComparison.Ordinal) == true;

    /// <summary>The rows of a list; PHP leaves false or an empty text where there are none.</summary>
    /// <exception cref="FormatException">It is something else.</exception>
    public static IEnumerable<JsonElement> Rows(JsonElement? list) => list switch
    {
        { ValueKind: JsonValueKind.Array } rows => rows.EnumerateArray(),
        null or { ValueKind: JsonValueKind.False } => [],
        { ValueKind: JsonValueKind.String } text when text.ValueEquals("") => [],
        _ => throw new FormatException("a list is expected."),
    };

    private static async Task<IEnumerable<RecordChange>> OrderAsync(StoreSession store, JsonElement order, CancellationToken cancellationToken)
    {
        // The order names its refunds without their dates.
        var refunds = Rows(order.Member("refunds")).Any() ? Rows((await WooCommerceConnector.GetAsync(store, $"orders/{order.Id("id")}/refunds", "per_page=100", cancellationToken)).Json()) : [];
        return [new OrderChange(Order(order, refunds))];
    }

    private static async Task<IEnumerable<RecordChange>> ProductAsync(StoreSession store, JsonElement product, CancellationToken cancellationToken)
    {
        if (product.TextOrNull("type") == "variation")
        {
            return await Readers[Resource.Products].FindAsync(store, product.Id("parent_id"), cancellationToken);
        }

        var (id, isVariable, variations) = (product.Id("id"), IsVariable(product), new List<JsonElement>());
        for (var page = 1; isVariable && variations.Count == (page - 1) * 100; page++)
        {
            variations.AddRange(Rows((await WooCommerceConnector.GetAsync(store, $"products/{id}/variations", $"orderby=id&order=asc&per_page=100&page={page}", cancellationToken)).Json()));
        }

        var levels = variations.Select(variation => new StockChange(Level($"{id}:{variation.Id("id")}", variation)));
        return [new ProductChange(Product(product, variations)), .. levels, .. isVariable && !product.Flag("manage_stock") ? Array.Empty<StockChange>() : [new StockChange(Level(id, product))]];
    }

    private static OrderLine Line(JsonElement line)
    {
        var (quantity, subtotal) = (line.DecimalOrNull("quantity") ?? 0, line.DecimalOrNull("subtotal") ?? 0);
        return new OrderLine
        {
            Id = line.Id("id"),
            Sku = line.TextOrNull("sku") ?? "",
            Title = Plain(line.TextOrNull("name")),
            ProductId = line.IdOrNull("product_id"),
            VariantId = line.IdOrNull("variation_id") ?? line.IdOrNull("product_id"),
            Quantity = quantity,
            UnitPrice = quantity == 0 ? 0 : subtotal / quantity,
            Discount = quantity == 0 ? 0 : subtotal - (line.DecimalOrNull("total") ?? subtotal),
        };
    }

    private static Variant Variant(string productId, string title, JsonElement variation)
    {
        var (id, sku, price) = (variation.Id("id"), variation.TextOrNull("sku") ?? "", variation.DecimalOrNull("price"));
        var options = string.Join(", ", Rows(variation.Member("attributes")).Select(static attribute => Plain(attribute.TextOrNull("option"))).Where(static option => option.Length > 0));
        return new Variant(id, sku, options.Length > 0 ? $"{title} - {options}" : title, price, variation.TextOrNull("manage_stock") == "parent" ? productId : $"{productId}:{id}");
    }

    private static string? Country(JsonElement row) => row.Member("shipping").Filled("country") ?? row.Member("billing").Filled("country");

    /// <summary>The _gmt members are UTC without a Z; those without _gmt are in the site's own time and say nothing.</summary>
    private static (DateTimeOffset Created, DateTimeOffset Modified) Times(JsonElement row)
    {
        var (created, modified) = (row.TimeOrNull("date_created_gmt"), row.TimeOrNull("date_modified_gmt"));
        return (created ?? modified ?? row.Time("date_created_gmt"), modified ?? created!.Value);
    }

    private static string Plain(string? html) => WebUtility.HtmlDecode(html ?? "");

    /// <summary>
    /// Walks a list that changes meanwhile. By modification (cursor "m|after"): each page begins with the last second of the one before, which that one leaves out.
    /// By id (cursor "i|after|offset|id"): each page begins on the last row of the one before, and goes back where that row has moved up.
    /// The latter serves customers, who have no filter by time, stores before 5.8, which ignore it without a word, and seconds with more rows than a page.
    /// What a walk passes by was changed after it began, so the next walk has it.
    /// </summary>
    private sealed class ListReader(
        string path, string filter, bool hasModified, bool hasTrash, Func<StoreSession, JsonElement, CancellationToken, Task<IEnumerable<RecordChange>>> changesAsync) : RowReader
    {
        private const string Trash = "trash|";

        protected override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
        {
            var first = hasModified ? $"m|{request.Since?.AddSeconds(-1).Second()}" : "i||0|0";
            var cursor = request.Cursor ?? first;
            if (cursor.StartsWith(Trash, StringComparison.Ordinal))
            {
                var trash = await new ListReader(path, "&status=trash", hasModified, hasTrash, changesAsync).PageAsync(store, cursor[Trash.Length..], request.Size, cancellationToken);
                return trash with { Next = trash.Next is null ? null : Trash + trash.Next };
            }

            // A list of any status leaves the trash out, and an order.deleted that was lost never comes again.
            var page = await PageAsync(store, cursor, request.Size, cancellationToken);
            return page.Next is null && hasTrash && request.Since is not null ? page with { Next = Trash + first } : page;
        }

        protected override async Task<IReadOnlyList<RecordChange>> OneAsync(StoreSession store, string id, CancellationToken cancellationToken)
        {
            var row = await WooCommerceConnector.GetAsync(store, $"{path}/{id.Split(':', '@')[0]}", "", cancellationToken);
            return [.. await changesAsync(store, row.Json(), cancellationToken)];
        }

        private async Task<Page> PageAsync(StoreSession store, string cursor, int pageSize, CancellationToken cancellationToken)
        {
            var size = Math.Clamp(pageSize, 2, 100);
            var (rows, next) = cursor.Split('|') is ["i", var after, var offset, var seen]
                ? await ByIdAsync(store, after, Number(offset), Number(seen), size, cancellationToken)
                : await ByModificationAsync(store, cursor[2..], size, cancellationToken);
            return new Page(await EachAsync(rows, row => changesAsync(store, row, cancellationToken)), next);
        }

        private async Task<(IEnumerable<JsonElement> Rows, string? Next)> ByModificationAsync(StoreSession store, string after, int size, CancellationToken cancellationToken)
        {
            var byId = $"i|{after}|0|0";
            try
            {
                var (rows, total) = await ListAsync(store, "modified", size, "", after, cancellationToken);
                var stamps = rows.ConvertAll(static row => Times(row).Modified.Second());
                var next = rows.Count == 0 ? after : Times(rows[^1]).Modified.AddSeconds(-1).Second();
                return !stamps.Prepend(after).SequenceEqual(stamps.Prepend(after).Order(StringComparer.Ordinal)) ? ([], byId)
                    : rows.Count >= total ? (rows, null)
                    : string.CompareOrdinal(next, after) > 0 ? (rows.Where((_, index) => stamps[index] != stamps[^1]), $"m|{next}")
                    : ([], byId);
            }
            catch (PlatformException e) when (e.Fault.Code == "rest_invalid_param")
            {
                return ([], byId);
            }
        }

        private async Task<(IEnumerable<JsonElement> Rows, string? Next)> ByIdAsync(StoreSession store, string after, long offset, long seen, int size, CancellationToken cancellationToken)
        {
            var (rows, total) = await ListAsync(store, "id", size, $"&offset={offset}", after, cancellationToken);
            var ids = rows.ConvertAll(static row => Number(row.Id("id")));
            if (offset > 0 && ids.FirstOrDefault(long.MaxValue) > seen)
            {
                return ([], $"i|{after}|{Math.Max(0, offset - (size / 2))}|{seen}");
            }

            var fresh = rows.Where((row, index) => ids[index] > seen && string.CompareOrdinal(Times(row).Modified.Second(), after) >= 0);
            // Pages may come short, of rows that cannot be shown or by a plug-in's own limit, so what came is counted and not what was asked for.
            var last = ids.Append(seen).Max();
            var isEnd = offset + rows.Count >= total || (last == seen && offset + size >= total);
            return (fresh, isEnd ? null : $"i|{after}|{offset + Math.Max(1, rows.Count - 1)}|{last}");
        }

        private async Task<(List<JsonElement> Rows, long Total)> ListAsync(StoreSession store, string orderBy, int size, string more, string after, CancellationToken cancellationToken)
        {
            // No Z behind the time: WordPress would turn it into the site's own before it compares.
            var since = after.Length == 0 ? "" : $"&modified_after={after}&dates_are_gmt=true";
            var response = await WooCommerceConnector.GetAsync(store, path, $"orderby={orderBy}&order=asc&per_page={size}{more}{filter}{since}", cancellationToken);
            List<JsonElement> rows = [.. Rows(response.Json())];
            return (rows, long.TryParse(response.Header("X-WP-Total"), out var total) ? total : rows.Count < size ? 0 : long.MaxValue);
        }
    }
}
