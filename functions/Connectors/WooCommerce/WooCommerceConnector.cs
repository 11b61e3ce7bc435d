using System.Net.Http.Headers;
using System.Text;

namespace StoreClaw.Connectors.WooCommerce;

/// <summary>WooCommerce is a plug-in on the seller's own WordPress site: every store is its own server, with its own form of the address and its own trouble.</summary>
public sealed class WooCommerceConnector : IPlatformProtocol
{
    private const string Settings = "WooCommerce > Settings > Advanced > REST API";

    private const string ReadOnly = $"The key may not do this: it needs Read/Write (under {Settings}).";

    /// <param name="randomness">Makes the secret a store signs its webhooks with.</param>
    public static Connector Create(Randomness randomness) => new()
    {
        Descriptor = WooCommerceDescriptor.Value,
        Protocol = new WooCommerceConnector(),
        Authorization = new WooCommerceAuthorization(randomness),
        Webhooks = new WooCommerceWebhooks(),
        Readers = WooCommerceSync.Readers,
        StockWriter = new WooCommerceStockWriter(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
        var (key, secret) = (store.Secrets["consumerKey"].Reveal(), store.Secrets["consumerSecret"].Reveal());
        if (store.Facts.ContainsKey("keysInQuery"))
        {
            // Some web servers drop the Authorization header before PHP sees it; without this their stores answer 401 woocommerce_rest_cannot_view.
            var url = attempt.RequestUri!.AbsoluteUri;
            attempt.RequestUri = new Uri($"{url}{(url.Contains('?', StringComparison.Ordinal) ? '&' : '?')}consumer_key={Uri.EscapeDataString(key)}&consumer_secret={Uri.EscapeDataString(secret)}");
            return;
        }

        attempt.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{key}:{secret}")));
    }

    public PlatformFault? Examine(PlatformResponse response)
    {
        var isData = JsonStart(response.Body.Span) is var start && start >= 0;
        var ordinary = OrdinaryFaults.Examine(response);
        var error = isData && ordinary is not null ? JsonElement.Parse(response.Body.Span[start..]) : default;
        var code = error.TextOrNull("code");
        return response.Status switch
        {
            >= 200 and < 300 when isData => null,
            >= 300 and < 400 => new(FaultKind.Invalid, "moved", $"The site sends on to {response.Headers.Location?.Host ?? "another address"}: enter the address it really has."),
            // The same code as for a wrong secret, and the text in English stores only; what connecting found guards the writes of the others.
            401 when error.TextOrNull("message")?.Contains("permission", StringComparison.Ordinal) == true => new(FaultKind.ScopeMissing, "key-permission", ReadOnly),
            // 401 is a caller it does not know, also with cannot_view: so a deleted key looks. A known one without the right is 403.
            401 when isData => new(FaultKind.CredentialsRejected, code ?? "http-401", $"The store does not accept the key: make a new one under {Settings}."),
            // Never NotFound: a plug-in switched off for an hour would make tombstones of all that is looked up meanwhile.
            404 when code is null or "rest_no_route" => new(FaultKind.StoreUnavailable, code ?? "no-api", "No WooCommerce there: check the address and sub-folder, and that WooCommerce is active and its REST API open."),
            429 or 508 => ordinary! with { Kind = FaultKind.Throttled },
            503 when response.Header("Retry-After") is not null => ordinary! with { Kind = FaultKind.Throttled },
            _ when !isData => new(FaultKind.PlatformFailure, "firewall", "The site answers with a page, not data. If that stays so, a firewall or maintenance mode blocks StoreClaw."),
            _ when code?.EndsWith("_invalid_id", StringComparison.Ordinal) == true => ordinary! with { Kind = FaultKind.NotFound, Code = code },
            _ => ordinary! with { Code = code ?? ordinary.Code },
        };
    }

    internal static Task<PlatformResponse> GetAsync(StoreSession store, string path, string query, CancellationToken cancellationToken) =>
        SendAsync(store, HttpMethod.Get, path, query, null, cancellationToken);

    /// <summary>A call under the form of address that connecting found.</summary>
    internal static Task<PlatformResponse> SendAsync(StoreSession store, HttpMethod method, string path, string query, object? body, CancellationToken cancellationToken)
    {
        if (method != HttpMethod.Get && store.Facts.GetValueOrDefault("permission") == "read")
        {
            throw new PlatformException(new PlatformFault(FaultKind.ScopeMissing, "key-permission", ReadOnly));
        }

        var root = store.Facts["apiRoot"];
        var url = $"{store.Store}{root}/{path}{(query.Length == 0 ? "" : root.Contains('?', StringComparison.Ordinal) ? "&" : "?")}{query}";
        var request = body is null ? new PlatformRequest(method, new Uri(url)) : PlatformRequest.Json(method, url, body);
        return SendAsync(store, request with { Repeatable = method != HttpMethod.Post }, cancellationToken);
    }

    /// <summary>Without what a site with display_errors on prints in front of the JSON.</summary>
    internal static async Task<PlatformResponse> SendAsync(StoreSession store, PlatformRequest request, CancellationToken cancellationToken)
    {
        var response = await store.SendAsync(request, cancellationToken);
        return response.Body.Span[0] is (byte)'{' or (byte)'[' ? response : response with { Body = response.Body[JsonStart(response.Body.Span)..] };
    }

    /// <summary>Where the one JSON value begins that reaches to the end of the body; -1 when there is none.</summary>
    private static int JsonStart(ReadOnlySpan<byte> body)
    {
        for (var (from, tries) = (0, 0); tries < 16 && body[from..].IndexOfAny((byte)'{', (byte)'[') is >= 0 and var step; (from, tries) = (from + step + 1, tries + 1))
        {
            try
            {
                JsonElement.Parse(body[(from + step)..]);
                return from + step;
            }
            catch (JsonException)
            {
                // A bracket within the notice, or a page.
            }
        }

        return -1;
    }
}
