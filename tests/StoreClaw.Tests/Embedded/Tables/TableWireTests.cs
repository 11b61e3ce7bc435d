using System.Net;
using System.Text.Json;
using Azure;
using Azure.Data.Tables;
using Azure.Data.Tables.Models;

namespace StoreClaw.Tests.Embedded.Tables;

/// <summary>What goes over the wire, and answers the emulator does not give.</summary>
public sealed class TableWireTests
{
    private const string NextPartitionKey = "x-ms-continuation-NextPartitionKey";

    private const string NextRowKey = "x-ms-continuation-NextRowKey";

    private readonly CannedTable _service = new();

    private TableClient Table => _service.Table;

    [Fact]
    public async Task An_insert_asks_for_no_content_back_and_types_what_json_does_not()
    {
        _service.Answer(HttpStatusCode.NoContent);
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.FromHours(1));
        var entity = new TableEntity("p", "r") { ["S"] = "é\"\u2028", ["I"] = 1, ["L"] = 2L, ["U"] = 3UL, ["D"] = 4.0, ["N"] = double.NaN, ["B"] = true };
        (entity["G"], entity["T"], entity["X"], entity["Null"]) = (Guid.Empty, time, new byte[] { 1 }, null);
        (entity.ETag, entity.Timestamp) = (new ETag("W/\"1\""), time);
        await Table.AddEntityAsync(entity);

