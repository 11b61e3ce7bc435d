using System.Text;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    private static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(number => (byte)number)];

    private static Dictionary<string, object> Edges => new()
    {
        ["Int32Min"] = int.MinValue,
        ["Int32Max"] = int.MaxValue,
        ["Int32Zero"] = 0,
        ["Int64Min"] = long.MinValue,
        ["Int64Max"] = long.MaxValue,
        ["Int64Small"] = 7L,
        ["DoubleNaN"] = double.NaN,
        ["DoubleMin"] = double.MinValue,
        ["DoubleMax"] = double.MaxValue,
        ["DoubleEpsilon"] = double.Epsilon,
        ["DoubleWhole"] = 5.0,
        ["DoubleLargeWhole"] = 1e20,
        ["DoubleTenth"] = 0.1,
        ["BoolTrue"] = true,
        ["BoolFalse"] = false,
        ["GuidEmpty"] = Guid.Empty,
        ["GuidMixed"] = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"),
        ["TimeMin"] = new DateTimeOffset(1601, 1, 1, 0, 0, 0, TimeSpan.Zero),
        ["TimeMax"] = DateTimeOffset.MaxValue,
        ["TimeTicks"] = new DateTimeOffset(2026, 2, 28, 23, 59, 59, TimeSpan.Zero).AddTicks(1234567),
        ["BinaryEmpty"] = Array.Empty<byte>(),
        ["BinaryEvery"] = EveryByte,
        ["BinaryLargest"] = Enumerable.Repeat(EveryByte, 256).SelectMany(bytes => bytes).ToArray(),
        ["StringEmpty"] = "",
        ["StringQuotes"] = "it's \"so\" \\ 'called'",
        ["StringLines"] = "one\r\ntwo\n\tthree\u0000\u001f\u2028\u2029",
        ["StringXml"] = "<a b=\"c\">&amp;</a><![CDATA[x]]>",
        ["StringEmoji"] = "👩‍👩‍👧‍👦 日本語 e\u0301",
        ["StringHttp"] = "--batch_x\r\nPOST http://example.com/a HTTP/1.1\r\n\r\n{\"a\":1}",
        ["StringLooksLikeTime"] = "2026-01-01T00:00:00Z",
        ["StringLooksLikeNumber"] = "0123",
        ["StringLargest"] = new string('x', 32 * 1024),
    };

    [Theory]
    [InlineData(TableTransactionActionType.Add, false)]
    [InlineData(TableTransactionActionType.UpsertMerge, false)]
    [InlineData(TableTransactionActionType.UpsertReplace, false)]
    [InlineData(TableTransactionActionType.Add, true)]
    [InlineData(TableTransactionActionType.UpsertMerge, true)]
    [InlineData(TableTransactionActionType.UpsertReplace, true)]
    public async Task Every_edge_of_every_type_comes_back_as_it_was(TableTransactionActionType write, bool inTransaction)
    {
        var entity = new TableEntity("p", "r");
        foreach (var (name, value) in Edges)
        {
            entity[name] = value;
        }

        if (inTransaction)
        {
            await _table.SubmitTransactionAsync([new(write, entity)]);
        }
        else
        {
            await WriteAsync(write, entity);
        }

        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        var queried = Assert.Single(await AllAsync(_table.QueryAsync<TableEntity>()));
        foreach (var (name, value) in Edges)
        {
            Assert.True(value.GetType() == read[name]?.GetType(), $"{name}: {read[name]?.GetType()}");
            Assert.Equal(value, read[name]);
            Assert.Equal(value, queried[name]);
        }

        Assert.Equal(read.ETag, queried.ETag);
        Assert.Equal(read.Timestamp, queried.Timestamp);
        Assert.Equal(Edges.Count + 4, read.Count);
    }

    [Fact]
    public async Task A_double_zero_stays_a_double_and_may_lose_its_sign()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["Zero"] = -0.0 });
        Assert.Equal(0.0, (await _table.GetEntityAsync<TableEntity>("p", "r")).Value.GetDouble("Zero") + 0.0);
    }

    [Theory]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    public async Task An_infinity_cannot_be_written(double infinity)
    {
        await Assert.ThrowsAnyAsync<ArgumentException>(() => _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = infinity }));
        Assert.Empty(await AllAsync(_table.QueryAsync<TableEntity>()));
    }

    [Theory]
    [InlineData(DateTimeKind.Local)]
    [InlineData(DateTimeKind.Unspecified)]
    public async Task A_time_that_is_not_utc_cannot_be_written(DateTimeKind kind) =>
        await Assert.ThrowsAsync<NotSupportedException>(
            () => _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = new DateTime(2026, 1, 1, 0, 0, 0, kind) }));

    [Fact]
    public async Task Times_read_as_either_type_and_offsets_become_utc()
    {
        var utc = new DateTime(2026, 3, 29, 1, 30, 0, DateTimeKind.Utc).AddTicks(1);
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = utc, ["B"] = new DateTimeOffset(utc).ToOffset(TimeSpan.FromHours(8)) });
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal((utc, utc), (read.GetDateTime("A"), read.GetDateTime("B")));
        Assert.Equal(DateTimeKind.Utc, read.GetDateTime("A")!.Value.Kind);
        Assert.Equal(TimeSpan.Zero, read.GetDateTimeOffset("B")!.Value.Offset);
    }

    [Fact]
    public async Task Binary_reads_as_bytes_and_as_binary_data()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = EveryByte, ["B"] = new BinaryData(EveryByte) });
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(EveryByte, read.GetBinary("B"));
        Assert.Equal(EveryByte, read.GetBinaryData("A")!.ToArray());
    }

    [Fact]
    public async Task Null_is_not_stored_and_leaves_a_merged_column_alone()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = "kept", ["B"] = null });
        await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = null, ["C"] = null });
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal("kept", read.GetString("A"));
        Assert.False(read.ContainsKey("B") || read.ContainsKey("C"));
        Assert.Null(read["B"]);

        await _table.UpsertEntityAsync(new TableEntity("p", "r") { ["A"] = null }, TableUpdateMode.Replace);
        Assert.False((await _table.GetEntityAsync<TableEntity>("p", "r")).Value.ContainsKey("A"));
    }

    [Fact]
    public async Task An_enum_needs_a_class() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = DayOfWeek.Friday }));

    [Fact]
    public async Task A_property_above_64_kib_is_refused()
    {
        foreach (var value in new object[] { new byte[(64 * 1024) + 1], new string('x', (32 * 1024) + 1) })
        {
            await RefusedAsync(400, TableErrorCode.PropertyValueTooLarge, () => _table.AddEntityAsync(new TableEntity("p", "r") { ["V"] = value }));
        }
    }

    [Fact]
    public async Task An_entity_of_nearly_one_mebibyte_is_stored_and_a_larger_one_refused()
    {
        var entity = new TableEntity("p", "r");
        for (var chunk = 0; chunk < 15; chunk++)
        {
            entity[$"Chunk{chunk:D2}"] = Encoding.UTF8.GetBytes(new string((char)('a' + chunk), 64 * 1024));
        }

        entity["Rest"] = new byte[64_000];
        await _table.AddEntityAsync(entity);
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r")).Value;
        Assert.Equal(entity.GetBinary("Chunk14"), read.GetBinary("Chunk14"));
        Assert.Equal(64_000, read.GetBinary("Rest")!.Length);

        entity["Chunk15"] = entity.GetBinary("Chunk00");
        await RefusedAsync(400, TableErrorCode.EntityTooLarge, () => _table.UpsertEntityAsync(entity));
        Assert.False((await _table.GetEntityAsync<TableEntity>("p", "r")).Value.ContainsKey("Chunk15"));
    }

    [Fact]
    public void A_table_entity_is_a_dictionary_with_typed_getters()
    {
        var entity = new TableEntity(new Dictionary<string, object?> { ["PartitionKey"] = "p", ["RowKey"] = "r", ["N"] = 1L }!) { { "D", 1.5 } };
        entity["N"] = 2;
        entity["D"] = 3;
        Assert.Equal((2L, 3.0), (entity.GetInt64("N"), entity.GetDouble("D")));
        Assert.Equal(("p", "r", default), (entity.PartitionKey, entity.RowKey, entity.Timestamp));
        Assert.Null(entity.GetGuid("Missing"));
        Assert.Throws<InvalidOperationException>(() => entity.GetString("N"));
        Assert.Throws<InvalidOperationException>(() => entity.GetInt32("N"));
        Assert.ThrowsAny<ArgumentException>(() => entity[""] = 1);
        Assert.True(entity.TryGetValue("N", out var number) && number is 2L);
        Assert.True(entity.Remove("N") && !entity.ContainsKey("N"));
        Assert.Equal(["PartitionKey", "RowKey", "D"], entity.Keys);
        Assert.Equal(3, entity.Count(pair => pair.Value is not null));
        entity.Clear();
        Assert.Empty(entity);
    }

    private Task<Response> WriteAsync(TableTransactionActionType write, TableEntity entity) => write switch
    {
        TableTransactionActionType.Add => _table.AddEntityAsync(entity),
        TableTransactionActionType.UpsertMerge => _table.UpsertEntityAsync(entity),
        TableTransactionActionType.UpsertReplace => _table.UpsertEntityAsync(entity, TableUpdateMode.Replace),
        _ => throw new ArgumentOutOfRangeException(nameof(write)),
    };
}
