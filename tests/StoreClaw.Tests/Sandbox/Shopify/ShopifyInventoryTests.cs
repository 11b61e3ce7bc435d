using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Sandbox.Shopify;

public sealed class ShopifyInventoryTests : IAsyncLifetime
{
    private ShopifyWorld _world = null!;
    private SimVariant _variant = null!;

    public async Task InitializeAsync()
    {
        _world = await ShopifyWorld.StartAsync();
        _variant = _world.Store.Products[0].Variants[0];
    }

    public async Task DisposeAsync() => await _world.DisposeAsync();

    [Fact]
    public async Task Levels_are_set_and_the_change_told()
    {
        var before = _variant.Levels[0].Available;
        var payload = await SetAsync([await QuantityAsync(0, 42, before)]);
        Assert.Empty(payload["userErrors"]!.AsArray());
        Assert.Equal(42 - before, payload["inventoryAdjustmentGroup"]!["changes"]![0]!["delta"]!.GetValue<int>());
        Assert.Equal(42, Level(0));
    }

    [Fact]
    public async Task A_stale_comparison_changes_nothing_at_all()
    {
        var (first, second) = (Level(0), Level(1));
        var payload = await SetAsync([await QuantityAsync(0, 1, first), await QuantityAsync(1, 2, second + 1)]);
        Assert.Equal("CHANGE_FROM_QUANTITY_STALE", Code(payload));
        Assert.Equal("[\"input\",\"quantities\",\"1\",\"changeFromQuantity\"]", payload["userErrors"]![0]!["field"]!.ToJsonString());
        Assert.Equal((first, second), (Level(0), Level(1)));
        Assert.Empty((await SetAsync([await QuantityAsync(0, 1, null)], "k2"))["userErrors"]!.AsArray());
    }

    [Fact]
    public async Task The_same_key_sets_once_whatever_happened_since()
    {
        JsonObject[] quantities = [await QuantityAsync(0, 42, Level(0))];
        var first = await SetAsync(quantities, key: "k1");
        _world.Store.SetStock(_variant.Id, 7);
        var again = await SetAsync(quantities, key: "k1");
        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        Assert.Equal(7, Level(0));
        Assert.Equal("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", Code(await SetAsync([await QuantityAsync(0, 43, null)], key: "k1")));
    }

    [Theory]
    [InlineData("2026-04", null)]
    [InlineData("2026-07", "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED")]
    public async Task A_key_that_failed_is_spent_from_2026_07_on(string version, string? code)
    {
        JsonObject[] quantities = [await QuantityAsync(0, 42, 8)];
        _world.Store.SetStock(_variant.Id, 9);
        Assert.Equal("CHANGE_FROM_QUANTITY_STALE", Code(await SetAsync(quantities, key: "k1", version: version)));
        _world.Store.SetStock(_variant.Id, 8);
        Assert.Equal(code, Code(await SetAsync(quantities, key: "k1", version: version)));
    }

    [Fact]
    public async Task The_guards_are_mandatory_from_2026_04_on()
    {
        var quantity = await QuantityAsync(0, 1, null);
        Assert.Equal("BAD_REQUEST", await RefusalAsync([quantity], null, "2026-04"));
        Assert.Equal("BAD_REQUEST", await RefusalAsync([quantity], " ", "2026-07"));
        Assert.Empty((await SetAsync([quantity], null, "2026-01"))["userErrors"]!.AsArray());
        quantity.Remove("changeFromQuantity");
        Assert.Equal("INVALID_FIELD_ARGUMENTS", await RefusalAsync([quantity], "k", "2026-04"));
        Assert.Equal("COMPARE_QUANTITY_REQUIRED", Code(await SetAsync([quantity], null, "2026-01")));
        quantity["compareQuantity"] = 1;
        Assert.Empty((await SetAsync([quantity], null, "2025-10"))["userErrors"]!.AsArray());
        quantity["compareQuantity"] = 5;
        Assert.Equal("COMPARE_QUANTITY_STALE", Code(await SetAsync([quantity], null, "2025-10")));
        Assert.Equal("INVALID_VARIABLE", await RefusalAsync([quantity], "k", "2026-04"));
    }

