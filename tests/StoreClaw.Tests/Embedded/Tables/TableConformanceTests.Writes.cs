using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    [Fact]
    public async Task An_insert_is_refused_when_the_row_is_there()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = "first" });
        await RefusedAsync(409, TableErrorCode.EntityAlreadyExists, () => _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = "second" }));
        Assert.Equal("first", (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetString("V"));
    }

    [Fact]
    public async Task A_missing_row_is_404_to_read_and_update_and_nothing_to_delete()
    {
        await RefusedAsync(404, TableErrorCode.ResourceNotFound, () => _table.GetEntityAsync<TableEntity>("p", "r"));
        foreach (var mode in Enum.GetValues<TableUpdateMode>())
        {
            await RefusedAsync(404, TableErrorCode.ResourceNotFound, () => _table.UpdateEntityAsync(new TableEntity("p", "r"), ETag.All, mode));
        }

        Assert.Equal(404, (await _table.DeleteEntityAsync("p", "r")).Status);
        var maybe = await _table.GetEntityIfExistsAsync<TableEntity>("p", "r");
        Assert.False(maybe.HasValue);
        Assert.Equal(404, maybe.GetRawResponse().Status);
        Assert.Throws<InvalidOperationException>(() => maybe.Value);
    }

    [Fact]
    public async Task A_write_under_a_stale_etag_is_refused()
    {
        var first = (await _table.AddEntityAsync(new TableEntity("p", "r"))).Headers.ETag!.Value;
        var second = (await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["V"] = 1 }, first)).Headers.ETag!.Value;
        Assert.NotEqual(first, second);
        foreach (var mode in Enum.GetValues<TableUpdateMode>())
        {
            await RefusedAsync(412, TableErrorCode.UpdateConditionNotSatisfied, () => _table.UpdateEntityAsync(new TableEntity("p", "r"), first, mode));
        }

        await RefusedAsync(412, TableErrorCode.UpdateConditionNotSatisfied, () => _table.DeleteEntityAsync("p", "r", first));
        Assert.Equal(second, (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.ETag);
    }

    [Fact]
    public async Task An_etag_leads_from_write_to_write()
    {
        var etag = (await _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = 0 })).Headers.ETag!.Value;
        Assert.Equal(etag, (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.ETag);
        etag = (await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["V"] = 1 }, etag, TableUpdateMode.Replace)).Headers.ETag!.Value;
        etag = (await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["V"] = 2 }, etag)).Headers.ETag!.Value;
        etag = (await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["V"] = 3 })).Headers.ETag!.Value;
        var transaction = await _table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateReplace, new TableEntity("p", "r") { ["V"] = 4 }, etag)]);
        etag = transaction.Value[0].Headers.ETag!.Value;
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((4, etag), (read.GetInt32("V"), read.ETag));
        Assert.Equal(204, (await _table.DeleteEntityAsync("p", "r", etag)).Status);
    }

    [Fact]
    public async Task A_merge_keeps_other_columns_and_a_replace_drops_them()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1, ["B"] = "x" });
        await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["B"] = 2L, ["C"] = true }, ETag.All);
        var merged = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((1, 2L, true), (merged.GetInt32("A"), merged.GetInt64("B"), merged.GetBoolean("C")));

        await _table.UpdateEntityAsync(new TableEntity("p", "r") { ["C"] = false }, merged.ETag, TableUpdateMode.Replace);
        var replaced = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(false, replaced.GetBoolean("C"));
        Assert.False(replaced.ContainsKey("A") || replaced.ContainsKey("B"));
    }

    [Theory]
    [InlineData(TableUpdateMode.Merge)]
    [InlineData(TableUpdateMode.Replace)]
    public async Task An_upsert_inserts_and_then_updates_without_asking_for_an_etag(TableUpdateMode mode)
    {
        await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = 1 }, mode);
        await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["B"] = 2, ETag = new ETag("W/\"stale\"") }, mode);
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((mode == TableUpdateMode.Merge ? 1 : null, 2), (read.GetInt32("A"), read.GetInt32("B")));
    }

    [Fact]
    public async Task An_update_needs_an_etag() =>
        await Assert.ThrowsAsync<ArgumentException>("ifMatch", () => _table.UpdateEntityAsync(new TableEntity("p", "r"), default));

    [Fact]
    public async Task What_was_read_can_be_written_back_as_it_is()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = 1L });
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        var before = read.Timestamp;
        read["V"] = 2;
        await _table.UpdateEntityAsync(read, read.ETag, TableUpdateMode.Replace);
        var again = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(2L, again.GetInt64("V"));
        Assert.True(again.Timestamp >= before);
        Assert.Equal(5, again.Count);
    }
}
