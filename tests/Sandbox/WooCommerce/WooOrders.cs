using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.WooCommerce;

internal sealed class WooOrders(WooCommerceSite site)
{
    private static readonly string[] Statuses =
        ["any", "trash", "pending", "processing", "on-hold", "completed", "cancelled", "refunded", "failed", "checkout-draft"];

    private readonly WooPage _page = new(site);

    public IReadOnlyList<WooParameter> Parameters => WooParameters.ForPosts(
        site.Behaviour,
        new("status", WooKind.Choices) { Default = "any", Values = Statuses },
        new("customer", WooKind.Integer),
        new("product", WooKind.Integer),
        new("parent", WooKind.Integers), new("parent_exclude", WooKind.Integers),
        new("dp", WooKind.Integer));

    public WooAnswer List(WooRequest request, WooArguments arguments)
    {
        var statuses = arguments.List("status");
        var customer = arguments.Integer("customer");
        var product = arguments.Integer("product");
        var orders = site.LiveOrders()
            .Where(order => Shows(statuses, WooOrderShape.Status(order, site.IsTrashed(order.Id))))
            .Where(order => customer is null || (order.CustomerId ?? 0) == customer)
            .Where(order => product is null || order.Lines.Any(line => line.ProductId == product))
            .Select(order => new WooPost<SimOrder>(order, order.Id, order.CreatedAt, order.UpdatedAt, Words(order)));
        return _page.Of(request, arguments, "orders", WooPosts.Query(site, arguments, orders), post => Show(post.Item));
    }

    public WooAnswer Get(WooRequest request, long id) =>
        site.FindOrder(id) is { } order ? WooAnswer.Ok(_page.Show(request, Show(order))) : WooAnswer.InvalidId("shop_order");

    /// <summary>An unknown order has no refunds; core does not say that it is unknown.</summary>
    public WooAnswer Refunds(WooRequest request, WooArguments arguments, long orderId)
    {
        var order = site.FindOrder(orderId);
        var refunds = (order?.Refunds ?? []).Select(refund => new WooPost<SimRefund>(refund, refund.Id, refund.CreatedAt, refund.CreatedAt, ""));
        var found = WooPosts.Query(site, arguments, refunds);
        return _page.Of(request, arguments, $"orders/{orderId}/refunds", found, post => site.Orders.Refund(order!, post.Item));
    }

    public WooAnswer Refund(WooRequest request, long orderId, long id)
    {
        var order = site.FindOrder(orderId);
        return order?.Refunds.FirstOrDefault(refund => refund.Id == id) is { } found
            ? WooAnswer.Ok(_page.Show(request, site.Orders.Refund(order, found)))
            : WooAnswer.InvalidId("shop_order_refund");
    }

    private static bool Shows(IReadOnlyList<string> wanted, string status) => wanted.Contains("any") ? status != "trash" : wanted.Contains(status);

    private static string Words(SimOrder order)
    {
        var person = order.CustomerId ?? order.Id;
        return $"{order.Id} {WooPeople.FirstName(person)} {WooPeople.LastName(person)} {WooPeople.Email(person, order.CustomerId is null)}";
    }

    private JsonObject Show(SimOrder order) => site.Orders.Order(order, site.IsTrashed(order.Id));
}
