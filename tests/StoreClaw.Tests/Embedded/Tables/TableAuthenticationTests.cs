using System.Net;
using System.Security.Cryptography;
using System.Text;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed class TableAuthenticationTests
{
    private const string FirstKey = "Zmlyc3Qga2V5IGZvciB0aGUgdGVzdHM=";

    private const string SecondKey = "c2Vjb25kIGtleSBmb3IgdGhlIHRlc3Rz";

    private static readonly Uri Endpoint = new("https://shop.table.core.windows.net");

    [Theory]
    [InlineData("https://shop.table.core.windows.net", "/shop/orders(PartitionKey='it%27%27s',RowKey='100%25%20%E6%97%A5')")]
    [InlineData("https://shop.table.core.windows.net/", "/shop/orders(PartitionKey='it%27%27s',RowKey='100%25%20%E6%97%A5')")]
    [InlineData("http://127.0.0.1:10002/shop", "/shop/shop/orders(PartitionKey='it%27%27s',RowKey='100%25%20%E6%97%A5')")]
    public async Task Shared_key_signs_the_date_and_the_path_as_sent(string endpoint, string resource)
    {
        var service = new CannedTable().Answer(HttpStatusCode.NoContent);
        var table = new TableClient(new Uri(endpoint), "orders", new TableSharedKeyCredential("shop", FirstKey), service.Options());
        await table.DeleteEntityAsync("it's", "100% 日");
        var request = Assert.Single(service.Seen);
        Assert.True(DateTimeOffset.TryParseExact(request.Header("x-ms-date"), "r", null, default, out _));
        Assert.Equal(Signature(FirstKey, request.Header("x-ms-date"), resource), request.Header("Authorization"));
    }

    [Fact]
    public async Task Shared_key_leaves_the_query_unsigned()
    {
        var service = new CannedTable().Answer(HttpStatusCode.OK, """{"value":[]}""");
        var table = new TableClient(Endpoint, "orders", new TableSharedKeyCredential("shop", FirstKey), service.Options());
        await foreach (var _ in table.QueryAsync<TableEntity>("A eq '?&'", maxPerPage: 5))
        {
            Assert.Fail("No rows were answered.");
        }

        var request = Assert.Single(service.Seen);
        Assert.Equal("/orders()?$filter=A%20eq%20%27%3F%26%27&$top=5", request.Address.PathAndQuery);
        Assert.Equal(Signature(FirstKey, request.Header("x-ms-date"), "/shop/orders()"), request.Header("Authorization"));
    }

    [Fact]
    public async Task Every_attempt_is_signed_anew()
    {
        var credential = new TableSharedKeyCredential("shop", FirstKey);
        var service = new CannedTable().Answer(HttpStatusCode.ServiceUnavailable).Answer(HttpStatusCode.NoContent);
        var options = service.Options();
        options.AddPolicy(new RotatingPolicy(credential), HttpPipelinePosition.PerRetry);
        await new TableClient(Endpoint, "orders", credential, options).AddEntityAsync(new TableEntity("p", "r"));
        Assert.Equal(
            [
                Signature(FirstKey, service.Seen[0].Header("x-ms-date"), "/shop/orders"),
                Signature(SecondKey, service.Seen[1].Header("x-ms-date"), "/shop/orders"),
            ],
            service.Seen.Select(request => request.Header("Authorization")));
        Assert.Equal(service.Seen[0].Body, service.Seen[1].Body);
    }

    [Fact]
    public async Task A_token_is_asked_for_storage_and_sent_as_bearer()
    {
        var service = new CannedTable().Answer(HttpStatusCode.NoContent).Answer(HttpStatusCode.NoContent);
        var credential = new FixedToken();
        var account = new TableServiceClient(Endpoint, credential, service.Options());
        await account.CreateTableIfNotExistsAsync("orders");
        await account.GetTableClient("orders").AddEntityAsync(new TableEntity("p", "r"));
        Assert.All(service.Seen, request => Assert.Equal("Bearer the-token", request.Header("Authorization")));
        Assert.Equal(["https://storage.azure.com/.default"], credential.Scopes);
        Assert.Equal("shop", account.AccountName);
    }

    [Fact]
    public async Task A_token_is_never_sent_in_the_clear()
    {
        var service = new CannedTable();
        var table = new TableClient(new Uri("http://127.0.0.1:10002/shop"), "orders", new FixedToken(), service.Options());
        await Assert.ThrowsAsync<InvalidOperationException>(() => table.AddEntityAsync(new TableEntity("p", "r")));
        Assert.Empty(service.Seen);
    }

    [Theory]
    [InlineData("AccountName=shop;AccountKey=" + FirstKey + ";DefaultEndpointsProtocol=http;EndpointSuffix=local", "http://shop.table.local/")]
    [InlineData("AccountName=shop;AccountKey=" + FirstKey + ";EndpointSuffix=core.chinacloudapi.cn", "https://shop.table.core.chinacloudapi.cn/")]
    [InlineData("AccountName=shop;AccountKey=" + FirstKey + ";TableEndpoint=http://127.0.0.1:7/shop;", "http://127.0.0.1:7/shop")]
    public void A_connection_string_names_the_endpoint(string connection, string endpoint)
    {
        var service = new TableServiceClient(connection);
        Assert.Equal((new Uri(endpoint), "shop"), (service.Uri, service.AccountName));
    }

    [Fact]
    public void Development_storage_is_the_emulator_s_default_account()
    {
        var service = new TableServiceClient("UseDevelopmentStorage=true");
        Assert.Equal((new Uri("http://127.0.0.1:10002/devstoreaccount1"), "devstoreaccount1"), (service.Uri, service.AccountName));
    }

    [Theory]
    [InlineData("")]
    [InlineData("AccountName=shop;AccountKey=" + FirstKey)]
    [InlineData("AccountName=shop;EndpointSuffix=core.windows.net")]
    [InlineData("AccountName=shop;AccountKey=" + FirstKey + ";nonsense")]
    [InlineData("AccountName=shop;AccountKey=;EndpointSuffix=core.windows.net")]
    public void A_broken_connection_string_is_refused_without_quoting_it(string connection)
    {
        var refusal = Assert.ThrowsAny<Exception>(() => new TableServiceClient(connection));
        Assert.DoesNotContain(FirstKey, refusal.ToString(), StringComparison.Ordinal);
    }

    private static string Signature(string key, string? date, string resource) =>
        "SharedKeyLite shop:" + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(date + "\n" + resource)));

    /// <summary>Changes the account's key after the first attempt was signed.</summary>
    private sealed class RotatingPolicy(TableSharedKeyCredential credential) : HttpPipelineSynchronousPolicy
    {
        public override void OnReceivedResponse(HttpMessage message) => credential.SetAccountKey(SecondKey);
    }

    private sealed class FixedToken : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new("the-token", DateTimeOffset.MaxValue);
        }

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
            new(GetToken(requestContext, cancellationToken));
    }
}
