using System.Net;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

/// <summary>Limits the service holds and the emulator does not; the embedded client refuses them before anything is sent.</summary>
public sealed class TableServiceLimitsTests
{
    private readonly CannedTable _service = new();

    private TableClient Table => _service.Table;

    [Fact]
    public async Task A_hundred_and_one_writes_are_too_many()
    {
        var refusal = await RefusedAsync(TableErrorCode.InvalidInput, Enumerable.Range(0, 101).Select(number => Add(new TableEntity("p", $"{number}"))));
        Assert.Equal(99, refusal.FailedTransactionActionIndex);
    }

    [Fact]
    public async Task A_transaction_stays_in_one_partition()
    {
        var refusal = await RefusedAsync(
            TableErrorCode.CommandsInBatchActOnDifferentPartitions,
            [Add(new TableEntity("p", "1")), Add(new TableEntity("p", "2")), Add(new TableEntity("q", "3"))]);
        Assert.Equal(2, refusal.FailedTransactionActionIndex);
    }

    // 4 + 2 * 2 key characters, then per column 8 + 2 * 2 name characters + 4 + the bytes.
    [Fact]
    public async Task An_entity_may_have_one_mebibyte_and_not_a_byte_more()
    {
        var entity = new TableEntity("p", "r");
        for (var number = 10; number < 25; number++)
        {
            entity[$"{(char)('a' + number - 10)}{number % 10}"] = new byte[64 * 1024];
        }

        entity["zz"] = new byte[(1024 * 1024) - 8 - (15 * (16 + (64 * 1024))) - 16];
        _service.Answer(HttpStatusCode.NoContent);
        await Table.AddEntityAsync(entity);

        entity["zz"] = new byte[entity.GetBinary("zz")!.Length + 1];
        var alone = await Assert.ThrowsAsync<RequestFailedException>(() => Table.AddEntityAsync(entity));
        Assert.True(alone is { Status: 400 } && alone.ErrorCode == TableErrorCode.EntityTooLarge);
        var inTransaction = await RefusedAsync(TableErrorCode.EntityTooLarge, [Add(new TableEntity("p", "1")), Add(entity)]);
        Assert.Equal(1, inTransaction.FailedTransactionActionIndex);
        Assert.Single(_service.Seen);
    }

    [Fact]
    public async Task Text_counts_two_bytes_a_character()
    {
        var entity = new TableEntity("p", "r");
        for (var number = 0; number < 16; number++)
        {
            entity[$"Text{number}"] = new string('x', 32 * 1024);
        }

        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => Table.UpsertEntityAsync(entity));
        Assert.Equal((400, "EntityTooLarge"), (refusal.Status, refusal.ErrorCode));
    }

    [Fact]
    public async Task Times_start_in_1601()
    {
        var late = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero);
        _service.Answer(HttpStatusCode.NoContent);
        await Table.AddEntityAsync(new TableEntity("p", "r") { ["T"] = late });
        foreach (var early in new object[] { late.AddTicks(-1), default(DateTimeOffset), default(DateTime).ToUniversalTime() })
        {
            var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => Table.AddEntityAsync(new TableEntity("p", "r") { ["T"] = early }));
            Assert.Equal((400, "OutOfRangeInput"), (refusal.Status, refusal.ErrorCode));
        }
    }

    [Fact]
    public async Task A_slash_is_refused_in_an_address()
    {
        Func<Task>[] calls =
        [
            () => Table.UpsertEntityAsync(new TableEntity("p", "a/b")),
            () => Table.GetEntityAsync<TableEntity>("a/b", "r"),
            () => Table.GetEntityIfExistsAsync<TableEntity>("p", "a/b"),
            () => Table.DeleteEntityAsync("p", "/"),
            () => Table.SubmitTransactionAsync([new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "a/b"))]),
        ];
        foreach (var call in calls)
        {
            var refusal = await Assert.ThrowsAnyAsync<RequestFailedException>(call);
            Assert.Equal((400, "InvalidInput"), (refusal.Status, refusal.ErrorCode));
        }

        Assert.Empty(_service.Seen);
    }

    private static TableTransactionAction Add(TableEntity entity) => new(TableTransactionActionType.Add, entity);

    private async Task<TableTransactionFailedException> RefusedAsync(TableErrorCode code, IEnumerable<TableTransactionAction> actions)
    {
        var refusal = await Assert.ThrowsAsync<TableTransactionFailedException>(() => Table.SubmitTransactionAsync(actions));
        Assert.Equal((400, code.ToString()), (refusal.Status, refusal.ErrorCode));
        return refusal;
    }
}
