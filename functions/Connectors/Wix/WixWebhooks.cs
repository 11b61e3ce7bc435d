using System.Security.Cryptography;
using System.Text;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Connectors.Wix;

/// <summary>
/// The body is a JWT, signed with one key for all sites of the app. Its claim "data" is JSON in a text, whose "data" is JSON in a text again: the event.
/// Addresses are typed into the app's dashboard.
/// </summary>
internal sealed class WixWebhooks : IWebhooks
{
    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now) => JwtSignature.Verify(request.Body, secrets, now);

    /// <summary>Never null: what names no instance is for nobody, and not for all.</summary>
    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => Open(request.Body)?.Instance ?? "";

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Secrets.TryGetValue("webhookPublicKey", out var key) ? [key] : [];

    /// <summary>The older flat events have no id: a hash of all that was sent, the time of sending included, stands for it.</summary>
    public DeliveryHead Head(WebhookRequest request)
    {
        var letter = Open(request.Body);
        return new DeliveryHead(letter?.Topic ?? "", letter?.Event?.IdOrNull("id") ?? Convert.ToHexStringLower(SHA256.HashData(JwtSignature.Payload(request.Body).Span)), Stamps.Read(letter?.Event.TextOrNull("eventTime")));
    }

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        if (!WixDescriptor.Value.Topics.Contains(delivery.Topic))
        {
            return [new NothingChange(delivery.Topic)];
        }

        // Signed with the key of all sites, so one site's delivery is genuine at another's address too.
        var letter = Open(delivery.Body) ?? throw new FormatException("The body is not a JWT with an event.");
        return letter.Instance != store.Store || letter.Topic != delivery.Topic ? [new NothingChange($"{delivery.Topic} of another instance")]
            : letter.Topic == "AppRemoved" ? [new UninstalledChange()]
            : [Change(delivery.Topic, letter.Event ?? throw new FormatException("'data' is not an event."))];
    }

    private static Change Change(string topic, JsonElement told)
    {
        var (isErasure, isGone) = (told.Flag("triggeredByAnonymizeRequest"), topic.EndsWith("eleted", StringComparison.Ordinal));
        return (topic.Split('.')[^1].Split('_')[0], Entity(told)) switch
        {
            ("order", _) when isErasure => new ErasureChange(null, [told.Id("entityId")], Report: false),
            ("order", { } order) when WixRecords.IsWhole(order) => WixRecords.Order(order, []),
            ("order", _) => new LookupChange(Resource.Orders, told.Id("entityId"), MayBeGone: false),
            ("contact", _) when isErasure => new ErasureChange(told.Id("entityId"), [], Report: false),
            ("contact", { } contact) when contact.Member("createdDate") is not null && contact.Member("updatedDate") is not null => WixRecords.Customer(contact),
            ("contact", _) => new LookupChange(Resource.Customers, told.Id("entityId"), isGone),
            ("product", _) => new LookupChange(Resource.Products, told.Id("entityId"), isGone),
            ("inventory", { } item) when item.Member("updatedDate") is not null => new StockChange(WixRecords.Levels(item).Single().Level),
            ("inventory", _) => new NothingChange(topic),
            ("InventoryItemChanged" or "InventoryVariantsChanged", _) => new LookupChange(Resource.Stock, told.Id("productId"), MayBeGone: false),
            _ => new LookupChange(Resource.Products, told.Id("productId"), isGone),
        };
    }

    /// <summary>The record an event brings along.</summary>
    private static JsonElement? Entity(JsonElement told)
    {
        var places = new[] { ("createdEvent", "entity"), ("updatedEvent", "currentEntity"), ("actionEvent", "body") };
        var entity = places.Select(place => Opened(told.Member(place.Item1), place.Item2) ?? Opened(told.Member(place.Item1), $"{place.Item2}AsJson")).FirstOrDefault(static found => found is not null);
        return entity.Member("order") ?? entity;
    }

    /// <summary>Null when it is no JWT with an envelope.</summary>
    private static Letter? Open(ReadOnlyMemory<byte> body)
    {
        try
        {
            var outer = Opened(JsonReading.ParseObject(JwtSignature.Payload(body)), "data");
            return outer is null ? null : new Letter(outer.TextOrNull("instanceId")?.ToLowerInvariant() ?? "", outer.TextOrNull("eventType") ?? "", Opened(outer, "data"));
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <summary>An object, or the one that stands as JSON in a text; null when there is neither.</summary>
    private static JsonElement? Opened(JsonElement? element, string name)
    {
        try
        {
            return element.Member(name) is { ValueKind: JsonValueKind.Object } member ? member : element.TextOrNull(name) is { } text ? JsonReading.ParseObject(Encoding.UTF8.GetBytes(text)) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <param name="Event">Null where it is no object.</param>
    private sealed record Letter(string Instance, string Topic, JsonElement? Event);
}
