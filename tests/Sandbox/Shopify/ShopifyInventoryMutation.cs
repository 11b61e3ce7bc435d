using System.Globalization;
using System.Text.Json;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

internal sealed record AdjustmentSource(string Id, DateTimeOffset At, string Reason, string? Document, IReadOnlyList<AdjustmentChange> Changes);

internal sealed record AdjustmentChange(InventoryItemSource Item, SimLocation Location, string Name, int Delta, int After);

internal sealed record StockPayload(AdjustmentSource? Group, IReadOnlyList<UserErrorSource> Errors);

/// <summary>inventorySetQuantities: all levels or none, with the guards of each version.</summary>
internal static class ShopifyInventoryMutation
{
    private const int MaxInputs = 250;
    private const int MaxUnits = 1_000_000_000;

    private static readonly string[] Reasons =
    [
        "correction", "cycle_count_available", "damaged", "movement_canceled", "movement_created", "movement_received", "movement_updated", "other", "promotion",
        "quality_control", "received", "reservation_created", "reservation_deleted", "reservation_updated", "restock", "safety_stock", "shrinkage",
    ];

    public static void Add(GraphResolvers resolvers) => resolvers
        .Add<ShopifyRequest>("Mutation", "inventorySetQuantities", Set)
        .Add<StockPayload>("InventorySetQuantitiesPayload", "inventoryAdjustmentGroup", payload => payload.Group)
        .Add<StockPayload>("InventorySetQuantitiesPayload", "userErrors", payload => payload.Errors)
        .Add<UserErrorSource>("InventorySetQuantitiesUserError", "code", error => error.Code)
        .Add<UserErrorSource>("InventorySetQuantitiesUserError", "field", error => error.Field)
        .Add<UserErrorSource>("InventorySetQuantitiesUserError", "message", error => error.Message)
        .Type<AdjustmentSource>("InventoryAdjustmentGroup")
        .Add<AdjustmentSource>("InventoryAdjustmentGroup", "changes", (group, call) => Changes(group, call))
        .Add<AdjustmentSource>("InventoryAdjustmentGroup", "createdAt", group => group.At)
        .Add<AdjustmentSource>("InventoryAdjustmentGroup", "id", group => group.Id)
        .Add<AdjustmentSource>("InventoryAdjustmentGroup", "reason", group => group.Reason)
        .Add<AdjustmentSource>("InventoryAdjustmentGroup", "referenceDocumentUri", group => group.Document)
        .Add<AdjustmentChange>("InventoryChange", "delta", change => change.Delta)
        .Add<AdjustmentChange>("InventoryChange", "item", change => change.Item)
        .Add<AdjustmentChange>("InventoryChange", "location", change => change.Location)
        .Add<AdjustmentChange>("InventoryChange", "name", change => change.Name)
        .Add<AdjustmentChange>("InventoryChange", "quantityAfterChange", change => change.After);

    /// <exception cref="GraphFaultException">More entries than one call may carry.</exception>
    public static void CheckSize(int count)
    {
        if (count > MaxInputs)
        {
            throw new GraphFaultException($"The input array size of {count} is greater than the maximum allowed of {MaxInputs}.", "MAX_INPUT_SIZE_EXCEEDED");
        }
    }

    private static IEnumerable<AdjustmentChange> Changes(AdjustmentSource group, GraphCall call)
    {
        var items = (call.Arguments.GetValueOrDefault("inventoryItemIds") as IEnumerable<object?>)?.ToList();
        return group.Changes.Where(change => items is null || items.Contains(ShopifyIds.Gid("InventoryItem", ShopifyIds.InventoryItem(change.Item.Variant))));
    }

    private static StockPayload Set(ShopifyRequest request, GraphCall call)
    {
        var input = (IReadOnlyDictionary<string, object?>)call.Arguments["input"]!;
        var quantities = ((IEnumerable<object?>)input["quantities"]!).Cast<IReadOnlyDictionary<string, object?>>().ToArray();
        var strict = string.CompareOrdinal(request.Version, "2026-04") >= 0;
        CheckSize(quantities.Length);
        if (strict && quantities.Any(quantity => !quantity.ContainsKey("changeFromQuantity")))
        {
            throw new GraphFaultException("InventoryQuantityInput must include the following argument: changeFromQuantity.", "INVALID_FIELD_ARGUMENTS");
        }

        if (call.Idempotency is null)
        {
            return strict
                ? throw new GraphFaultException("The @idempotent directive is required for this mutation but was not provided.", "BAD_REQUEST")
                : Apply(request, input, quantities);
        }

        if (string.IsNullOrWhiteSpace(call.Idempotency))
        {
            throw new GraphFaultException("The idempotency key cannot be an empty string or whitespace only.", "BAD_REQUEST");
        }

        return Once(request, call.Idempotency, JsonSerializer.Serialize(input), () => Apply(request, input, quantities));
    }

    private static StockPayload Once(ShopifyRequest request, string key, string parameters, Func<StockPayload> apply)
    {
        lock (request.Shop.InventoryLock)
        {
            if (request.Shop.Idempotent.TryGetValue(key, out var earlier))
            {
                if (earlier.Parameters != parameters)
                {
                    const string mismatch = "The same idempotency key cannot be used with different operation parameters.";
                    return Fail(request, new UserErrorSource(null, mismatch, "IDEMPOTENCY_KEY_PARAMETER_MISMATCH"));
                }

                if (!earlier.Failed)
                {
                    return (StockPayload)earlier.Payload;
                }

                if (string.CompareOrdinal(request.Version, "2026-07") >= 0)
                {
                    const string spent = "A previous request with this idempotency key failed. Retry with a new idempotency key.";
                    return Fail(request, new UserErrorSource(null, spent, "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED"));
                }
            }

            var payload = apply();
            request.Shop.Idempotent[key] = (parameters, payload, payload.Errors.Count > 0);
            return payload;
        }
    }

