using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

internal sealed record UserErrorSource(IReadOnlyList<string>? Field, string Message, string? Code = null);

internal sealed record SubscriptionPayload(ShopifySubscription? Subscription, IReadOnlyList<UserErrorSource> Errors);

internal sealed record DeletedPayload(string? Id, IReadOnlyList<UserErrorSource> Errors);

/// <summary>Webhook subscriptions over the API.</summary>
internal static class ShopifyWebhookResolvers
{
    private static readonly SearchFields<ShopifySubscription> Search = new(
        new HashSet<string>(["created_at", "id", "updated_at"]),
        new Dictionary<string, Func<ShopifySubscription, object?>>
        {
            ["id"] = subscription => subscription.Id,
            ["created_at"] = subscription => subscription.CreatedAt,
            ["updated_at"] = subscription => subscription.UpdatedAt,
        });

    public static void Add(GraphResolvers resolvers)
    {
        Fields(resolvers);
        resolvers
            .Add<ShopifyRequest>("QueryRoot", "webhookSubscription", (request, call) => Find(request, call.Argument<string>("id")!))
            .Add<ShopifyRequest>("QueryRoot", "webhookSubscriptions", List)
            .Add<ShopifyRequest>("Mutation", "webhookSubscriptionCreate", Create)
            .Add<ShopifyRequest>("Mutation", "webhookSubscriptionUpdate", Update)
            .Add<ShopifyRequest>("Mutation", "webhookSubscriptionDelete", Delete)
            .Add<DeletedPayload>("WebhookSubscriptionDeletePayload", "deletedWebhookSubscriptionId", payload => payload.Id)
            .Add<DeletedPayload>("WebhookSubscriptionDeletePayload", "userErrors", payload => payload.Errors)
            .Add<UserErrorSource>("UserError", "field", error => error.Field)
            .Add<UserErrorSource>("UserError", "message", error => error.Message);
        foreach (var type in new[] { "WebhookSubscriptionCreatePayload", "WebhookSubscriptionUpdatePayload" })
        {
            resolvers
                .Add<SubscriptionPayload>(type, "webhookSubscription", payload => payload.Subscription)
                .Add<SubscriptionPayload>(type, "userErrors", payload => payload.Errors);
        }
    }

    private static void Fields(GraphResolvers resolvers) => resolvers
        .Type<ShopifySubscription>("WebhookSubscription")
        .Add<ShopifySubscription>("WebhookSubscription", "apiVersion", subscription => subscription.ApiVersion)
        .Add<string>("ApiVersion", "displayName", version => version)
        .Add<string>("ApiVersion", "handle", version => version)
        .Add<string>("ApiVersion", "supported", _ => true)
        .Add<ShopifySubscription>("WebhookSubscription", "callbackUrl", subscription => subscription.Uri)
        .Add<ShopifySubscription>("WebhookSubscription", "createdAt", subscription => subscription.CreatedAt)
        .Add<ShopifySubscription>("WebhookSubscription", "endpoint", subscription => new Uri(subscription.Uri))
        .Type<Uri>("WebhookHttpEndpoint")
        .Add<Uri>("WebhookHttpEndpoint", "callbackUrl", uri => uri.OriginalString)
        .Add<ShopifySubscription>("WebhookSubscription", "filter", _ => null)
        .Add<ShopifySubscription>("WebhookSubscription", "format", _ => "JSON")
        .Add<ShopifySubscription>("WebhookSubscription", "id", subscription => ShopifyIds.Gid("WebhookSubscription", subscription.Id))
        .Add<ShopifySubscription>("WebhookSubscription", "includeFields", subscription => subscription.IncludeFields)
        .Add<ShopifySubscription>("WebhookSubscription", "legacyResourceId", subscription => subscription.Id)
        .Add<ShopifySubscription>("WebhookSubscription", "metafieldNamespaces", _ => Array.Empty<string>())
        .Add<ShopifySubscription>("WebhookSubscription", "name", subscription => subscription.Name)
        .Add<ShopifySubscription>("WebhookSubscription", "topic", subscription => subscription.Topic)
        .Add<ShopifySubscription>("WebhookSubscription", "updatedAt", subscription => subscription.UpdatedAt)
        .Add<ShopifySubscription>("WebhookSubscription", "uri", subscription => subscription.Uri);

    private static ShopifySubscription? Find(ShopifyRequest request, string gid)
    {
        var id = ShopifyIds.Parse(gid, "WebhookSubscription");
        return request.Shop.Subscriptions.FirstOrDefault(subscription => subscription.Id == id);
    }

    private static ShopifyPage List(ShopifyRequest request, GraphCall call)
    {
        var topics = (call.Arguments.GetValueOrDefault("topics") as IEnumerable<object?>)?.ToList();
        var uri = call.Argument<string>("uri");
        var filter = request.Filter(call, Search);
        return ShopifyPages.Page(
            request.Shop.Subscriptions,
            call.Argument<string>("sortKey")!,
            subscription => (ShopifyPages.Key(subscription.Id), subscription.Id),
            subscription => (topics is null || topics.Contains(subscription.Topic)) && (uri is null || subscription.Uri == uri)
                && call.Argument<string>("format") != "XML" && filter(subscription),
            call);
    }

