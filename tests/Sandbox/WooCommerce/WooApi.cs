using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>Routes of <c>/wc/v3</c>: finds the handler, then checks parameters, then rights, as WordPress does in this order.</summary>
internal sealed partial class WooApi
{
    private readonly WooCommerceSite _site;
    private readonly IReadOnlyList<Route> _routes;

    public WooApi(WooCommerceSite site)
    {
        _site = site;
        var orders = new WooOrders(site);
        var products = new WooProducts(site);
        var customers = new WooCustomers(site);
        var webhooks = new WooWebhookResource(site);
        _routes =
        [
            Read("", "index", Access.Public, () => [], (_, _, _) => Index()),
            Read("/wc/v3", "index", Access.Public, () => [], (_, _, _) => Namespace()),
            Read("/wc/v3/system_status", "system_status", Access.List, () => [], (_, _, _) => SystemStatus()),
            Read("/wc/v3/orders", "orders.list", Access.List, () => orders.Parameters, (request, arguments, _) => orders.List(request, arguments)),
            Read("/wc/v3/orders/#", "orders.get", Access.View, () => [], (request, _, ids) => orders.Get(request, ids[0])),
            Read("/wc/v3/orders/#/refunds", "refunds.list", Access.List, () => orders.Parameters, (request, arguments, ids) => orders.Refunds(request, arguments, ids[0])),
            Read("/wc/v3/orders/#/refunds/#", "refunds.get", Access.View, () => [], (request, _, ids) => orders.Refund(request, ids[0], ids[1])),
            Read("/wc/v3/products", "products.list", Access.List, () => products.Parameters, (request, arguments, _) => products.List(request, arguments)),
            Read("/wc/v3/products/#", "products.get", Access.View, () => [], (request, _, ids) => products.Get(request, ids[0])),
            Edit("/wc/v3/products/#", "products.update", Access.Edit, (request, ids) => products.Update(request, ids[0])),
            Edit("/wc/v3/products/batch", "products.batch", Access.Batch, (request, _) => products.Batch(request)),
            Read("/wc/v3/products/#/variations", "variations.list", Access.List, () => products.Parameters, (request, arguments, ids) => products.Variations(request, arguments, ids[0])),
            Read("/wc/v3/products/#/variations/#", "variations.get", Access.View, () => [], (request, _, ids) => products.Variation(request, ids[0], ids[1])),
            Edit("/wc/v3/products/#/variations/#", "variations.update", Access.Edit, (request, ids) => products.UpdateVariation(request, ids[0], ids[1])),
            Edit("/wc/v3/products/#/variations/batch", "variations.batch", Access.Batch, (request, ids) => products.BatchVariations(request, ids[0])),
            Read("/wc/v3/customers", "customers.list", Access.List, () => WooCustomers.Parameters, (request, arguments, _) => customers.List(request, arguments)),
            Read("/wc/v3/customers/#", "customers.get", Access.View, () => [], (request, _, ids) => customers.Get(request, ids[0])),
            Read("/wc/v3/webhooks", "webhooks.list", Access.List, () => WooWebhookResource.Parameters, (request, arguments, _) => webhooks.List(request, arguments)),
            Read("/wc/v3/webhooks/#", "webhooks.get", Access.View, () => [], (request, _, ids) => webhooks.Get(request, ids[0])),
            new(request => request.Method == "POST", Pattern("/wc/v3/webhooks"), "webhooks.create", Access.Create, () => [], request => WooWebhookResource.Invalid(request, creating: true), (request, _, _) => webhooks.CreateAsync(request.Member)),
            new(request => request.IsEdit, Pattern("/wc/v3/webhooks/#"), "webhooks.update", Access.Edit, () => [], request => WooWebhookResource.Invalid(request, creating: false), (request, _, ids) => webhooks.UpdateAsync(request.Member, ids[0])),
            new(request => request.Method == "DELETE", Pattern("/wc/v3/webhooks/#"), "webhooks.delete", Access.Delete, () => [], _ => null, (request, _, ids) => Task.FromResult(webhooks.Delete(IsTrue(request, "force"), ids[0]))),
            new(request => request.IsEdit, Pattern("/wc/v3/webhooks/batch"), "webhooks.batch", Access.Batch, () => [], _ => null, (request, _, _) => webhooks.BatchAsync(request)),
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
            return WooAnswer.Refused(401, "woocommerce_rest_authentication_error", $"The API key provided does not have {(request.IsRead ? "read" : "write")} permissions.");
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

    private static Route Read(string path, string kind, Access access, Func<IReadOnlyList<WooParameter>> parameters, Func<WooRequest, WooArguments, long[], WooAnswer> run) =>
        new(request => request.IsRead, Pattern(path), kind, access, parameters, _ => null, (request, arguments, ids) => Task.FromResult(run(request, arguments, ids)));

    private static Route Edit(string path, string kind, Access access, Func<WooRequest, long[], WooAnswer> run) =>
        new(request => request.IsEdit, Pattern(path), kind, access, () => [], _ => null, (request, _, ids) => Task.FromResult(run(request, ids)));

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
        Func<WooRequest, bool> Takes,
        Regex Path,
        string Kind,
        Access Access,
        Func<IReadOnlyList<WooParameter>> Parameters,
        Func<WooRequest, WooAnswer?> Invalid,
        Func<WooRequest, WooArguments, long[], Task<WooAnswer>> Run);
}