        var request = Assert.Single(_service.Seen);
        Assert.Equal(("POST", "https://shop.table.core.windows.net/orders"), (request.Method, request.Address.AbsoluteUri));
        Assert.Equal("return-no-content", request.Header("Prefer"));
        Assert.Equal("application/json;odata=minimalmetadata", request.Header("Accept"));
        Assert.Equal("application/json", request.Header("Content-Type"));
        Assert.Equal(("2020-12-06", "3.0", null), (request.Header("x-ms-version"), request.Header("DataServiceVersion"), request.Header("If-Match")));
        Assert.Equal(
            """
            {"PartitionKey":"p","RowKey":"r","S":"é\"\u2028","I":1,"L@odata.type":"Edm.Int64","L":"2","U@odata.type":"Edm.Int64","U":"3",
            "D@odata.type":"Edm.Double","D":4,"N@odata.type":"Edm.Double","N":"NaN","B":true,
            "G@odata.type":"Edm.Guid","G":"00000000-0000-0000-0000-000000000000",
            "T@odata.type":"Edm.DateTime","T":"2026-01-02T02:04:05.0000000Z","X@odata.type":"Edm.Binary","X":"AQ=="}
            """.ReplaceLineEndings(""),
            request.Body);
    }

    [Fact]
    public async Task Updates_carry_the_etag_and_upserts_none()
    {
        _service.Answer(HttpStatusCode.NoContent).Answer(HttpStatusCode.NoContent).Answer(HttpStatusCode.NoContent).Answer(HttpStatusCode.NoContent);
        var etag = new ETag("W/\"datetime'2026-01-02T03%3A04%3A05.0000000Z'\"");
        await Table.UpdateEntityAsync(new TableEntity("p", "r"), etag, TableUpdateMode.Replace);
        await Table.UpsertEntityAsync(new TableEntity("p", "r"));
        await Table.DeleteEntityAsync("p", "r");
        await Table.DeleteEntityAsync("p", "r", etag);
        Assert.Equal(
            [("PUT", etag.ToString()), ("PATCH", null), ("DELETE", "*"), ("DELETE", etag.ToString())],
            _service.Seen.Select(request => (request.Method, request.Header("If-Match"))));
        Assert.All(_service.Seen, request => Assert.Equal("/orders(PartitionKey='p',RowKey='r')", request.Address.AbsolutePath));
    }

    [Theory]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("NaN", double.NaN)]
    public async Task Doubles_that_json_does_not_know_can_be_read(string text, double expected)
    {
        var body = $$"""{"odata.metadata":"m","odata.etag":"W/\"1\"","PartitionKey":"p","RowKey":"r","Value@odata.type":"Edm.Double","Value":"{{text}}"}""";
        _service.Answer(HttpStatusCode.OK, body).Answer(HttpStatusCode.OK, body);
        Assert.Equal(expected, (await Table.GetEntityAsync<TableEntity>("p", "r")).Value.GetDouble("Value"));
        Assert.Equal(expected, (await Table.GetEntityAsync<Row>("p", "r")).Value.Value);
    }

    [Fact]
    public async Task What_the_client_does_not_know_in_a_row_is_passed_over()
    {
        const string Body = """
            {"odata.metadata":"m","value":[{"odata.type":"shop.orders","odata.id":"i","odata.etag":"W/\"1\"","odata.editLink":"e",
            "PartitionKey":"p","RowKey":"r","Timestamp@odata.type":"Edm.DateTime","Timestamp":"2026-01-02T03:04:05Z",
            "Odd":{"a":[1,{"b":2}]},"Plain@odata.type":"Edm.String","Plain":"x","Gone":null,"Color":"Green",
            "Value":5,"Large":3000000000,"\u0041":1}]}
            """;
        _service.Answer(HttpStatusCode.OK, Body).Answer(HttpStatusCode.OK, Body);
        await foreach (var entity in Table.QueryAsync<TableEntity>())
        {
            Assert.Equal(["odata.etag", "PartitionKey", "RowKey", "Timestamp", "Plain", "Gone", "Color", "Value", "Large", "A"], entity.Keys);
            Assert.Equal((new ETag("W/\"1\""), new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)), (entity.ETag, entity.Timestamp));
            Assert.Equal((5, 3_000_000_000L, 1), (entity.GetInt32("Value"), entity.GetInt64("Large"), entity.GetInt32("A")));
        }

        await foreach (var row in Table.QueryAsync<Row>())
        {
            Assert.Equal((5.0, Color.Red, 3_000_000_000L), (row.Value, row.Color, row.Large));
        }

        Assert.Equal(2, _service.Seen.Count);
    }

    [Fact]
    public async Task A_page_may_be_empty_with_more_to_come()
    {
        _service
            .Answer(HttpStatusCode.OK, """{"value":[]}""", headers: [(NextPartitionKey, "1!4!cA--")])
            .Answer(HttpStatusCode.OK, """{"value":[{"PartitionKey":"p"}]}""", headers: [(NextPartitionKey, "1!4!cA--"), (NextRowKey, "1!4!cg--")])
            .Answer(HttpStatusCode.OK, """{"value":[]}""");
        var tokens = new List<string?>();
        await foreach (var page in Table.QueryAsync<TableEntity>("A eq 1").AsPages())
        {
            tokens.Add(page.ContinuationToken);
        }

        Assert.Equal(["1!4!cA-- ", "1!4!cA-- 1!4!cg--", null], tokens);
        Assert.Equal(
            [
                "?$filter=A%20eq%201",
                "?$filter=A%20eq%201&NextPartitionKey=1%214%21cA--",
                "?$filter=A%20eq%201&NextPartitionKey=1%214%21cA--&NextRowKey=1%214%21cg--",
            ],
            _service.Seen.Select(request => request.Address.Query));
    }

    [Fact]
    public async Task A_query_listens_to_the_reader_s_cancellation_too()
    {
        var pages = Table.QueryAsync<TableEntity>();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in pages.WithCancellation(new CancellationToken(canceled: true)))
            {
                Assert.Fail("Nothing was answered.");
            }
        });
        Assert.Empty(_service.Seen);
    }

    [Fact]
    public async Task A_table_that_is_being_deleted_cannot_be_created_yet()
    {
        _service.Answer(HttpStatusCode.Conflict, """{"odata.error":{"code":"TableBeingDeleted","message":{"lang":"en-US","value":"It goes."}}}""");
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => Table.CreateIfNotExistsAsync());
        Assert.True(refusal is { Status: 409 } && refusal.ErrorCode == TableErrorCode.TableBeingDeleted);
    }

    [Theory]
    [InlineData("<html>gateway</html>", "text/html")]
    [InlineData("", "application/json")]
    [InlineData("[]", "application/json")]
    [InlineData("""{"odata.error":{"code":"X"}}""", "application/json")]
    public async Task An_error_that_is_not_the_service_s_still_has_its_status(string body, string mediaType)
    {
        _service.Answer(HttpStatusCode.Forbidden, body, mediaType);
        var refusal = await Assert.ThrowsAsync<RequestFailedException>(() => Table.AddEntityAsync(new TableEntity("p", "r")));
        Assert.Equal(403, refusal.Status);
    }

    [Fact]
    public async Task A_transaction_is_read_as_the_service_writes_it()
    {
        // As in https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions
        _service.Answer(
            HttpStatusCode.Accepted,
            """
            --batchresponse_4c637ba4-b2f8-40f8-8856-c2d10d163a83
            Content-Type: multipart/mixed; boundary=changesetresponse_955358ab-62b1-4d6c-804b-41cebeb7e42e

            --changesetresponse_955358ab-62b1-4d6c-804b-41cebeb7e42e
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 204 No Content
            Content-ID: 1
            X-Content-Type-Options: nosniff
            Cache-Control: no-cache
            ETag: W/"0x5B168C7B6E589D2"
            DataServiceVersion: 1.0;


            --changesetresponse_955358ab-62b1-4d6c-804b-41cebeb7e42e
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            HTTP/1.1 201 Created
            ETag: W/"2"
            Content-Type: application/json

            {"RowKey":"2"}
            --changesetresponse_955358ab-62b1-4d6c-804b-41cebeb7e42e--
            --batchresponse_4c637ba4-b2f8-40f8-8856-c2d10d163a83--

            """.ReplaceLineEndings("\r\n"),
            "multipart/mixed; boundary=\"batchresponse_4c637ba4-b2f8-40f8-8856-c2d10d163a83\"");
        var answers = (await Table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.Add, new TableEntity("p", "1")),
            new(TableTransactionActionType.Add, new TableEntity("p", "2")),
        ])).Value;
        Assert.Equal([(204, "No Content"), (201, "Created")], answers.Select(answer => (answer.Status, answer.ReasonPhrase)));
        Assert.Equal([new ETag("W/\"0x5B168C7B6E589D2\""), new ETag("W/\"2\"")], answers.Select(answer => answer.Headers.ETag!.Value));
        Assert.Equal(["", """{"RowKey":"2"}"""], answers.Select(answer => answer.Content.ToString()));
        Assert.True(answers[0].Headers.TryGetValues("content-id", out var ids) && ids.SequenceEqual(["1"]));
        Assert.Equal(5, answers[0].Headers.Count());
    }

    [Fact]
    public async Task A_transaction_is_written_as_the_service_reads_it()
    {
        _service.Answer(HttpStatusCode.BadRequest);
        await Assert.ThrowsAsync<RequestFailedException>(() => Table.SubmitTransactionAsync(
        [
            new(TableTransactionActionType.Add, new TableEntity("p", "1") { ["V"] = 1L }),
            new(TableTransactionActionType.Delete, new TableEntity("p", "it's"), new ETag("W/\"1\"")),
        ]));

        var request = Assert.Single(_service.Seen);
        Assert.Equal(("POST", "/$batch"), (request.Method, request.Address.AbsolutePath));
        var batch = request.Header("Content-Type")!.Split("boundary=")[1];
        var changeset = request.Body.Split("boundary=")[1].Split("\r\n")[0];
        Assert.Equal(
            $$"""
            --{{batch}}
            Content-Type: multipart/mixed; boundary={{changeset}}

            --{{changeset}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            POST https://shop.table.core.windows.net/orders HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            Content-Type: application/json

            {"PartitionKey":"p","RowKey":"1","V@odata.type":"Edm.Int64","V":"1"}
            --{{changeset}}
            Content-Type: application/http
            Content-Transfer-Encoding: binary

            DELETE https://shop.table.core.windows.net/orders(PartitionKey='p',RowKey='it%27%27s') HTTP/1.1
            Accept: application/json;odata=minimalmetadata
            DataServiceVersion: 3.0
            Prefer: return-no-content
            If-Match: W/"1"


            --{{changeset}}--
            --{{batch}}--

            """.ReplaceLineEndings("\r\n"),
            request.Body);
    }

    [Theory]
    [InlineData("text/plain", "HTTP/1.1 204 No Content")]
    [InlineData("multipart/mixed; boundary=b", "--b\r\nContent-Type: application/http\r\n\r\nnot http\r\n--b--")]
    public async Task An_answer_to_a_transaction_that_is_none_is_an_error(string mediaType, string body)
    {
        _service.Answer(HttpStatusCode.Accepted, body, mediaType);
        await Assert.ThrowsAsync<RequestFailedException>(() => Table.SubmitTransactionAsync([new(TableTransactionActionType.Add, new TableEntity("p", "1"))]));
    }

    [Fact]
    public async Task Large_bodies_reach_the_wire_whole()
    {
        _service.Answer(HttpStatusCode.NoContent);
        var entity = new TableEntity("p", "r");
        for (var number = 0; number < 10; number++)
        {
            entity[$"V{number}"] = new string((char)('a' + number), 30_000);
        }

        await Table.AddEntityAsync(entity);
        using var body = JsonDocument.Parse(_service.Seen[0].Body);
        Assert.All(Enumerable.Range(0, 10), number => Assert.Equal(entity.GetString($"V{number}"), body.RootElement.GetProperty($"V{number}").GetString()));
    }

    private enum Color
    {
        Red,
        Blue,
    }

    private sealed class Row : ITableEntity
    {
        public required string PartitionKey { get; set; }

        public required string RowKey { get; set; }

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public double Value { get; init; }

        public Color Color { get; init; }

        public long Large { get; init; }
    }
}