    private static SubscriptionPayload Create(ShopifyRequest request, GraphCall call)
    {
        var topic = call.Argument<string>("topic")!;
        var input = Input(call);
        var uri = Uri(input);
        var errors = Problems(request, topic, uri, except: null);
        if (errors.Count > 0)
        {
            return Refuse(request, errors);
        }

        var created = new ShopifySubscription(
            request.Platform.NextId(), topic, uri!, request.Version, input.GetValueOrDefault("name") as string, IncludeFields(input) ?? [], request.Now, request.Now, 0);
        request.Shop.Change(subscriptions => [.. subscriptions, created]);
        return new SubscriptionPayload(created, []);
    }

    private static SubscriptionPayload Update(ShopifyRequest request, GraphCall call)
    {
        if (Find(request, call.Argument<string>("id")!) is not { } old)
        {
            return Refuse(request, [new(["id"], "Webhook subscription does not exist")]);
        }

        var input = Input(call);
        var uri = Uri(input) ?? old.Uri;
        var errors = Problems(request, old.Topic, uri, old.Id);
        if (errors.Count > 0)
        {
            return Refuse(request, errors);
        }

        var updated = old with
        {
            Uri = uri,
            Name = input.GetValueOrDefault("name") as string ?? old.Name,
            IncludeFields = IncludeFields(input) ?? old.IncludeFields,
            UpdatedAt = request.Now,
        };
        request.Shop.Change(subscriptions => [.. subscriptions.Select(subscription => subscription.Id == old.Id ? updated : subscription)]);
        return new SubscriptionPayload(updated, []);
    }

    private static DeletedPayload Delete(ShopifyRequest request, GraphCall call)
    {
        if (Find(request, call.Argument<string>("id")!) is not { } old)
        {
            request.Platform.Log.Refuse(request.Shop.Domain, "graphql", "Webhook subscription does not exist");
            return new DeletedPayload(null, [new(["id"], "Webhook subscription does not exist")]);
        }

        request.Shop.Change(subscriptions => [.. subscriptions.Where(subscription => subscription.Id != old.Id)]);
        return new DeletedPayload(ShopifyIds.Gid("WebhookSubscription", old.Id), []);
    }

    private static IReadOnlyDictionary<string, object?> Input(GraphCall call)
    {
        var input = (IReadOnlyDictionary<string, object?>)call.Arguments["webhookSubscription"]!;
        var unsupported = new[] { "filter", "metafieldNamespaces" }.FirstOrDefault(name => input.GetValueOrDefault(name) is not null);
        return unsupported is null && input.GetValueOrDefault("format") is not "XML"
            ? input
            : throw new GraphFaultException($"The simulator does not send webhooks with {unsupported ?? "XML"}", "SIMULATOR_UNSUPPORTED");
    }

    private static string? Uri(IReadOnlyDictionary<string, object?> input) => (input.GetValueOrDefault("uri") ?? input.GetValueOrDefault("callbackUrl")) as string;

    private static string[]? IncludeFields(IReadOnlyDictionary<string, object?> input) =>
        (input.GetValueOrDefault("includeFields") as IEnumerable<object?>)?.Cast<string>().ToArray();

    private static List<UserErrorSource> Problems(ShopifyRequest request, string topic, string? uri, long? except)
    {
        var errors = new List<UserErrorSource>();
        string[] field = ["webhookSubscription", "callbackUrl"];
        if (Scope(topic) is { } scope && !request.Has(scope))
        {
            var shown = topic.ToLowerInvariant();
            errors.Add(new(
                ["webhookSubscription", "topic"],
                $"You do not have permission to create or update webhooks with {shown} topic. This topic might require additional permissions or scopes."));
        }

        if (string.IsNullOrWhiteSpace(uri))
        {
            errors.Add(new(field, "Address can't be blank"));
        }
        else if (!System.Uri.TryCreate(uri, UriKind.Absolute, out var address) || !(address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback)))
        {
            errors.Add(new(field, "Address protocol is not supported, use https"));
        }
        else if (request.Shop.Subscriptions.Any(other => other.Topic == topic && other.Uri == uri && other.Id != except))
        {
            errors.Add(new(field, "Address for this topic has already been taken"));
        }

        return errors;
    }

    private static SubscriptionPayload Refuse(ShopifyRequest request, IReadOnlyList<UserErrorSource> errors)
    {
        foreach (var error in errors)
        {
            request.Platform.Log.Refuse(request.Shop.Domain, "graphql", error.Message);
        }

        return new SubscriptionPayload(null, errors);
    }

    private static string? Scope(string topic) => topic.Split('_')[0] switch
    {
        "ORDERS" or "REFUNDS" => "read_orders",
        "PRODUCTS" => "read_products",
        "INVENTORY" => "read_inventory",
        "CUSTOMERS" => "read_customers",
        "LOCATIONS" => "read_locations",
        _ => null,
    };
}
