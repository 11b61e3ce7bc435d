using System.Globalization;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    private const int ManyRows = 2_500;

    private static readonly Lazy<Task<TableClient>> Many = new(FillAsync);

    [Fact]
    public async Task Pages_hold_a_thousand_rows_in_the_order_of_their_keys()
    {
        var sizes = new List<int>();
        var keys = new List<string>();
        await foreach (var page in (await Many.Value).QueryAsync<TableEntity>().AsPages())
        {
            sizes.Add(page.Values.Count);
            keys.AddRange(page.Values.Select(row => row.RowKey));
            Assert.Equal(200, page.GetRawResponse().Status);
        }

        Assert.Equal([1_000, 1_000, 500], sizes);
        Assert.Equal(Enumerable.Range(0, ManyRows).Select(Key), keys);
        Assert.Equal(ManyRows, (await AllAsync((await Many.Value).QueryAsync<TableEntity>())).Count);
    }

    [Fact]
    public async Task A_kept_continuation_token_goes_on_where_it_stopped_in_another_client()
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"many"} and Number ge {100}");
        string? token = null;
        var keys = new List<string>();
        do
        {
            var client = new TableClient(await Account.Value, (await Many.Value).Name);
            await foreach (var page in client.QueryAsync<TableEntity>(filter, maxPerPage: 700).AsPages(token))
            {
                Assert.InRange(page.Values.Count, 1, 700);
                keys.AddRange(page.Values.Select(row => row.RowKey));
                token = page.ContinuationToken;
                break;
            }
        }
        while (token is not null);

        Assert.Equal(Enumerable.Range(100, ManyRows - 100).Select(Key), keys);
    }

    [Fact]
    public async Task A_page_size_hint_goes_before_the_query_s_own()
    {
        var pages = (await Many.Value).QueryAsync<TableEntity>(maxPerPage: 10).AsPages(pageSizeHint: 3);
        await foreach (var page in pages)
        {
            Assert.Equal(3, page.Values.Count);
            break;
        }
    }

    [Fact]
    public async Task Rows_come_partition_by_partition()
    {
        foreach (var key in new[] { "b", "a", "B", "á", "10", "9" })
        {
            await _table.AddEntityAsync(new TableEntity(key, "2"));
            await _table.AddEntityAsync(new TableEntity(key, "1"));
        }

        var keys = (await AllAsync(_table.QueryAsync<TableEntity>(maxPerPage: 5))).Select(row => row.PartitionKey + row.RowKey);
        Assert.Equal(["101", "102", "91", "92", "B1", "B2", "a1", "a2", "b1", "b2", "á1", "á2"], keys);
    }

    [Fact]
    public async Task Only_selected_columns_come_back()
    {
        await _table.AddEntityAsync(new TableEntity("p", "r") { ["A"] = 1L, ["B"] = "x", ["C"] = Guid.Empty });
        string[] select = ["RowKey", "A", "Missing"];
        var queried = Assert.Single(await AllAsync(_table.QueryAsync<TableEntity>(select: select)));
        var read = (await _table.GetEntityAsync<TableEntity>("p", "r", select)).Value;
        Assert.Equal(("r", 1L), (queried.RowKey, queried.GetInt64("A")));
        Assert.Equal(("r", 1L), (read.RowKey, read.GetInt64("A")));
        Assert.False(queried.ContainsKey("B") || queried.ContainsKey("C") || read.ContainsKey("B") || read.ContainsKey("C"));
        Assert.NotEqual(default, queried.ETag);
    }

    [Fact]
    public void A_filter_quotes_and_escapes_every_type()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var guid = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e");
        byte[] bytes = [0, 1, 0xab, 0xff];
        Assert.Equal("A eq 'it''s'", TableClient.CreateQueryFilter($"A eq {"it's"}"));
        Assert.Equal("A eq ''''", TableClient.CreateQueryFilter($"A eq {'\''}"));
        Assert.Equal("A eq true or A eq false", TableClient.CreateQueryFilter($"A eq {true} or A eq {false}"));
        Assert.Equal("A eq -5", TableClient.CreateQueryFilter($"A eq {-5}"));
        Assert.Equal("A eq 9223372036854775807L", TableClient.CreateQueryFilter($"A eq {long.MaxValue}"));
        Assert.Equal("A eq 1.5", TableClient.CreateQueryFilter($"A eq {1.5}"));
        Assert.Equal("A eq guid'0f8fad5b-d9cb-469f-a165-70867728950e'", TableClient.CreateQueryFilter($"A eq {guid}"));
        Assert.Equal("A eq datetime'2026-01-02T03:04:05Z'", TableClient.CreateQueryFilter($"A eq {time}"));
        Assert.Equal("A eq datetime'2026-01-02T03:04:05.0000001Z'", TableClient.CreateQueryFilter($"A eq {time.AddTicks(1).UtcDateTime}"));
        Assert.Equal("A eq datetime'2026-01-02T03:04:05Z'", TableClient.CreateQueryFilter($"A eq {time.ToOffset(TimeSpan.FromHours(8))}"));
        Assert.Equal("A eq X'0001ABFF'", TableClient.CreateQueryFilter($"A eq {bytes}"));
        Assert.Equal("A eq X'0001ABFF'", TableClient.CreateQueryFilter($"A eq {new BinaryData(bytes)}"));
        Assert.Equal("A eq '{0}'", TableClient.CreateQueryFilter($"A eq {"{0}"}"));
        Assert.Equal("no values", TableClient.CreateQueryFilter($"no values"));
        Assert.Throws<ArgumentException>(() => TableClient.CreateQueryFilter($"A eq {DayOfWeek.Friday}"));
    }

    [Fact]
    public void A_filter_does_not_depend_on_the_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("ar-SA");
            Assert.Equal("A eq -1.5", TableClient.CreateQueryFilter($"A eq {-1.5}"));
            Assert.Equal("A eq datetime'2026-01-02T00:00:00Z'", TableClient.CreateQueryFilter($"A eq {new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc)}"));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public async Task A_filter_finds_rows_by_every_type()
    {
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        var guid = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e");
        byte[] bytes = [0, 1, 0xab, 0xff];
        await _table.AddEntityAsync(Sample("other", "its", false, 6, 6, 6.5, Guid.Empty, time.AddSeconds(1), [0, 1, 0xab]));
        await _table.AddEntityAsync(Sample("it", "it's 100% \"so\" & <ok> 日本語😀", true, -5, long.MinValue, 1.25, guid, time, bytes));
        FormattableString[] filters =
        [
            $"S eq {"it's 100% \"so\" & <ok> 日本語😀"}",
            $"B eq {true}",
            $"I eq {-5} and I lt {0}",
            $"L eq {long.MinValue}",
            $"D eq {1.25}",
            $"G eq {guid}",
            $"T eq {time} and T lt {time.AddSeconds(1)}",
            $"X eq {bytes}",
            $"RowKey ge {"it"} and RowKey lt {"it~"}",
        ];
        foreach (var filter in filters)
        {
            var found = await AllAsync(_table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter)));
            Assert.True(found is [{ RowKey: "it" }], $"{filter.Format}: {found.Count}");
        }
    }

    [Fact]
    public async Task A_malformed_filter_is_refused() =>
        await RefusedAsync(400, TableErrorCode.InvalidInput, () => AllAsync(_table.QueryAsync<TableEntity>("PartitionKey eq (")));

    private static TableEntity Sample(string row, string text, bool flag, int small, long large, double rate, Guid id, DateTimeOffset time, byte[] bytes)
    {
        var entity = new TableEntity("p", row) { ["S"] = text, ["B"] = flag, ["I"] = small, ["L"] = large };
        (entity["D"], entity["G"], entity["T"], entity["X"]) = (rate, id, time, bytes);
        return entity;
    }

    private static string Key(int number) => $"{number:D6}";

    private static async Task<TableClient> FillAsync()
    {
        var table = await NewTableAsync();
        foreach (var chunk in Enumerable.Range(0, ManyRows).Reverse().Chunk(100))
        {
            await table.SubmitTransactionAsync(chunk.Select(number => new TableTransactionAction(
                TableTransactionActionType.Add,
                new TableEntity("many", Key(number)) { ["Number"] = number })));
        }

        return table;
    }
}
