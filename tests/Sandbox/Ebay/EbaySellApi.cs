using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>The Fulfillment and the Inventory API of one seller, by eBay's contracts.</summary>
internal sealed partial class EbaySellApi(TimeProvider time)
{
    private const string Fulfillment = "API_FULFILLMENT";
    private const string Inventory = "API_INVENTORY";

    /// <summary>Some accounts take one item a call only.</summary>
    public bool OneItemPerCall { get; set; }

    /// <summary>The articles whose next change meets another one under way.</summary>
    public HashSet<string> Busy { get; } = new(StringComparer.Ordinal);

    public EbayAnswer Orders(EbaySeller seller, HttpRequest request)
    {
        var query = request.Query;
        if (Unknown(query, "filter", "limit", "offset", "fieldGroups", "orderIds") is { } unknown)
        {
            return EbayAnswer.Error(400, 30700, $"Invalid filter name: {unknown}", Fulfillment);
        }

        if (Number(query["limit"], 50) is not (>= 1 and <= 200 and var limit))
        {
            return EbayAnswer.Error(400, 31100, "Invalid limit", Fulfillment);
        }

        if (Number(query["offset"], 0) is not (>= 0 and var offset) || offset % limit != 0)
        {
            return EbayAnswer.Error(400, 31000, "Invalid offset", Fulfillment);
        }

        if (Groups(query) is not { } withTax)
        {
            return EbayAnswer.Error(400, 32800, "Invalid field group", Fulfillment);
        }

        var (rows, refusal) = Filtered(seller.Store.Orders, query["filter"].ToString());
        return refusal ?? Paged(request, [.. rows!.Skip(offset).Take(limit).Select(order => seller.Order(order, withTax))], "orders", rows!.Count, limit, offset, offset + limit < rows.Count ? offset + limit : null);
    }

    public EbayAnswer Order(EbaySeller seller, string orderId, HttpRequest request) =>
        Unknown(request.Query, "fieldGroups") is not null || Groups(request.Query) is not { } withTax ? EbayAnswer.Error(400, 32800, "Invalid field group", Fulfillment)
        : !OrderIdForm().IsMatch(orderId) ? EbayAnswer.Error(400, 32100, "Invalid order ID", Fulfillment)
        : seller.FindOrder(orderId) is { } order ? EbayAnswer.Ok(seller.Order(order, withTax))
        : EbayAnswer.Error(404, 32110, "The order was not found", Fulfillment) with { Reason = null };

    public EbayAnswer Items(EbaySeller seller, HttpRequest request)
    {
        if (Unknown(request.Query, "limit", "offset") is not null || Number(request.Query["limit"], 25) is not (>= 1 and <= 200 and var limit) || Number(request.Query["offset"], 0) is not (>= 0 and var page))
        {
            return EbayAnswer.Error(400, 25706, "You have provided invalid pagination values.", Inventory);
        }

        var items = seller.Items();
        var more = (page + 1) * limit < items.Count ? page + 1 : (int?)null;
        var answer = Paged(request, [.. items.Skip(page * limit).Take(limit).Select(item => seller.Item(item.Product, item.Variant))], "inventoryItems", items.Count, limit, null, more);
        answer.Body!["size"] = (items.Count + limit - 1) / limit;
        return answer;
    }

    public EbayAnswer Item(EbaySeller seller, string sku) => seller.Store.FindVariant(sku) is { } found
        ? EbayAnswer.Ok(seller.Item(found.Product, found.Variant))
        : EbayAnswer.Error(404, 25710, "We didn't find the resource/entity you are requesting. Please verify the request", Inventory) with { Reason = null };

    public EbayAnswer SetQuantities(EbaySeller seller, JsonElement body)
    {
        if (body.ValueKind != JsonValueKind.Object || body.EnumerateObject().Any(static member => member.Name != "requests") || !body.TryGetProperty("requests", out var requests)
            || requests.ValueKind != JsonValueKind.Array || requests.GetArrayLength() is not (>= 1 and <= 25))
        {
            return EbayAnswer.Error(400, 25709, "Invalid value for requests.", Inventory);
        }

        if (OneItemPerCall && requests.GetArrayLength() > 1)
        {
            return EbayAnswer.Error(400, 25002, "Any User error. One SKU per call.", Inventory);
        }

        var rows = requests.EnumerateArray().Select(request => SetQuantity(seller, request)).ToList();
        var status = rows.TrueForAll(static row => (int)row["statusCode"]! == 200) ? 200 : 207;
        return new EbayAnswer(status, new JsonObject { ["responses"] = new JsonArray([.. rows]) });
    }

