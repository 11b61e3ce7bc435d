using StoreClaw.Commerce;
using StoreClaw.Storage;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Commerce;

public sealed class StockBookTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Variants_are_joined_with_the_levels_of_their_items()
    {
        var storage = await Account.NewAsync();
        await StoreAsync(
            storage,
            "shop",
            new ProductChange(Product("mug", "Mug", new Variant("v1", " M-1 ", "Default", null, "i1"))),
            new ProductChange(Product("tee", "Tee", new Variant("v2", "T-S", "S", null, "i2"), new Variant("v3", "", "Tee - L", null, "i3"), new Variant("v4", "T-X", "", null, "i4"))),
            new ProductChange(Product("gone", "Gone", new Variant("v5", "G", "", null, "i5")) with { Deleted = true }),
            new StockChange(Level("i1", 4, "north")),
            new StockChange(Level("i1", 6, "south")),
            new StockChange(Level("i2", null)),
            new StockChange(Level("i3", 2, sku: "T-L")),
            new StockChange(Level("i5", 9)),
            new StockChange(Level("taken-off", 9, sku: "T-S")),
            new StockChange(Level("i4", 1) with { Deleted = true }));
        await StoreAsync(storage, "other", new StockChange(Level("i1", 99)));

        Assert.Equal(
            [
                new StockBookEntry("M-1", "Mug", "i1", "north", 4),
                new StockBookEntry("M-1", "Mug", "i1", "south", 6),
                new StockBookEntry("T-S", "Tee - S", "i2", "", null),
                new StockBookEntry("T-L", "Tee - L", "i3", "", 2),
                new StockBookEntry("T-X", "Tee", "i4", "", null),
            ],
            await new StockBook(storage).EntriesAsync("shop", CancellationToken.None));
    }

    [Fact]
    public async Task Where_a_platform_tells_no_products_the_levels_stand_alone()
    {
        var storage = await Account.NewAsync();
        await StoreAsync(storage, "shop", new StockChange(Level("i1", 4, sku: "M-1")), new StockChange(Level("i2", 5)));
        Assert.Equal([new StockBookEntry("M-1", "", "i1", "", 4), new StockBookEntry("", "", "i2", "", 5)], await new StockBook(storage).EntriesAsync("shop", CancellationToken.None));
        Assert.Empty(await new StockBook(storage).EntriesAsync("nobody", CancellationToken.None));
    }

    private static Task StoreAsync(StorageClients storage, string connection, params IEnumerable<RecordChange> changes) =>
        new CommerceStore(storage, new NoWatch(), new ManualTime()).ApplyAsync(connection, [.. changes.Select(static change => new Upsert(change, "test", Insist: true))], fresh: false, CancellationToken.None);

    private static Product Product(string id, string title, params IReadOnlyList<Variant> variants) => new() { Id = id, Title = title, UpdatedAt = Noon, Variants = variants };

    private static StockLevel Level(string item, decimal? available, string location = "", string? sku = null) => new() { ItemId = item, LocationId = location, UpdatedAt = Noon, Available = available, Sku = sku };
}
