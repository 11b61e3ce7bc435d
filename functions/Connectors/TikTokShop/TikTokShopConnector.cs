using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Connectors.TikTokShop;

/// <summary>How TikTok Shop speaks: every call is signed with the app's secret and the second it is made in; what became of it is told by a code in the body.</summary>
public sealed class TikTokShopConnector : IPlatformProtocol
{
    public const string ApiHost = "https://open-api.tiktokglobalshop.com";

    /// <summary>The only call in use that is about the seller, not about a shop.</summary>
    internal const string Shops = "/authorization/202309/shops";

    public static Connector Instance { get; } = new()
    {
        Descriptor = TikTokShopDescriptor.Value,
        Protocol = new TikTokShopConnector(),
        Authorization = new TikTokShopAuthorization(),
        Webhooks = new TikTokShopWebhooks(),
        Readers = TikTokShopReader.All,
        StockWriter = new TikTokShopStockWriter(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
        var url = attempt.RequestUri!;
        var query = url.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries).Select(static pair => pair.Split('=', 2))
            .ToDictionary(static pair => Uri.UnescapeDataString(pair[0]), static pair => Uri.UnescapeDataString(pair[1]));
        query["app_key"] = store.Secrets["clientId"].Reveal();
        query["timestamp"] = now.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        // Where it is not wanted it is an error.
        if (url.AbsolutePath != Shops && store.Secrets.TryGetValue("shopCipher", out var cipher))
        {
            query["shop_cipher"] = cipher.Reveal();
        }

        using var body = new StreamReader(attempt.Content!.ReadAsStream());
        query["sign"] = Sign(url.AbsolutePath, query, body.ReadToEnd(), store.Secrets["clientSecret"]);
        var signed = query.Select(static pair => $"{Uri.EscapeDataString(pair.Key)}={Uri.EscapeDataString(pair.Value)}");
        attempt.RequestUri = new Uri($"{url.GetLeftPart(UriPartial.Path)}?{string.Join('&', signed)}");
        attempt.Headers.TryAddWithoutValidation("x-tts-access-token", store.Secrets["accessToken"].Reveal());
    }

    public PlatformFault? Examine(PlatformResponse response)
    {
        var ordinary = OrdinaryFaults.Examine(response);
        var json = ordinary is null ? response.Json() : JsonReading.ObjectOrNull(response.Body);
        if (json.TextOrNull("code") is not { } code || (code == "0" && ordinary is not null))
        {
            return ordinary ?? new PlatformFault(FaultKind.PlatformFailure, "no-code", "TikTok Shop's answer does not say what became of the call.");
        }

        var message = json.TextOrNull("message") ?? "";
        return code == "0" ? null : new PlatformFault(Kind(code, message) ?? Fallback(ordinary), code, $"TikTok Shop: {message}", RequestId: json.TextOrNull("request_id"));
    }

    /// <summary>The query in the order of its names, behind the path and before the body, in between the secret twice: in lower-case hex.</summary>
    internal static string Sign(string path, IEnumerable<KeyValuePair<string, string>> query, string body, Secret secret)
    {
        var pairs = query.Where(static pair => pair.Key is not ("sign" or "access_token")).OrderBy(static pair => pair.Key, StringComparer.Ordinal);
        var text = $"{secret.Reveal()}{path}{string.Concat(pairs.Select(static pair => pair.Key + pair.Value))}{body}{secret.Reveal()}";
        return Convert.ToHexStringLower(HMACSHA256.HashData(secret.RevealUtf8(), Encoding.UTF8.GetBytes(text)));
    }

    /// <summary>Calls an API, which is counted apart from the others, and gives its data.</summary>
    /// <param name="path">The API with its version; a "{0}" in it is the id.</param>
    internal static async Task<T> CallAsync<T>(
        StoreSession store, HttpMethod method, string path, string id, object? body, Func<JsonElement, T> read, CancellationToken cancellationToken)
    {
        var url = new Uri(ApiHost + path.Replace("{0}", Uri.EscapeDataString(id), StringComparison.Ordinal));
        var request = new PlatformRequest(method, url)
        {
            // TikTok Shop wants the type with a GET too.
            ContentType = "application/json",
            Body = body is null ? default : JsonSerializer.SerializeToUtf8Bytes(body, JsonText.Options),
            Lane = new RateLane(path.Split('?')[0], TikTokShopDescriptor.Value.Budget),
        };
        return (await store.SendAsync(request, cancellationToken)).Read(json => read(json.Required("data")));
    }

    private static FaultKind? Kind(string code, string message) => code switch
    {
        "105002" => FaultKind.TokenExpired,
        "36004004" or "101000" or "106001" => FaultKind.CredentialsRejected,
        "105005" or "36009033" => FaultKind.ScopeMissing,
        "36009002" => FaultKind.Throttled,
        "36009003" or "36009007" or "10002014" or "10002015" or "10037002" or "10037003" or "10037004" => FaultKind.PlatformFailure,
        "12052031" or "12052032" or "12052048" or "12052260" or "12052556" or "21008111" => FaultKind.NotFound,
        "12052700" or "12052704" => FaultKind.StoreUnavailable,
        // A bad time passes: the answer's Date has set the clock, and the repeat is signed by it.
        "36009004" when message.Contains("timestamp", StringComparison.OrdinalIgnoreCase) => FaultKind.PlatformFailure,
        "36009004" when message.Contains("app_key", StringComparison.OrdinalIgnoreCase) => FaultKind.CredentialsRejected,
        "36009004" when message.Contains("token", StringComparison.OrdinalIgnoreCase) => FaultKind.TokenExpired,
        "36009004" or "106013" or "12052180" => FaultKind.Invalid,
        // The shape of the request, or a version that is served no longer: with HTTP 404, which must not read as a record that is gone.
        _ when code.StartsWith("360090", StringComparison.Ordinal) => FaultKind.Invalid,
        _ => null,
    };

    private static FaultKind Fallback(PlatformFault? ordinary) => ordinary?.Kind is null or FaultKind.NotFound ? FaultKind.Invalid : ordinary.Kind;
}
