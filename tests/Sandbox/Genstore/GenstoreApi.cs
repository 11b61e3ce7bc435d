using System.Globalization;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Genstore;

/// <summary>One call of a shop's API, its token found good. An unknown parameter is refused, which the real one may not do: it would hide a misspelt one.</summary>
/// <param name="path">Behind the version.</param>
internal sealed class GenstoreApi(GenstoreShop shop, string root, string method, string path, IReadOnlyDictionary<string, string> query, byte[] body, DateTimeOffset now)
{
    private const int DefaultRows = 50;
    private const int MostRows = 250;

    private static readonly TimeSpan RecentOrders = TimeSpan.FromDays(60);

    private static readonly string[] Topics =
    [
        "orders/create", "orders/update", "orders/paid", "orders/fulfilled", "orders/partiallyFulfilled", "orders/cancelled", "customers/create", "customers/update", "customers/delete",
        "customers/merge", "app/uninstalled", "app/scopesUpdate", "app/authorizationCodeGranted", "customers/data_request", "customers/redact", "shop/redact", "shop/update", "refunds/create",
    ];

    public GenstoreAnswer Answer() => (method, path.Split('/')) switch
    {
        ("GET", ["oauth2", "access_scopes"]) => Allowed("apps") ?? Only() ?? GenstoreAnswer.Ok(new { accessScopes = $"[{string.Join(',', shop.Scopes)}]" }),
        ("GET", ["shops", "info"]) => Allowed("shops") ?? Only() ?? GenstoreAnswer.Ok(new { shop = Shop() }),
        ("GET", ["orders"]) => Allowed("orders") ?? List(Orders().Select(order => new GenstoreListed(order.Id, order.UpdatedAt, GenstoreShapes.Order(order, shop.Behaviour)))),
        ("GET", ["orders", var id]) => Allowed("orders") ?? Only() ?? One("order", Order(id) is { } order ? GenstoreShapes.Order(order, shop.Behaviour) : null),
        ("GET", ["orders", var id, "refunds"]) => Allowed("refunds") ?? Only() ?? (Order(id) is { } order
            ? GenstoreAnswer.Ok(new { refunds = order.Refunds.Select(refund => GenstoreShapes.Refund(order, refund)) })
            : GenstoreAnswer.Refused(404, "Not Found")),
        ("GET", ["products"]) => Allowed("products") ?? List(shop.Store.Products.Select(product => new GenstoreListed(product.Id, product.UpdatedAt, GenstoreShapes.Product(product, shop.Behaviour)))),
        ("GET", ["products", var id]) => Allowed("products") ?? Only() ?? One("product", Number(id) is { } number && shop.Store.FindProduct(number) is { } product ? GenstoreShapes.Product(product, shop.Behaviour) : null),
        ("GET", ["customers"]) => Allowed("customers") ?? List(shop.Store.Customers.Select(static customer => new GenstoreListed(customer.Id, customer.UpdatedAt, GenstoreShapes.Customer(customer)))),
        ("GET", ["customers", var id]) => Allowed("customers") ?? Only() ?? One("customer", Number(id) is { } number && shop.Store.FindCustomer(number) is { } customer ? GenstoreShapes.Customer(customer) : null),
        (_, ["app", "webhooks", ..]) => Allowed("apps", isWriting: method != "GET") ?? Webhooks(path["app/webhooks".Length..].Trim('/')),
        _ => GenstoreAnswer.Refused(404, "Not Found"),
    };

    private static GenstoreAnswer One(string name, object? record) => record is null ? GenstoreAnswer.Refused(404, "Not Found") : GenstoreAnswer.Ok(new Dictionary<string, object> { [name] = record });

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static object Subscription(GenstoreSubscription one) =>
        new { id = one.Id, address = one.Address, topic = one.Topic, createTime = GenstoreShapes.Time(one.CreatedAt), updateTime = GenstoreShapes.Time(one.UpdatedAt) };

    private GenstoreAnswer? Allowed(string domain, bool isWriting = false) => shop.Scopes.Contains($"write_{domain}") || (!isWriting && shop.Scopes.Contains($"read_{domain}"))
        ? null
        : GenstoreAnswer.Refused(403, $"This action requires the scope {(isWriting ? "write" : "read")}_{domain}");

    private GenstoreAnswer? Only(params string[] known) => query.Keys.Except(known).FirstOrDefault() is { } unknown ? GenstoreAnswer.Refused(400, $"Unknown parameter {unknown}") : null;

    private IEnumerable<SimOrder> Orders() => shop.Store.Orders.Where(IsShown);

    private SimOrder? Order(string id) => Number(id) is { } number && shop.Store.FindOrder(number) is { } order && IsShown(order) ? order : null;

