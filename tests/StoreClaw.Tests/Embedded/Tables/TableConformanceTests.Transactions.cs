using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    [Fact]
    public async Task A_transaction_takes_every_kind_of_write_and_answers_in_order()
    {
        foreach (var row in new[] { "merge", "replace", "delete", "upsertmerge", "upsertreplace" })
        {
            await _table.AddEntityAsync(new TableEntity("p", row) { ["Old"] = 1 });
        }

        var stored = (await _table.GetEntityAsync<TableEntity>("p", "replace")).Value;
        var answer = await _table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.Add, New("add")),
            new(TableTransactionActionType.UpdateMerge, New("merge"), ETag.All),
            new(TableTransactionActionType.UpdateReplace, New("replace"), stored.ETag),
            new(TableTransactionActionType.Delete, New("delete")),
            new(TableTransactionActionType.UpsertMerge, New("upsertmerge")),
            new(TableTransactionActionType.UpsertReplace, New("upsertreplace")),
        ]);

        Assert.Equal(202, answer.GetRawResponse().Status);
        Assert.Equal(6, answer.Value.Count);
        Assert.All(answer.Value, response => Assert.Equal(204, response.Status));
        var rows = (await AllAsync(_table.QueryAsync<TableEntity>())).ToDictionary(row => row.RowKey);
        Assert.Equal(["add", "merge", "replace", "upsertmerge", "upsertreplace"], rows.Keys);
        Assert.All(rows.Values, row => Assert.Equal(2, row.GetInt32("New")));
        Assert.Equal(["merge", "upsertmerge"], rows.Values.Where(row => row.ContainsKey("Old")).Select(row => row.RowKey));
        Assert.Equal(rows["add"].ETag, answer.Value[0].Headers.ETag);
        Assert.Equal(rows["upsertreplace"].ETag, answer.Value[5].Headers.ETag);

        static TableEntity New(string row) => new("p", row) { ["New"] = 2 };
    }

    [Fact]
    public async Task A_transaction_holds_a_hundred_writes()
    {
        var answer = await _table.SubmitTransactionAsync(Inserts(100));
        Assert.Equal(100, answer.Value.Count);
        var etags = (await AllAsync(_table.QueryAsync<TableEntity>())).Select(row => (ETag?)row.ETag);
        Assert.Equal(etags, answer.Value.Select(response => response.Headers.ETag));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    [InlineData(4)]
    public async Task A_transaction_that_fails_names_the_action_and_writes_nothing(int failing)
    {
        await _table.AddEntityAsync(new TableEntity("p", Row(failing)) { ["V"] = "before" });
        var refusal = await RefusedAsync(409, TableErrorCode.EntityAlreadyExists, () => _table.SubmitTransactionAsync(Inserts(5)));
        Assert.Equal(failing, Assert.IsType<TableTransactionFailedException>(refusal).FailedTransactionActionIndex);
        Assert.Equal("before", Assert.Single(await AllAsync(_table.QueryAsync<TableEntity>())).GetString("V"));
    }

    [Fact]
    public async Task A_failed_transaction_takes_back_updates_and_deletes_too()
    {
        await _table.AddEntityAsync(new TableEntity("p", "kept") { ["V"] = 1L });
        await _table.AddEntityAsync(new TableEntity("p", "changed") { ["V"] = "x" });
        var stale = (await _table.AddEntityAsync(new TableEntity("p", "stale"))).Headers.ETag!.Value;
        await _table.UpsertEntityAsync(new TableEntity("p", "stale") { ["V"] = Guid.Empty });
        var before = await AllAsync(_table.QueryAsync<TableEntity>());

        var refusal = await RefusedAsync(412, TableErrorCode.UpdateConditionNotSatisfied, () => _table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.Delete, new TableEntity("p", "kept")),
            new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "changed"), ETag.All),
            new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "new")),
            new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "stale"), stale),
        ]));

        Assert.Equal(3, Assert.IsType<TableTransactionFailedException>(refusal).FailedTransactionActionIndex);
        var after = await AllAsync(_table.QueryAsync<TableEntity>());
        Assert.Equal(before.Select(row => (row.RowKey, row.ETag, row["V"])), after.Select(row => (row.RowKey, row.ETag, row["V"])));
    }

    [Fact]
    public async Task A_missing_row_fails_a_transaction()
    {
        foreach (var type in new[] { TableTransactionActionType.Delete, TableTransactionActionType.UpdateMerge, TableTransactionActionType.UpdateReplace })
        {
            var refusal = await RefusedAsync(404, TableErrorCode.ResourceNotFound, () => _table.SubmitTransactionAsync(
            [
                new(TableTransactionActionType.Add, new TableEntity("p", "new")),
                new(type, new TableEntity("p", "missing"), ETag.All),
            ]));
            Assert.Equal(1, Assert.IsType<TableTransactionFailedException>(refusal).FailedTransactionActionIndex);
        }

        Assert.Empty(await AllAsync(_table.QueryAsync<TableEntity>()));
    }

    [Fact]
    public async Task A_row_may_stand_once_in_a_transaction()
    {
        var refusal = await RefusedAsync(400, TableErrorCode.InvalidDuplicateRow, () => _table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "a")),
            new(TableTransactionActionType.UpsertMerge, new TableEntity("p", "b")),
            new(TableTransactionActionType.UpsertReplace, new TableEntity("p", "a")),
        ]));
        Assert.Equal(2, Assert.IsType<TableTransactionFailedException>(refusal).FailedTransactionActionIndex);
    }

    [Fact]
    public async Task An_empty_transaction_is_no_transaction() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => _table.SubmitTransactionAsync([]));

    [Fact]
    public async Task An_update_without_an_etag_is_an_upsert_in_a_transaction()
    {
        await _table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity("p", "r") { ["V"] = 1 })]);
        Assert.Equal(1, (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetInt32("V"));
    }

    [Fact]
    public async Task A_transaction_above_4_mib_is_refused()
    {
        var actions = Enumerable.Range(0, 70).Select(number => new TableTransactionAction(
            TableTransactionActionType.Add,
            new TableEntity("p", Row(number)) { ["V"] = new byte[64 * 1024] }));
        var refusal = await Assert.ThrowsAnyAsync<RequestFailedException>(() => _table.SubmitTransactionAsync(actions));
        Assert.Equal((413, "RequestBodyTooLarge"), (refusal.Status, refusal.ErrorCode));
        Assert.Empty(await AllAsync(_table.QueryAsync<TableEntity>()));
    }

    private static string Row(int number) => $"{number:D3}";

    private static IEnumerable<TableTransactionAction> Inserts(int count) => Enumerable.Range(0, count).Select(number =>
        new TableTransactionAction(TableTransactionActionType.Add, new TableEntity("p", Row(number)) { ["V"] = number }));
}
