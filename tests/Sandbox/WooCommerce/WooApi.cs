using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Routes of <c>/wc/v3</c>: finds the handler, then checks parameters, then rights, as WordPress does in this order.</summary>
internal sealed class WooApi
{
    private readonly WooCommerceSite _site;
    private readonly IReadOnlyList<Route> _routes;

    public WooApi(WooCommerceSite site)
    {
        _site = site;
        _routes =
        [
            Get("", "index", Access.Public, () => [], (_, _, _) => Index()),
            Get("/wc/v3", "index", Access.Public, () => [], (_, _, _) => Namespace()),
            Get("/wc/v3/system_status", "system_status", Access.List, () => [], (_, _, _) => SystemStatus()),
            .. Orders(new WooOrders(site)),
            .. Products(new WooProducts(site)),
            .. Customers(new WooCustomers(site)),
            .. Webhooks(new WooWebhookResource(site)),
        ];
    }

    private enum Access
    {
        Public,
        List,
        View,
        Create,
        Edit,
        Delete,
        Batch,
    }

    /// <returns>The kind of call, for counting, and the answer.</returns>
    public async Task<(string Kind, WooAnswer Answer)> AnswerAsync(WooRequest request)
    {
        foreach (var route in _routes)
        {
            if (route.Path.Match(request.Route) is not { Success: true } match || !route.Takes(request))
            {
                continue;
            }

            var ids = match.Groups.Values.Skip(1).Select(group => long.Parse(group.Value, CultureInfo.InvariantCulture)).ToArray();
            return (route.Kind, await AnswerAsync(route, request, ids));
        }

        return ("unknown", WooAnswer.NoRoute());
    }

    private async Task<WooAnswer> AnswerAsync(Route route, WooRequest request, long[] ids)
    {
        if (request.Key is { } key && !(request.IsRead ? key.MayRead : key.MayWrite))
        {
            var lacking = request.IsRead ? "read" : "write";
            return WooAnswer.Refused(401, "woocommerce_rest_authentication_error", $"The API key provided does not have {lacking} permissions.");
        }

        var parameters = route.Parameters();
        var (arguments, refusal) = WooParameters.Read(request, parameters);
        if ((refusal ?? route.Invalid(request) ?? Rights(route.Access, request.Key)) is { } refused)
        {
            return refused;
        }

        if (request.IsRead && route.Access == Access.List)
        {
            foreach (var name in WooParameters.Unknown(request, parameters))
            {
                _site.Log.Violated(route.Kind, $"parameter {name} means nothing here and was ignored");
            }
        }

        return await route.Run(request, arguments, ids);
    }

    private static WooAnswer? Rights(Access access, WooCommerceKey? key)
    {
        if (access == Access.Public || key is { MayManage: true })
        {
            return null;
        }

        var (code, message) = access switch
        {
            Access.List => ("view", "Sorry, you cannot list resources."),
            Access.View => ("view", "Sorry, you cannot view this resource."),
            Access.Create => ("create", "Sorry, you are not allowed to create resources."),
            Access.Edit => ("edit", "Sorry, you are not allowed to edit this resource."),
            Access.Delete => ("delete", "Sorry, you are not allowed to delete this resource."),
            _ => ("batch", "Sorry, you are not allowed to batch manipulate this resource."),
        };
        return WooAnswer.Refused(key is null ? 401 : 403, $"woocommerce_rest_cannot_{code}", message);
    }

    private static bool IsTrue(WooRequest request, string name) => request.Member(name)?.ToString() is "true" or "True" or "1";

    private static Route[] Orders(WooOrders orders) =>
    [
        Get("/wc/v3/orders", "orders.list", Access.List, () => orders.Parameters, (call, arguments, _) => orders.List(call, arguments)),
        Get("/wc/v3/orders/#", "orders.get", Access.View, () => [], (call, _, ids) => orders.Get(call, ids[0])),
        Get("/wc/v3/orders/#/refunds", "refunds.list", Access.List, () => orders.Parameters, (call, arguments, ids) => orders.Refunds(call, arguments, ids[0])),
        Get("/wc/v3/orders/#/refunds/#", "refunds.get", Access.View, () => [], (call, _, ids) => orders.Refund(call, ids[0], ids[1])),
    ];

    private static Route[] Products(WooProducts products) =>
    [
        Get("/wc/v3/products", "products.list", Access.List, () => products.Parameters, (call, arguments, _) => products.List(call, arguments)),
        Get("/wc/v3/products/#", "products.get", Access.View, () => [], (call, _, ids) => products.Get(call, ids[0])),
        Edit("/wc/v3/products/#", "products.update", Access.Edit, (call, ids) => products.Update(call, ids[0])),
        Edit("/wc/v3/products/batch", "products.batch", Access.Batch, (call, _) => products.Batch(call)),
        Get(
            "/wc/v3/products/#/variations",
            "variations.list",
            Access.List,
            () => products.Parameters,
            (call, arguments, ids) => products.Variations(call, arguments, ids[0])),
        Get("/wc/v3/products/#/variations/#", "variations.get", Access.View, () => [], (call, _, ids) => products.Variation(call, ids[0], ids[1])),
        Edit("/wc/v3/products/#/variations/#", "variations.update", Access.Edit, (call, ids) => products.UpdateVariation(call, ids[0], ids[1])),
        Edit("/wc/v3/products/#/variations/batch", "variations.batch", Access.Batch, (call, ids) => products.BatchVariations(call, ids[0])),
    ];

