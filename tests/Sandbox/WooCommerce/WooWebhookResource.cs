using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>The REST resource over a site's webhooks.</summary>
internal sealed class WooWebhookResource(WooCommerceSite site)
{
    private static readonly string[] Statuses = ["active", "paused", "disabled"];

    private static readonly Dictionary<string, string[]> Hooks = new()
    {
        ["coupon.created"] = ["woocommerce_process_shop_coupon_meta", "woocommerce_new_coupon"],
        ["coupon.updated"] = ["woocommerce_process_shop_coupon_meta", "woocommerce_update_coupon"],
        ["coupon.deleted"] = ["wp_trash_post"],
        ["coupon.restored"] = ["untrashed_post"],
        ["customer.created"] = ["user_register", "woocommerce_created_customer", "woocommerce_new_customer"],
        ["customer.updated"] = ["profile_update", "woocommerce_update_customer"],
        ["customer.deleted"] = ["delete_user"],
        ["order.created"] = ["woocommerce_new_order"],
        ["order.updated"] = ["woocommerce_update_order", "woocommerce_order_refunded"],
        ["order.deleted"] = ["wp_trash_post", "woocommerce_trash_order"],
        ["order.restored"] = ["untrashed_post", "woocommerce_untrash_order"],
        ["product.created"] = ["woocommerce_process_product_meta", "woocommerce_new_product", "woocommerce_new_product_variation"],
        ["product.updated"] = ["woocommerce_process_product_meta", "woocommerce_update_product", "woocommerce_update_product_variation"],
        ["product.deleted"] = ["wp_trash_post"],
        ["product.restored"] = ["untrashed_post"],
    };

    private readonly WooPage _page = new(site);

    public static IReadOnlyList<WooParameter> Parameters =>
    [
        .. WooParameters.Paging(),
        new("search", WooKind.Text),
        new("after", WooKind.Date), new("before", WooKind.Date),
        new("order", WooKind.Choice) { Default = "desc", Values = ["asc", "desc"] },
        new("orderby", WooKind.Choice) { Default = "date", Values = ["date", "id", "title"] },
        new("status", WooKind.Choice) { Default = "all", Values = ["all", .. Statuses] },
    ];

    public WooAnswer List(WooRequest request, WooArguments arguments)
    {
        var status = arguments.Text("status");
        var found = site.Hooks.All.Where(webhook => status == "all" || webhook.Status == status);
        List<WooWebhook> sorted = [.. arguments.Text("order") == "asc" ? found.OrderBy(webhook => webhook.Id) : found.OrderByDescending(webhook => webhook.Id)];
        return _page.Of(request, arguments, "webhooks", sorted, Show);
    }

    public WooAnswer Get(WooRequest request, long id) =>
        site.Hooks.Find(id) is { } webhook ? WooAnswer.Ok(_page.Show(request, Show(webhook))) : WooAnswer.InvalidId("shop_webhook", updating: true);

    /// <summary>What the schema refuses before anybody looks at the values.</summary>
    public static WooAnswer? Invalid(WooRequest request, bool creating)
    {
        string[] missing = creating ? [.. ((string[])["topic", "delivery_url"]).Where(name => request.Member(name) is null)] : [];
        if (missing.Length > 0)
        {
            return WooAnswer.Refused(
                400,
                "rest_missing_callback_param",
                $"Missing parameter(s): {string.Join(", ", missing)}",
                new JsonObject { ["params"] = WooJson.Array(missing.Select(name => (JsonNode)name)) });
        }

        return request.Member("status") is { } status && !Statuses.Contains(status.ToString())
            ? WooParameters.Invalid([("status", "rest_not_in_enum", "status is not one of active, paused, and disabled.")])
            : null;
    }

    /// <summary>Creates it active whatever status was asked for, and pings the receiver before answering.</summary>
    public async Task<WooAnswer> CreateAsync(Func<string, JsonElement?> member)
    {
        var (topic, address) = (member("topic")?.ToString() ?? "", member("delivery_url")?.ToString() ?? "");
        if (Judge(topic, address) is { } refusal)
        {
            return refusal;
        }

        var secret = member("secret")?.ToString();
        if (string.IsNullOrEmpty(secret))
        {
            site.Log.Violated("webhooks.create", "without a secret the store makes one that nobody learns");
            secret = site.Hash($"secret {site.Hooks.All.Count}")[..50];
        }

        var name = member("name")?.ToString() is { Length: > 0 } given ? given : $"Webhook created on {site.Time.Local(site.Clock.GetUtcNow())}";
        var webhook = site.Hooks.Add(name, topic, address, secret);
        var shown = Show(webhook);
        await site.Hooks.PingAsync(webhook);
        return new WooAnswer(201, shown) { Headers = [("Location", site.RestUrl($"webhooks/{webhook.Id}"))] };
    }

