using Azure;
using Azure.Data.Tables;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    public static TheoryData<string> GoodKeys =>
    [
        "plain",
        "",
        "it's",
        "''",
        "'",
        "100%",
        "%41%2F%27",
        "a b",
        "a+b",
        "a&b=c;d,e",
        "(PartitionKey='x',RowKey='y')",
        "{\"json\":[1]}",
        "<xml attr=\"1\">&amp;<xml>",
        "a:b@c!d$e*f",
        "~|^`[]",
        ".",
        "..",
        "grüße",
        "日本語の店",
        "e\u0301",
        "😀🎉",
        "2026-01-31T12:00:00.0000000Z",
        new('k', 512),
    ];

    public static TheoryData<string> RefusedKeys => ["a/b", "a\\b", "a#b", "a?b", "a\tb", "a\nb", "a\u0085b", "\u0001"];

    [Theory]
    [MemberData(nameof(GoodKeys))]
    public async Task A_key_finds_its_row_in_every_operation(string key)
    {
        await _table.AddEntityAsync(new TableEntity(key, key) { ["N"] = 1 });
        await _table.UpsertEntityAsync(new TableEntity(key, key) { ["M"] = 2 });
        var read = (await _table.GetEntityAsync<TableEntity>(key, key)).Value;
        Assert.Equal((key, key), (read.PartitionKey, read.RowKey));
        await _table.UpdateEntityAsync(new TableEntity(key, key) { ["N"] = 3 }, read.ETag);

        var found = await AllAsync(_table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {key} and RowKey eq {key}")));
        var row = Assert.Single(found);
        Assert.Equal((3, 2), (row.GetInt32("N"), row.GetInt32("M")));

        Assert.Equal(204, (await _table.DeleteEntityAsync(key, key, row.ETag)).Status);
        Assert.False((await _table.GetEntityIfExistsAsync<TableEntity>(key, key)).HasValue);
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("it's")]
    [InlineData("50% {off} & <more>")]
    [InlineData("日本語😀")]
    public async Task A_key_finds_its_row_in_a_transaction(string key)
    {
        await _table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity(key, key) { ["N"] = 1 })]);
        await _table.SubmitTransactionAsync([new(TableTransactionActionType.UpdateMerge, new TableEntity(key, key) { ["M"] = 2 }, ETag.All)]);
        var read = (await _table.GetEntityAsync<TableEntity>(key, key)).Value;
        Assert.Equal((1, 2), (read.GetInt32("N"), read.GetInt32("M")));
        await _table.SubmitTransactionAsync([new(TableTransactionActionType.Delete, read)]);
        Assert.False((await _table.GetEntityIfExistsAsync<TableEntity>(key, key)).HasValue);
    }

    [Theory]
    [MemberData(nameof(RefusedKeys))]
    public async Task Slashes_hash_question_mark_and_control_characters_are_refused_in_keys(string key)
    {
        var inRowKey = await Assert.ThrowsAsync<RequestFailedException>(() => _table.AddEntityAsync(new TableEntity("p", key)));
        var inPartitionKey = await Assert.ThrowsAsync<RequestFailedException>(() => _table.AddEntityAsync(new TableEntity(key, "r")));
        var inTransaction = await Assert.ThrowsAsync<TableTransactionFailedException>(
            () => _table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", key))]));
        Assert.Equal((400, 400, 400), (inRowKey.Status, inPartitionKey.Status, inTransaction.Status));
        Assert.NotNull(inRowKey.ErrorCode);
    }

    [Fact]
    public async Task Keys_are_required()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => _table.AddEntityAsync(new TableEntity { RowKey = "r" }));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _table.UpsertEntityAsync(new TableEntity { PartitionKey = "p" }));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _table.AddEntityAsync<TableEntity>(null!));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _table.DeleteEntityAsync(null!, "r"));
    }
}