    private JsonObject SetQuantity(EbaySeller seller, JsonElement request)
    {
        var sku = request.TryGetProperty("sku", out var named) ? named.GetString()! : "";
        var quantity = request.TryGetProperty("shipToLocationAvailability", out var availability) && availability.TryGetProperty("quantity", out var number) && number.ValueKind == JsonValueKind.Number
            && number.TryGetInt32(out var whole) ? whole : (int?)null;
        if (request.EnumerateObject().Any(static member => member.Name is not ("sku" or "shipToLocationAvailability" or "offers")) || quantity is null or < 0)
        {
            return Refused(400, 25709, "Invalid value for quantity.");
        }

        if (seller.Store.FindVariant(sku) is not { } found)
        {
            return Refused(400, 25702, "SKU is not available in the system");
        }

        if (Busy.Remove(sku))
        {
            return Refused(500, 25025, "Another request is changing this resource.");
        }

        // The shop keeps several places; eBay knows their sum.
        var elsewhere = found.Variant.Levels.Skip(1).Sum(static level => level.Available);
        seller.Store.SetStock(found.Variant.Id, quantity.Value - elsewhere, found.Variant.Levels[0].LocationId);
        return new JsonObject { ["statusCode"] = 200, ["sku"] = sku };

        JsonObject Refused(int status, int errorId, string message) => new()
        {
            ["statusCode"] = status,
            ["sku"] = sku,
            ["errors"] = new JsonArray(EbayAnswer.Entry(errorId, message, Inventory, status >= 500 ? "APPLICATION" : "REQUEST")),
        };
    }

    /// <summary>The window's orders, oldest first by the time that is asked about.</summary>
    private (IReadOnlyList<SimOrder>? Rows, EbayAnswer? Refusal) Filtered(IReadOnlyList<SimOrder> orders, string filter)
    {
        var now = time.GetUtcNow();
        if (filter.Length == 0)
        {
            return ([.. orders.Where(order => order.CreatedAt > now.AddDays(-90))], null);
        }

        var match = Window().Match(filter);
        if (!match.Success)
        {
            return (null, EbayAnswer.Error(400, 30800, "Invalid filter value", Fulfillment));
        }

        if (Instant(match.Groups["from"].Value) is not { } from || (match.Groups["to"].Length > 0 && Instant(match.Groups["to"].Value) is null))
        {
            return (null, EbayAnswer.Error(400, 30810, "Invalid date format", Fulfillment));
        }

        var to = match.Groups["to"].Length > 0 ? Instant(match.Groups["to"].Value)!.Value : DateTimeOffset.MaxValue;
        if (from > now || (to > now && to != DateTimeOffset.MaxValue))
        {
            return (null, EbayAnswer.Error(400, 30850, "Start and end dates can't be in the future", Fulfillment) with { Reason = null });
        }

        if (from < now.AddYears(-2) || from > to)
        {
            return (null, from > to ? EbayAnswer.Error(400, 30840, "Start date should be before end date", Fulfillment) : EbayAnswer.Error(400, 30830, "Time range must be within 2 years.", Fulfillment));
        }

        Func<SimOrder, DateTimeOffset> at = match.Groups["what"].Value == "creationdate" ? static order => order.CreatedAt : static order => order.UpdatedAt;
        return ([.. orders.Where(order => at(order) >= from && at(order) <= to).OrderBy(at).ThenBy(static order => order.Id)], null);
    }

    private static EbayAnswer Paged(HttpRequest request, JsonNode[] rows, string name, int total, int limit, int? offset, int? next)
    {
        var path = $"{request.Path}{request.QueryString}";
        var body = new JsonObject { ["href"] = path, ["total"] = total, ["limit"] = limit, [name] = new JsonArray(rows) };
        if (offset is { } skipped)
        {
            body["offset"] = skipped;
        }

        if (next is { } further)
        {
            body["next"] = OffsetForm().Replace(path, string.Create(CultureInfo.InvariantCulture, $"offset={further}"));
        }

        return EbayAnswer.Ok(body);
    }

    private static string? Unknown(IQueryCollection query, params string[] known) => query.Keys.Except(known).FirstOrDefault();

    private static bool? Groups(IQueryCollection query) => query["fieldGroups"].ToString() switch { "" => false, "TAX_BREAKDOWN" => true, _ => null };

    private static int? Number(string? text, int standard) => string.IsNullOrEmpty(text) ? standard : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static DateTimeOffset? Instant(string text) =>
        DateTimeOffset.TryParseExact(text, "yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant) ? instant : null;

    [GeneratedRegex(@"^(?<what>creationdate|lastmodifieddate):\[(?<from>[^.\]]+(\.\d+Z)?)\.\.(?<to>[^\]]*)\]\z", RegexOptions.ExplicitCapture)]
    private static partial Regex Window();

    [GeneratedRegex(@"^\d{2,}-\d{5}-\d{5}\z")]
    private static partial Regex OrderIdForm();

    [GeneratedRegex(@"offset=\d+")]
    private static partial Regex OffsetForm();
}