    private static StockPayload Apply(ShopifyRequest request, IReadOnlyDictionary<string, object?> input, IReadOnlyDictionary<string, object?>[] quantities)
    {
        var errors = new List<UserErrorSource>();
        var name = (string)input["name"]!;
        var reason = (string)input["reason"]!;
        var document = input.GetValueOrDefault("referenceDocumentUri") as string;
        Check(name is "available" or "on_hand", ["input", "name"], "The quantity name must be either 'available' or 'on_hand'.", "INVALID_NAME");
        Check(Reasons.Contains(reason), ["input", "reason"], "The specified reason is invalid.", "INVALID_REASON");
        var sound = document is null || Uri.TryCreate(document, UriKind.Absolute, out _);
        Check(sound, ["input", "referenceDocumentUri"], "The specified reference document is invalid.", "INVALID_REFERENCE_DOCUMENT");
        var ignore = input.GetValueOrDefault("ignoreCompareQuantity") is true;
        var levels = quantities.Select((quantity, index) => Level(request, quantity, index, ignore, errors)).ToArray();
        var twice = levels.Where(level => level.Item is not null).GroupBy(level => (level.Item!.Variant.Id, level.LocationId)).Any(group => group.Count() > 1);
        Check(!twice, ["input", "quantities"], "The combination of inventoryItemId and locationId must be unique.", "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR");
        if (errors.Count > 0)
        {
            return Fail(request, [.. errors]);
        }

        var settings = levels.Select(level => new StockSetting(level.Item!.Variant.Id, level.LocationId, level.Units, level.Expected));
        var stale = request.Shop.Store.SetStock([.. settings]);
        return stale.Count > 0
            ? Fail(request, [.. stale.Select(index => Stale(levels[index].Comparison, index))])
            : new StockPayload(Group(request, name, reason, document, levels), []);

        void Check(bool holds, string[] field, string message, string code)
        {
            if (!holds)
            {
                errors.Add(new(field, message, code));
            }
        }
    }

    private static LevelInput Level(ShopifyRequest request, IReadOnlyDictionary<string, object?> quantity, int index, bool ignore, List<UserErrorSource> errors)
    {
        var item = ShopifyIds.TryParse((string)quantity["inventoryItemId"]!, "InventoryItem") is { } itemId
            && request.Shop.Store.FindVariant(ShopifyIds.VariantOf(itemId)) is var (product, variant) ? new InventoryItemSource(product, variant) : null;
        var location = ShopifyIds.TryParse((string)quantity["locationId"]!, "Location");
        var units = (int)quantity["quantity"]!;
        if (item is null)
        {
            Error("inventoryItemId", "The specified inventory item could not be found.", "INVALID_INVENTORY_ITEM");
        }

        if (request.Shop.Store.Locations.All(known => known.Id != location))
        {
            Error("locationId", "The specified location could not be found.", "INVALID_LOCATION");
        }
        else if (item is not null && item.Variant.Levels.All(level => level.LocationId != location))
        {
            Error("locationId", "The specified inventory item is not stocked at the location.", "ITEM_NOT_STOCKED_AT_LOCATION");
        }

        if (units < 0)
        {
            Error("quantity", "The quantity can't be negative.", "INVALID_QUANTITY_NEGATIVE");
        }
        else if (units > MaxUnits)
        {
            Error("quantity", "The total quantity can't be higher than 1,000,000,000.", "INVALID_QUANTITY_TOO_HIGH");
        }

        var swap = quantity.ContainsKey("changeFromQuantity");
        var expected = swap ? quantity["changeFromQuantity"] as int? : ignore ? null : quantity.GetValueOrDefault("compareQuantity") as int?;
        if (!swap && !ignore && expected is null)
        {
            const string required = "The compareQuantity argument must be given to each quantity or ignored using ignoreCompareQuantity.";
            Error("compareQuantity", required, "COMPARE_QUANTITY_REQUIRED");
        }

        return new LevelInput(item, location ?? 0, units, expected, swap ? "changeFromQuantity" : "compareQuantity");

        void Error(string field, string message, string code) => errors.Add(new(Path(index, field), message, code));
    }

    private static UserErrorSource Stale(string comparison, int index) => new(
        Path(index, comparison), $"The {comparison} value does not match persisted value.",
        comparison == "changeFromQuantity" ? "CHANGE_FROM_QUANTITY_STALE" : "COMPARE_QUANTITY_STALE");

    private static string[] Path(int index, string field) => ["input", "quantities", index.ToString(CultureInfo.InvariantCulture), field];

    private static AdjustmentSource Group(ShopifyRequest request, string name, string reason, string? document, LevelInput[] levels)
    {
        var changes = levels.Select(level =>
        {
            var before = level.Item!.Variant.Levels.First(old => old.LocationId == level.LocationId).Available;
            var location = request.Shop.Store.Locations.First(known => known.Id == level.LocationId);
            return new AdjustmentChange(level.Item, location, name, level.Units - before, level.Units);
        });
        return new AdjustmentSource(ShopifyIds.Gid("InventoryAdjustmentGroup", request.Platform.NextId()), request.Now, reason, document, [.. changes]);
    }

    private static StockPayload Fail(ShopifyRequest request, params UserErrorSource[] errors)
    {
        foreach (var error in errors)
        {
            request.Platform.Log.Refuse(request.Shop.Domain, "graphql", $"{error.Code}: {error.Message}");
        }

        return new StockPayload(null, errors);
    }

    private sealed record LevelInput(InventoryItemSource? Item, long LocationId, int Units, int? Expected, string Comparison);
}
