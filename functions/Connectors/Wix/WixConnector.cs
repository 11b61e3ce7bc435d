using System.Text;

namespace StoreClaw.Connectors.Wix;

/// <summary>An app installed on a site; each installation is an instance with a token of its own, sent raw.</summary>
public sealed class WixConnector : IPlatformProtocol
{
    internal const string Api = "https://www.wixapis.com";

    public static Connector Instance { get; } = new()
    {
        Descriptor = WixDescriptor.Value,
        Protocol = new WixConnector(),
        Authorization = new WixAuthorization(),
        Webhooks = new WixWebhooks(),
        Readers = new Dictionary<Resource, IReader>
        {
            [Resource.Orders] = new WixOrders(),
            [Resource.Products] = new WixCatalog(isStock: false),
            [Resource.Stock] = new WixCatalog(isStock: true),
            [Resource.Customers] = new WixContacts(),
        },
        StockWriter = new WixStockWriter(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) =>
        attempt.Headers.TryAddWithoutValidation("Authorization", store.Secrets["accessToken"].Reveal());

    public PlatformFault? Examine(PlatformResponse response)
    {
        if (OrdinaryFaults.Examine(response, "X-Wix-Request-Id") is not { } fault)
        {
            // Every answer is JSON, an empty one {}; anything else is a page in its place.
            response.Json();
            return null;
        }

        var body = JsonReading.ObjectOrNull(response.Body);
        var details = body.Member("details");
        var violation = details.Member("validationError").Items("fieldViolations").FirstOrDefault();
        var code = details.Member("applicationError").TextOrNull("code") ?? violation.TextOrNull("ruleName") ?? violation.TextOrNull("violatedRule");
        var told = string.Join(' ', new[] { body.TextOrNull("message"), code, violation.TextOrNull("field") }.Where(static part => !string.IsNullOrEmpty(part)));
        fault = fault with { Message = told.Length > 0 ? $"Wix: {told} (HTTP {response.Status})" : fault.Message };
        return response.Status switch
        {
            // A stale revision, or a call of the catalog version that this site does not have; the code stays the status, by which the latter is told.
            428 => fault with { Kind = FaultKind.Conflict },
            501 => fault with { Kind = FaultKind.Invalid },
            _ => fault with { Code = code ?? fault.Code },
        };
    }

    internal static Task<PlatformResponse> GetAsync(StoreSession store, string path, CancellationToken cancellationToken) => store.SendAsync(PlatformRequest.Get(Api + path), cancellationToken);

    internal static Task<PlatformResponse> PostAsync(StoreSession store, string path, string json, CancellationToken cancellationToken) =>
        store.SendAsync(Request(HttpMethod.Post, path, json), cancellationToken);

    internal static PlatformRequest Request(HttpMethod method, string path, string json) =>
        new(method, new Uri(Api + path)) { Body = Encoding.UTF8.GetBytes(json), ContentType = "application/json" };
}