    private static Route[] Customers(WooCustomers customers) =>
    [
        Get("/wc/v3/customers", "customers.list", Access.List, () => WooCustomers.Parameters, (call, arguments, _) => customers.List(call, arguments)),
        Get("/wc/v3/customers/#", "customers.get", Access.View, () => [], (call, _, ids) => customers.Get(call, ids[0])),
    ];

    private static Route[] Webhooks(WooWebhookResource webhooks) =>
    [
        Get("/wc/v3/webhooks", "webhooks.list", Access.List, () => WooWebhookResource.Parameters, (call, arguments, _) => webhooks.List(call, arguments)),
        Get("/wc/v3/webhooks/#", "webhooks.get", Access.View, () => [], (call, _, ids) => webhooks.Get(call, ids[0])),
        new Route(
            call => call.Method == "POST",
            Pattern("/wc/v3/webhooks"),
            "webhooks.create",
            Access.Create,
            (call, _, _) => webhooks.CreateAsync(call.Member))
        {
            Invalid = call => WooWebhookResource.Invalid(call, creating: true),
        },
        new Route(
            call => call.IsEdit,
            Pattern("/wc/v3/webhooks/#"),
            "webhooks.update",
            Access.Edit,
            (call, _, ids) => webhooks.UpdateAsync(call.Member, ids[0]))
        {
            Invalid = call => WooWebhookResource.Invalid(call, creating: false),
        },
        new Route(
            call => call.Method == "DELETE",
            Pattern("/wc/v3/webhooks/#"),
            "webhooks.delete",
            Access.Delete,
            (call, _, ids) => Task.FromResult(webhooks.Delete(IsTrue(call, "force"), ids[0]))),
        new Route(call => call.IsEdit, Pattern("/wc/v3/webhooks/batch"), "webhooks.batch", Access.Batch, (call, _, _) => webhooks.BatchAsync(call)),
    ];

    private static Route Get(
        string path, string kind, Access access, Func<IReadOnlyList<WooParameter>> parameters, Func<WooRequest, WooArguments, long[], WooAnswer> run) =>
        new(call => call.IsRead, Pattern(path), kind, access, (call, arguments, ids) => Task.FromResult(run(call, arguments, ids))) { Parameters = parameters };

    private static Route Edit(string path, string kind, Access access, Func<WooRequest, long[], WooAnswer> run) =>
        new(call => call.IsEdit, Pattern(path), kind, access, (call, _, ids) => Task.FromResult(run(call, ids)));

    private static Regex Pattern(string path) => new($"^{path.Replace("#", "([0-9]{1,18})", StringComparison.Ordinal)}$", RegexOptions.IgnoreCase);

    private WooAnswer Index() => WooAnswer.Ok(new JsonObject
    {
        ["name"] = _site.Store.Profile.Name,
        ["description"] = "",
        ["url"] = _site.Url,
        ["home"] = _site.Url,
        ["gmt_offset"] = _site.Time.Zone.GetUtcOffset(_site.Clock.GetUtcNow()).TotalHours,
        ["timezone_string"] = _site.Time.Zone.Id,
        ["namespaces"] = new JsonArray("oembed/1.0", "wc/store/v1", "wc/v1", "wc/v2", "wc/v3", "wp/v2"),
        ["authentication"] = new JsonArray(),
    });

    private WooAnswer Namespace() => WooAnswer.Ok(new JsonObject
    {
        ["namespace"] = "wc/v3",
        ["routes"] = new JsonObject(_routes.Skip(1).Select(route => route.Path.ToString().TrimStart('^').TrimEnd('$')).Distinct()
            .Select(path => KeyValuePair.Create(path, (JsonNode?)new JsonObject { ["namespace"] = "wc/v3" }))),
    });

    private WooAnswer SystemStatus() => WooAnswer.Ok(new JsonObject
    {
        ["environment"] = new JsonObject
        {
            ["home_url"] = _site.Url,
            ["site_url"] = _site.Url,
            ["version"] = _site.Behaviour.WooCommerceVersion,
            ["wp_version"] = _site.Behaviour.WordPressVersion,
            ["php_version"] = "8.3.6",
        },
        ["active_plugins"] = new JsonArray(),
        ["settings"] = new JsonObject
        {
            ["api_enabled"] = false,
            ["force_ssl"] = false,
            ["currency"] = _site.Store.Profile.Currency,
            ["thousand_separator"] = ",",
            ["decimal_separator"] = ".",
            ["number_of_decimals"] = _site.Decimals,
        },
    });

    private sealed record Route(
        Func<WooRequest, bool> Takes, Regex Path, string Kind, Access Access, Func<WooRequest, WooArguments, long[], Task<WooAnswer>> Run)
    {
        /// <summary>What its query declares; asked anew for each call, as the site's oddities may change.</summary>
        public Func<IReadOnlyList<WooParameter>> Parameters { get; init; } = () => [];

        /// <summary>What the schema of its body refuses.</summary>
        public Func<WooRequest, WooAnswer?> Invalid { get; init; } = _ => null;
    }
}
