using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>Orders in version 2026-01-01 and in v0. A token goes on behind the last row of its page, within the window's end as it was at the first page.</summary>
internal sealed class AmazonOrdersApi(TimeProvider time)
{
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(2);
    private static readonly string[] Datasets = ["BUYER", "RECIPIENT", "PROCEEDS", "EXPENSE", "PROMOTION", "CANCELLATION", "FULFILLMENT", "PACKAGES", "TAX", "PAYMENT", "FULFILLMENT_ORDERS"];
    private static readonly string[] Persons = ["BUYER", "RECIPIENT"];

    private readonly ConcurrentDictionary<string, Walk> _walks = new();
    private int _lastToken;

    public AmazonAnswer Search(AmazonSeller seller, AmazonQuery query)
    {
        query.Only("createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "fulfillmentStatuses", "marketplaceIds", "fulfilledBy", "maxResultsPerPage", "paginationToken", "includedData");
        var included = Included(query);
        var page = Page(seller, query, "createdAfter", "createdBefore", "lastUpdatedAfter", "lastUpdatedBefore", "marketplaceIds", "maxResultsPerPage", "paginationToken", "includedData");
        if (page is null)
        {
            return AmazonAnswer.Invalid(query.Wrong!);
        }

        var answer = new JsonObject { ["orders"] = new JsonArray([.. page.Orders.Select(order => Order(seller, order, included))]) };
        answer[page.ByCreation ? "createdBefore" : "lastUpdatedBefore"] = AmazonSeller.Time(page.Before);
        if (page.Token is not null)
        {
            answer["pagination"] = new JsonObject { ["nextToken"] = page.Token };
        }

        return AmazonAnswer.Ok(answer);
    }

    public AmazonAnswer Get(AmazonSeller seller, string id, AmazonQuery query)
    {
        var included = Included(query.Only("includedData"));
        return query.Wrong is { } wrong ? AmazonAnswer.Invalid(wrong)
            : Find(seller, id) is { } order ? AmazonAnswer.Ok(new JsonObject { ["order"] = Order(seller, order, included) })
            : AmazonAnswer.NotFound();
    }

    public AmazonAnswer SearchOld(AmazonSeller seller, AmazonQuery query)
    {
        query.Only("CreatedAfter", "CreatedBefore", "LastUpdatedAfter", "LastUpdatedBefore", "MarketplaceIds", "MaxResultsPerPage", "NextToken");
        var page = Page(seller, query, "CreatedAfter", "CreatedBefore", "LastUpdatedAfter", "LastUpdatedBefore", "MarketplaceIds", "MaxResultsPerPage", "NextToken", "");
        if (page is null)
        {
            return AmazonAnswer.Invalid(query.Wrong!);
        }

        var payload = new JsonObject { ["Orders"] = new JsonArray([.. page.Orders.Select(order => OldOrder(seller, order))]), [page.ByCreation ? "CreatedBefore" : "LastUpdatedBefore"] = AmazonSeller.Time(page.Before) };
        if (page.Token is not null)
        {
            payload["NextToken"] = page.Token;
        }

        return AmazonAnswer.Ok(new JsonObject { ["payload"] = payload });
    }

    public AmazonAnswer GetOld(AmazonSeller seller, string id) => Find(seller, id) is { } order ? AmazonAnswer.Ok(new JsonObject { ["payload"] = OldOrder(seller, order) }) : AmazonAnswer.NotFound();

    /// <summary>Two lines a page, so that paging is seen.</summary>
    public AmazonAnswer Items(AmazonSeller seller, string id, AmazonQuery query)
    {
        query.Only("NextToken");
        if (Find(seller, id) is not { } order)
        {
            return AmazonAnswer.NotFound();
        }

        var from = query["NextToken"] is { } token && int.TryParse(token, out var at) ? at : 0;
        var payload = new JsonObject { ["AmazonOrderId"] = id, ["OrderItems"] = new JsonArray([.. order.Lines.Index().Skip(from).Take(2).Select(line => OldLine(seller, order, line.Index))]) };
        if (from + 2 < order.Lines.Count)
        {
            payload["NextToken"] = (from + 2).ToString(CultureInfo.InvariantCulture);
        }

        return query.Wrong is { } wrong ? AmazonAnswer.Invalid(wrong) : AmazonAnswer.Ok(new JsonObject { ["payload"] = payload });
    }

    private static SimOrder? Find(AmazonSeller seller, string id) => seller.Store.Orders.FirstOrDefault(order => AmazonSeller.OrderId(order.Id) == id);

    private static HashSet<string> Included(AmazonQuery query)
    {
        var included = query.List("includedData").ToHashSet(StringComparer.Ordinal);
        if (included.Except(Datasets).Any() || included.Intersect(Persons).Any())
        {
            query.Complain("includedData holds what there is not, or persons.");
        }

        return included;
    }

    /// <summary>The rows asked for; null when the query is wrong.</summary>
    private PageOfOrders? Page(
        AmazonSeller seller, AmazonQuery query, string createdAfter, string createdBefore, string updatedAfter, string updatedBefore, string marketplaces, string size, string token, string free)
    {
        var now = time.GetUtcNow();
        var (created, updated) = (query.Time(createdAfter), query.Time(updatedAfter));
        var before = query.Time(created is null ? updatedBefore : createdBefore);
        var most = query.Number(size, 100, 100);
        if (created is null == updated is null || query[created is null ? createdBefore : updatedBefore] is not null)
        {
            query.Complain($"Exactly one of {createdAfter} and {updatedAfter} is wanted.");
        }

        if (!query.List(marketplaces).SequenceEqual([seller.MarketplaceId]))
        {
            query.Complain($"{marketplaces} is missing, or not the seller's.");
        }

        var walk = new Walk(query.Bound(size, token, free), now, before ?? now - Lag, DateTimeOffset.MinValue, 0);
        if (before > now - Lag || (created ?? updated) > walk.Before)
        {
            query.Complain("The window must end two minutes ago at the latest, and not before it begins.");
        }

        if (query[token] is { } given)
        {
            if (!_walks.TryGetValue(given, out var held) || held.Bound != walk.Bound || held.IssuedAt.AddHours(24) <= now)
            {
                query.Complain($"{token} has expired, or belongs to other parameters.");
                return null;
            }

            walk = held;
        }

        return query.Wrong is null ? Rows(seller, created ?? updated ?? default, created is not null, walk, most) : null;
    }

    private PageOfOrders Rows(AmazonSeller seller, DateTimeOffset after, bool byCreation, Walk walk, int most)
    {
        DateTimeOffset At(SimOrder order) => byCreation ? order.CreatedAt : order.UpdatedAt;
        var rows = seller.Store.Orders
            .Where(order => At(order) >= after && At(order) <= walk.Before && (At(order), order.Id).CompareTo((walk.LastAt, walk.LastId)) > 0)
            .OrderBy(At).ThenBy(static order => order.Id).Take(most + 1).ToList();
        string? token = null;
        if (rows.Count > most)
        {
            rows.RemoveAt(most);
            token = string.Create(CultureInfo.InvariantCulture, $"next/{Interlocked.Increment(ref _lastToken)}+2YgYW55IGNhcm5hbA==");
            _walks[token] = walk with { IssuedAt = time.GetUtcNow(), LastAt = At(rows[^1]), LastId = rows[^1].Id };
        }

        return new PageOfOrders(rows, walk.Before, token, byCreation);
    }

    private static JsonObject Order(AmazonSeller seller, SimOrder order, HashSet<string> included)
    {
        var isPending = seller.Pending.Contains(order.Id);
        var json = new JsonObject
        {
            ["orderId"] = AmazonSeller.OrderId(order.Id),
            ["createdTime"] = AmazonSeller.Time(order.CreatedAt),
            ["lastUpdatedTime"] = AmazonSeller.Time(order.UpdatedAt),
            ["programs"] = new JsonArray(),
            ["salesChannel"] = new JsonObject { ["channelName"] = "AMAZON", ["marketplaceId"] = seller.MarketplaceId },
            ["orderItems"] = new JsonArray([.. order.Lines.Index().Select(line => Line(order, line.Index, isPending, included))]),
        };
        if (included.Contains("FULFILLMENT"))
        {
            json["fulfillment"] = new JsonObject { ["fulfillmentStatus"] = Status(order, isPending), ["fulfilledBy"] = "MERCHANT" };
        }

        if (included.Contains("PROCEEDS") && !isPending)
        {
            json["proceeds"] = new JsonObject
            {
                ["grandTotal"] = Money(order, order.Total),
                ["breakdowns"] = Breakdowns(order, order.Lines.Sum(static line => line.Quantity * line.UnitPrice), order.Shipping, order.Tax, order.Lines.Sum(static line => line.Discount) + order.OrderDiscount),
            };
        }

        return json;
    }

    private static JsonObject Line(SimOrder order, int index, bool isPending, HashSet<string> included)
    {
        var line = order.Lines[index];
        var product = new JsonObject { ["asin"] = $"B{line.VariantId % 1_000_000_000:D9}", ["title"] = line.Title, ["sellerSku"] = line.Sku };
        var json = new JsonObject { ["orderItemId"] = line.Id.ToString(CultureInfo.InvariantCulture), ["quantityOrdered"] = line.Quantity, ["product"] = product };
        if (!isPending)
        {
            product["price"] = new JsonObject { ["unitPrice"] = Money(order, line.UnitPrice) };
        }

        if (included.Contains("PROCEEDS") && !isPending)
        {
            var (shipping, tax, discount) = (index == 0 ? order.Shipping : 0, index == 0 ? order.Tax : 0, Discount(order, index));
            var breakdowns = Breakdowns(order, line.Quantity * line.UnitPrice, shipping, tax, discount);
            foreach (var row in breakdowns.Where(static row => row!["type"]!.GetValue<string>() == "DISCOUNT"))
            {
                row!["detailedBreakdowns"] = new JsonArray(new JsonObject { ["subtype"] = "ITEM", ["value"] = Money(order, discount) });
            }

            json["proceeds"] = new JsonObject { ["proceedsTotal"] = Money(order, (line.Quantity * line.UnitPrice) + shipping + tax - discount), ["breakdowns"] = breakdowns };
        }

        return json;
    }

    private static JsonArray Breakdowns(SimOrder order, decimal items, decimal shipping, decimal tax, decimal discount) => new(
        [.. new[] { ("ITEM", items), ("SHIPPING", shipping), ("TAX", tax), ("DISCOUNT", discount) }.Where(static part => part.Item2 != 0).Select(part => new JsonObject { ["type"] = part.Item1, ["subtotal"] = Money(order, part.Item2) })]);

    private static JsonObject OldOrder(AmazonSeller seller, SimOrder order)
    {
        var isPending = seller.Pending.Contains(order.Id);
        var status = Status(order, isPending) switch { "CANCELLED" => "Canceled", "SHIPPED" => "Shipped", "PENDING" => "Pending", _ => "Unshipped" };
        var json = new JsonObject
        {
            ["AmazonOrderId"] = AmazonSeller.OrderId(order.Id),
            ["PurchaseDate"] = AmazonSeller.Time(order.CreatedAt),
            ["LastUpdateDate"] = AmazonSeller.Time(order.UpdatedAt),
            ["OrderStatus"] = status,
            ["MarketplaceId"] = seller.MarketplaceId,
        };
        if (!isPending)
        {
            json["OrderTotal"] = OldMoney(order, order.Total);
        }

        return json;
    }

    private static JsonObject OldLine(AmazonSeller seller, SimOrder order, int index)
    {
        var line = order.Lines[index];
        var json = new JsonObject
        {
            ["ASIN"] = $"B{line.VariantId % 1_000_000_000:D9}",
            ["OrderItemId"] = line.Id.ToString(CultureInfo.InvariantCulture),
            ["SellerSKU"] = line.Sku,
            ["Title"] = line.Title,
            ["QuantityOrdered"] = line.Quantity,
        };
        if (!seller.Pending.Contains(order.Id))
        {
            json["ItemPrice"] = OldMoney(order, line.Quantity * line.UnitPrice);
            json["PromotionDiscount"] = OldMoney(order, Discount(order, index));
            json["ItemTax"] = OldMoney(order, index == 0 ? order.Tax : 0);
            json["ShippingPrice"] = OldMoney(order, index == 0 ? order.Shipping : 0);
        }

        return json;
    }

    /// <summary>The order's own discount is taken off line by line, as far as each reaches.</summary>
    private static decimal Discount(SimOrder order, int index)
    {
        var rest = Math.Max(0, order.OrderDiscount - order.Lines.Take(index).Sum(static line => line.Total));
        return order.Lines[index].Discount + Math.Min(order.Lines[index].Total, rest);
    }

    private static string Status(SimOrder order, bool isPending) => isPending ? "PENDING" : order.CancelledAt is not null ? "CANCELLED" : order.FulfilledAt is not null ? "SHIPPED" : "UNSHIPPED";

    private static JsonObject Money(SimOrder order, decimal amount) => new() { ["amount"] = Text(order, amount), ["currencyCode"] = order.Currency };

    private static JsonObject OldMoney(SimOrder order, decimal amount) => new() { ["CurrencyCode"] = order.Currency, ["Amount"] = Text(order, amount) };

    private static string Text(SimOrder order, decimal amount) => amount.ToString(order.Currency == "JPY" ? "0" : "0.00", CultureInfo.InvariantCulture);

    /// <param name="Before">The window's end.</param>
    private sealed record Walk(string Bound, DateTimeOffset IssuedAt, DateTimeOffset Before, DateTimeOffset LastAt, long LastId);

    private sealed record PageOfOrders(IReadOnlyList<SimOrder> Orders, DateTimeOffset Before, string? Token, bool ByCreation);
}
