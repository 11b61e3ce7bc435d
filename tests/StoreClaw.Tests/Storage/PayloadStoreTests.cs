using Azure.Data.Tables;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Storage;

public sealed class PayloadStoreTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(48 * 1024, 1)]
    [InlineData(64 * 1024, 1)]
    [InlineData(300 * 1024, 1)]
    [InlineData((600 * 1024) - 1, 1)]
    [InlineData(600 * 1024, 2)]
    [InlineData(1024 * 1024, 2)]
    [InlineData(5 * 1024 * 1024, 9)]
    public async Task Bytes_that_do_not_compress_come_back_whole_and_go_without_a_trace(int length, int rows)
    {
        var storage = await Account.NewAsync();
        var payloads = new PayloadStore(storage);
        var bytes = Account.Noise(length);
        await payloads.SaveAsync("webhook-events-a/b", bytes, CancellationToken.None);
        await payloads.SaveAsync("webhook-events-a", new byte[] { 7 }, CancellationToken.None);

        Assert.Equal(bytes, await payloads.LoadAsync("webhook-events-a/b", CancellationToken.None));
        Assert.Equal(rows + 1, await RowsAsync(storage));

        await payloads.DeleteAsync("webhook-events-a/b", CancellationToken.None);
        Assert.Null(await payloads.LoadAsync("webhook-events-a/b", CancellationToken.None));
        Assert.Equal(1, await RowsAsync(storage));
        await payloads.DeleteAsync("webhook-events-a/b", CancellationToken.None);
        Assert.Equal([7], await payloads.LoadAsync("webhook-events-a", CancellationToken.None));
    }

    [Fact]
    public async Task What_compresses_takes_less_room()
    {
        var storage = await Account.NewAsync();
        var payloads = new PayloadStore(storage);
        await payloads.SaveAsync("id", new byte[2 * 1024 * 1024], CancellationToken.None);

        Assert.Equal(1, await RowsAsync(storage));
        Assert.Equal(new byte[2 * 1024 * 1024], await payloads.LoadAsync("id", CancellationToken.None));
    }

    [Theory]
    [InlineData(10, 1024 * 1024)]
    [InlineData(1024 * 1024, 10)]
    [InlineData(1024 * 1024, (1024 * 1024) + 1)]
    public async Task The_same_id_again_replaces_what_was_there(int first, int second)
    {
        var payloads = new PayloadStore(await Account.NewAsync());
        await payloads.SaveAsync("id", Account.Noise(first), CancellationToken.None);
        await payloads.SaveAsync("id", Account.Noise(second), CancellationToken.None);

        Assert.Equal(Account.Noise(second), await payloads.LoadAsync("id", CancellationToken.None));
    }

    [Fact]
    public async Task A_payload_of_which_a_part_is_missing_is_not_taken_for_whole()
    {
        var storage = await Account.NewAsync();
        var payloads = new PayloadStore(storage);
        await payloads.SaveAsync("id", Account.Noise(1024 * 1024), CancellationToken.None);
        await storage.Table(TableNames.Payloads).DeleteEntityAsync("id", "0001", Azure.ETag.All);

        await Assert.ThrowsAsync<InvalidDataException>(() => payloads.LoadAsync("id", CancellationToken.None));
    }

    [Fact]
    public async Task Cleaning_takes_one_queues_old_ones_only()
    {
        var payloads = new PayloadStore(await Account.NewAsync());
        var random = new SeededRandomness(1);
        var now = new DateTimeOffset(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);
        var (old, young, other) = ($"store-sync-{random.Id(now.AddDays(-1))}", $"store-sync-{random.Id(now)}", $"task-runs-{random.Id(now.AddDays(-1))}");
        foreach (var id in (string[])[old, young, other])
        {
            await payloads.SaveAsync(id, Account.Noise(700 * 1024), CancellationToken.None);
        }

        await payloads.CleanAsync("store-sync", now, CancellationToken.None);

        Assert.Null(await payloads.LoadAsync(old, CancellationToken.None));
        Assert.NotNull(await payloads.LoadAsync(young, CancellationToken.None));
        Assert.NotNull(await payloads.LoadAsync(other, CancellationToken.None));
    }

    private static async Task<int> RowsAsync(StorageClients storage) => await storage.Table(TableNames.Payloads).QueryAsync<TableEntity>("").CountAsync();
}