    private bool IsShown(SimOrder order) => shop.Scopes.Contains("read_all_orders") || now - order.CreatedAt <= RecentOrders;

    private object Shop() => new
    {
        shopId = shop.ShopId,
        shopName = shop.Store.Profile.Name,
        domain = "online-shop.genstore.com",
        mail = "owner@example.com",
        country = "US",
        currency = shop.Store.Profile.Currency,
        timezone = "-4",
        ianaTimezone = shop.Store.Profile.TimeZone,
        weightUnit = "kg",
    };

    private GenstoreAnswer List(IEnumerable<GenstoreListed> rows)
    {
        var filter = shop.Behaviour.Filter;
        string[] known = filter == GenstoreFilter.Refused ? ["limit", "pageToken"] : ["limit", "pageToken", "updateTimeMin"];
        var limit = query.TryGetValue("limit", out var asked) ? (int?)Number(asked) : DefaultRows;
        var after = query.GetValueOrDefault("pageToken");
        DateTimeOffset? min = null;
        if (query.TryGetValue("updateTimeMin", out var least))
        {
            if (!DateTimeOffset.TryParse(least, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var from))
            {
                return GenstoreAnswer.Refused(400, "updateTimeMin is not a time");
            }

            min = filter == GenstoreFilter.Honoured ? from : null;
        }

        if ((Only(known) ?? (after is null ? null : Only("limit", "pageToken"))) is { } wrong)
        {
            return wrong;
        }

        if (limit is not (>= 1 and <= MostRows))
        {
            return GenstoreAnswer.Refused(400, "limit is between 1 and 250");
        }

        return shop.Pages.Read(path, rows, shop.Behaviour.Order, after, min, limit.Value) is { } page
            ? new GenstoreAnswer(200, new Dictionary<string, object> { [path.Split('/')[^1]] = page.Rows }, page.Next is null || asked is null ? null : Link(after, page.Next, limit.Value))
            : GenstoreAnswer.Refused(400, "Invalid pageToken");
    }

    /// <summary>As the documentation prints it: quotes around all of it, a blank before the bracket, no quotes at the relation.</summary>
    private string Link(string? previous, string next, int limit)
    {
        string One(string token, string relation) => string.Create(CultureInfo.InvariantCulture, $"<{root}{path}?pageToken={Uri.EscapeDataString(token)}&limit={limit} >; rel={relation}");
        return $"\"{(previous is null ? "" : $"{One("before-" + previous, "previous")}, ")}{One(next, "next")}\"";
    }

    private GenstoreAnswer Webhooks(string id)
    {
        switch (method)
        {
            case "GET" when id.Length == 0:
                return List(shop.Subscriptions.Select(static one => new GenstoreListed(one.Id, one.UpdatedAt, Subscription(one))));
            case "GET" when id == "count":
                return Only() ?? GenstoreAnswer.Ok(new { count = shop.Subscriptions.Count });
            case "POST" when id.Length == 0:
                return Asked(needsTopic: true) is { } wanted
                    ? shop.Subscribe(wanted.Topic!, wanted.Address) is { } made ? new GenstoreAnswer(201, new { webhook = Subscription(made) }) : GenstoreAnswer.Refused(422, "The topic has been subscribed to at this address")
                    : GenstoreAnswer.Refused(422, "webhook needs an https address and a known topic");
        }

        return shop.Find(id) is not { } subscription ? GenstoreAnswer.Refused(404, "Not Found") : method switch
        {
            "GET" => GenstoreAnswer.Ok(new { webhook = Subscription(subscription) }),
            "PUT" when Asked(needsTopic: false) is { } change => GenstoreAnswer.Ok(new { webhook = Subscription(shop.Change(subscription, change.Address)) }),
            "DELETE" => Deleted(subscription),
            _ => GenstoreAnswer.Refused(405, "Method Not Allowed"),
        };
    }

    private GenstoreAnswer Deleted(GenstoreSubscription subscription)
    {
        shop.Unsubscribe(subscription);
        return GenstoreAnswer.Ok(new { });
    }

    private (string Address, string? Topic)? Asked(bool needsTopic)
    {
        try
        {
            var webhook = JsonElement.Parse(body).GetProperty("webhook");
            var (address, topic) = (webhook.GetProperty("address").GetString(), needsTopic ? webhook.GetProperty("topic").GetString() : null);
            var isKnown = webhook.EnumerateObject().All(static member => member.Name is "address" or "topic") && (!needsTopic || Topics.Contains(topic));
            return isKnown && Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttps || url.IsLoopback) ? (address!, topic) : null;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