    public async Task<WooAnswer> UpdateAsync(Func<string, JsonElement?> member, long id)
    {
        if (site.Hooks.Find(id) is not { } webhook)
        {
            return WooAnswer.InvalidId("shop_webhook", updating: true);
        }

        var topic = Given(member, "topic") ?? webhook.Topic;
        var address = Given(member, "delivery_url") ?? webhook.DeliveryUrl;
        if (Judge(topic, address) is { } refusal)
        {
            return refusal;
        }

        var moved = address != webhook.DeliveryUrl;
        webhook.Topic = topic;
        webhook.DeliveryUrl = address;
        webhook.Secret = Given(member, "secret") ?? webhook.Secret;
        webhook.Status = Given(member, "status") ?? webhook.Status;
        webhook.Name = Given(member, "name") ?? webhook.Name;
        await site.Hooks.SaveAsync(webhook, moved);
        return WooAnswer.Ok(Show(webhook));
    }

    public WooAnswer Delete(bool force, long id)
    {
        if (!force)
        {
            return WooAnswer.Refused(501, "woocommerce_rest_trash_not_supported", "Webhooks do not support trashing.");
        }

        if (site.Hooks.Find(id) is not { } webhook)
        {
            return WooAnswer.InvalidId("shop_webhook");
        }

        site.Hooks.Remove(webhook);
        return WooAnswer.Ok(Show(webhook));
    }

    public async Task<WooAnswer> BatchAsync(WooRequest request)
    {
        var answer = new JsonObject();
        await FillAsync("create", item => CreateAsync(Members(item)), _ => 0);
        await FillAsync("update", item => UpdateAsync(Members(item), Id(item)), Id);
        await FillAsync("delete", item => Task.FromResult(Delete(force: true, item.GetInt64())), item => item.GetInt64());
        return WooAnswer.Ok(answer);

        async Task FillAsync(string name, Func<JsonElement, Task<WooAnswer>> work, Func<JsonElement, long> id)
        {
            foreach (var item in request.Member(name) is { ValueKind: JsonValueKind.Array } list ? list.EnumerateArray() : default)
            {
                var result = await work(item);
                answer[name] ??= new JsonArray();
                answer[name]!.AsArray().Add(result.Code is null ? result.Body : new JsonObject { ["id"] = id(item), ["error"] = result.Body });
            }
        }
    }

    private static Func<string, JsonElement?> Members(JsonElement item) => name => item.TryGetProperty(name, out var member) ? member : null;

    private static long Id(JsonElement item) => item.TryGetProperty("id", out var id) && id.TryGetInt64(out var number) ? number : 0;

    private static string? Given(Func<string, JsonElement?> member, string name) => member(name)?.ToString() is { Length: > 0 } text ? text : null;

    private static WooAnswer? Judge(string topic, string address)
    {
        var custom = topic.StartsWith("action.woocommerce_", StringComparison.Ordinal) || topic.StartsWith("action.wc_", StringComparison.Ordinal);
        if (!custom && !Hooks.ContainsKey(topic))
        {
            return WooAnswer.Refused(400, "woocommerce_rest_shop_webhook_invalid_topic", "Webhook topic is required and must be valid.");
        }

        return Uri.TryCreate(address, UriKind.Absolute, out var url) && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            ? null
            : WooAnswer.Refused(
                400, "woocommerce_rest_shop_webhook_invalid_delivery_url", "Webhook delivery URL must be a valid URL starting with http:// or https://.");
    }

    private JsonObject Show(WooWebhook webhook) => new()
    {
        ["id"] = webhook.Id,
        ["name"] = webhook.Name,
        ["status"] = webhook.Status,
        ["topic"] = webhook.Topic,
        ["resource"] = webhook.Resource,
        ["event"] = webhook.Event,
        ["hooks"] = WooJson.Array((Hooks.GetValueOrDefault(webhook.Topic) ?? [webhook.Event]).Select(hook => (JsonNode)hook)),
        ["delivery_url"] = webhook.DeliveryUrl,
        ["date_created"] = site.Time.Local(webhook.CreatedAt),
        ["date_created_gmt"] = WooTime.Gmt(webhook.CreatedAt),
        ["date_modified"] = webhook.ModifiedAt is { } modified ? site.Time.Local(modified) : null,
        ["date_modified_gmt"] = webhook.ModifiedAt is { } modifiedGmt ? WooTime.Gmt(modifiedGmt) : null,
        ["_links"] = site.Links($"webhooks/{webhook.Id}", "webhooks"),
    };
}