    [Theory]
    [InlineData("name", "committed", "INVALID_NAME")]
    [InlineData("reason", "because", "INVALID_REASON")]
    [InlineData("referenceDocumentUri", "no uri", "INVALID_REFERENCE_DOCUMENT")]
    [InlineData("inventoryItemId", "gid://shopify/InventoryItem/1", "INVALID_INVENTORY_ITEM")]
    [InlineData("inventoryItemId", "variant", "INVALID_INVENTORY_ITEM")]
    [InlineData("locationId", "gid://shopify/Location/1", "INVALID_LOCATION")]
    [InlineData("quantity", "-1", "INVALID_QUANTITY_NEGATIVE")]
    [InlineData("quantity", "1000000001", "INVALID_QUANTITY_TOO_HIGH")]
    [InlineData("twice", "", "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR")]
    public async Task Bad_input_is_a_user_error(string field, string value, string code)
    {
        var quantity = await QuantityAsync(0, 1, null);
        var input = Input([quantity]);
        switch (field)
        {
            case "twice":
                input = Input([quantity, (JsonObject)quantity.DeepClone()]);
                break;
            case "quantity":
                input["quantities"]![0]![field] = int.Parse(value);
                break;
            case "inventoryItemId" or "locationId":
                input["quantities"]![0]![field] = value == "variant" ? $"gid://shopify/InventoryItem/{_variant.Id}" : value;
                break;
            default:
                input[field] = value;
                break;
        }

        Assert.Equal(code, Code((await CallAsync(input, "k", "2026-07"))["data"]!["inventorySetQuantities"]!));
        Assert.Equal(_variant.Levels[0].Available, Level(0));
    }

    [Fact]
    public async Task More_than_250_entries_are_refused()
    {
        var quantity = await QuantityAsync(0, 1, null);
        Assert.Equal("MAX_INPUT_SIZE_EXCEEDED", await RefusalAsync([.. Enumerable.Range(0, 251).Select(_ => (JsonObject)quantity.DeepClone())], "k", "2026-07"));
    }

    private static string? Code(JsonNode payload) => payload["userErrors"]!.AsArray().FirstOrDefault()?["code"]?.GetValue<string>();

    private static JsonObject Input(JsonObject[] quantities) =>
        new() { ["name"] = "available", ["reason"] = "correction", ["referenceDocumentUri"] = "gid://storeclaw/Task/1", ["quantities"] = new JsonArray([.. quantities.Select(quantity => quantity.DeepClone())]) };

    private int Level(int location) => _world.Store.FindVariant(_variant.Id)!.Value.Variant.Levels[location].Available;

    private async Task<JsonObject> QuantityAsync(int location, int units, int? from)
    {
        var data = await _world.DataAsync("query($id: ID!) { productVariant(id: $id) { inventoryItem { id } } }", new { id = $"gid://shopify/ProductVariant/{_variant.Id}" });
        return new JsonObject
        {
            ["inventoryItemId"] = data["productVariant"]!["inventoryItem"]!["id"]!.DeepClone(),
            ["locationId"] = $"gid://shopify/Location/{_world.Store.Locations[location].Id}",
            ["quantity"] = units,
            ["changeFromQuantity"] = from,
        };
    }

    private async Task<JsonObject> SetAsync(JsonObject[] quantities, string? key = "k", string version = ShopifyWorld.Version)
    {
        var json = await CallAsync(Input(quantities), key, version);
        Assert.True(json["errors"] is null, json.ToJsonString());
        return json["data"]!["inventorySetQuantities"]!.AsObject();
    }

    private async Task<string> RefusalAsync(JsonObject[] quantities, string? key, string version) =>
        (await CallAsync(Input(quantities), key, version))["errors"]![0]!["extensions"]!["code"]!.GetValue<string>();

    private Task<JsonObject> CallAsync(JsonObject input, string? key, string version)
    {
        var directive = key is null ? "" : "@idempotent(key: $key)";
        var declared = key is null ? "" : ", $key: String!";
        return _world.QueryAsync(
            $"mutation($input: InventorySetQuantitiesInput!{declared}) {{ inventorySetQuantities(input: $input) {directive} {{ inventoryAdjustmentGroup {{ id reason changes {{ name delta quantityAfterChange }} }} userErrors {{ code field message }} }} }}",
            new { input, key }, version);
    }
}
