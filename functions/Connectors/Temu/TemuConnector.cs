using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace StoreClaw.Connectors.Temu;

/// <summary>One address per region takes every call; the body names it and carries the proof; what became of it is told by a code in a 200.</summary>
internal sealed class TemuConnector : IPlatformProtocol
{
    /// <summary>By what the seller types: host of the API, seller center where sellers approve (where Temu names one), currency of orders that do not tell theirs.</summary>
    public static readonly IReadOnlyDictionary<string, (string Api, string? SellerCenter, string Currency)> Regions = new Dictionary<string, (string, string?, string)>
    {
        ["US"] = ("openapi-b-us.temu.com", "https://seller.temu.com", "USD"),
        ["EU"] = ("openapi-b-eu.temu.com", "https://seller-eu.temu.com", "EUR"),
        ["GLOBAL"] = ("openapi-b-global.temu.com", null, "XXX"),
    };

    private const string AuthorizeAgain = "Temu does not accept this token or code: authorize again in the seller center and connect the store with the new one.";

    public static Connector Instance { get; } = new()
    {
        Descriptor = TemuDescriptor.Value,
        Protocol = new TemuConnector(),
        Authorization = new TemuAuthorization(),
        Webhooks = new TemuWebhooks(),
        Readers = new Dictionary<Resource, IReader> { [Resource.Orders] = new TemuOrders(), [Resource.Products] = new TemuGoods(), [Resource.Stock] = new TemuStock() },
        StockWriter = new TemuStockWriter(),
    };

    /// <summary>Fields with a value of their own already are left: the exchange of a code has the code as its token.</summary>
    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
        var body = JsonNode.Parse(attempt.Content!.ReadAsStream())!.AsObject();
        body["app_key"] = store.Secrets["clientId"].Reveal();
        body["access_token"] ??= store.Secrets["accessToken"].Reveal();
        body["data_type"] = "JSON";
        body["timestamp"] = now.ToUnixTimeSeconds();
        body["sign"] = Sign(body, store.Secrets["clientSecret"]);
        attempt.Content = new StringContent(body.ToJsonString(JsonText.Options), Encoding.UTF8, "application/json");
    }

    public PlatformFault? Examine(PlatformResponse response) => OrdinaryFaults.ExamineTold(response, "Temu", static answer =>
    {
        var code = answer.TextOrNull("errorCode") ?? "no-code";
        return answer.Flag("success") && code == "1000000" ? null : Fault(code) with { RequestId = answer.TextOrNull("requestId") };
    });

    /// <summary>A call by its name.</summary>
    /// <param name="fields">An object whose members lie beside the name.</param>
    internal static PlatformRequest Request(StoreSession store, string type, object fields)
    {
        var body = JsonSerializer.SerializeToNode(fields, JsonText.Options)!.AsObject();
        body["type"] = type;
        return PlatformRequest.Json(HttpMethod.Post, $"https://{Regions[RegionOf(store)].Api}/openapi/router", body);
    }

    internal static async Task<T> CallAsync<T>(StoreSession store, string type, object fields, Func<JsonElement, T> read, CancellationToken cancellationToken) =>
        (await store.SendAsync(Request(store, type, fields), cancellationToken)).Read(answer => read(answer.Required("result")));

    /// <summary>While a store is being connected, the region stands in the place of its name.</summary>
    internal static string RegionOf(StoreSession store) => store.Facts.GetValueOrDefault("region") ?? store.Store;

    /// <summary>Over the root's fields in the order of their names: texts without their quotes, all else as it is sent.</summary>
    [SuppressMessage("Security", "CA5351", Justification = "Temu signs with MD5.")]
    private static string Sign(JsonObject body, Secret secret)
    {
        var text = new StringBuilder(secret.Reveal());
        foreach (var (name, value) in body.OrderBy(static field => field.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(value!.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString(JsonText.Options));
        }

        return Convert.ToHexString(MD5.HashData(Encoding.UTF8.GetBytes(text.Append(secret.Reveal()).ToString())));
    }

    private static PlatformFault Fault(string code) => code switch
    {
        // Replaced, perhaps by one that another process has stored meanwhile.
        "3000034" => new(FaultKind.TokenExpired, code, AuthorizeAgain),
        "3000030" or "3000031" or "3000033" or "5000000" or "110020002" or "110020003" => new(FaultKind.CredentialsRejected, code, AuthorizeAgain),
        "3000001" or "3000040" or "3000019" or "3000020" or "3000025" or "3000026" =>
            new(FaultKind.CredentialsRejected, code, "Temu does not accept the app: check app key and app secret, and whether the app is registered in this region."),
        "3000032" => new(FaultKind.ScopeMissing, code, "The seller has not given the app this right: tick it in the seller center and connect the store with the new token."),
        "3000021" or "3000022" or "3000027" or "3000028" => new(FaultKind.ScopeMissing, code, "The app lacks this right, or is suspended: see to it on the partner platform."),
        "5000003" => new(FaultKind.ScopeMissing, code, "This machine's address is not on the app's list: add it on the partner platform."),
        "110020008" or "110020009" => new(FaultKind.ScopeMissing, code, "These events lack the seller's tick in the seller center, or the app's subscription on the partner platform."),
        "140020001" or "140020003" or "140020015" => new(FaultKind.ScopeMissing, code, "Temu does not offer this call to this store, or wants an agreement signed on the partner platform first."),
        "4000004" or "110020007" => new(FaultKind.Throttled, code, "Temu asks to slow down."),
        "140020002" => new(FaultKind.NotFound, code, "Temu does not have it."),
        // An app of another region is told so, too.
        "4000000" => new(FaultKind.PlatformFailure, code, "Temu failed. If that stays so, check whether the app is registered in this region."),
        "2000000" or "6000001" or "7000000" or "110020001" or "150010002" or "150010005" => new(FaultKind.PlatformFailure, code, $"Temu failed. ({code})"),
        // The answer's Date header has put the clock right by now: a repeat is signed with Temu's own time.
        "3000010" or "3000011" or "3000012" => new(FaultKind.PlatformFailure, code, "Temu finds the time of the request wrong: check this machine's clock."),
        _ => new(FaultKind.Invalid, code, $"Temu does not accept the request. ({code})"),
    };
}
