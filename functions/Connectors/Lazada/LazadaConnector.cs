using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.WebUtilities;

namespace StoreClaw.Connectors.Lazada;

/// <summary>Six countries, each with a host of its own; every call is signed with the clock in it, and nearly every answer is a 200 whose code decides.</summary>
internal sealed partial class LazadaConnector : IPlatformProtocol
{
    /// <summary>By country: host of the API, currency, time zone.</summary>
    public static readonly IReadOnlyDictionary<string, (string Host, string Currency, string TimeZone)> Countries = new Dictionary<string, (string, string, string)>
    {
        ["sg"] = ("api.lazada.sg", "SGD", "Asia/Singapore"),
        ["th"] = ("api.lazada.co.th", "THB", "Asia/Bangkok"),
        ["my"] = ("api.lazada.com.my", "MYR", "Asia/Kuala_Lumpur"),
        ["vn"] = ("api.lazada.vn", "VND", "Asia/Ho_Chi_Minh"),
        ["ph"] = ("api.lazada.com.ph", "PHP", "Asia/Manila"),
        ["id"] = ("api.lazada.co.id", "IDR", "Asia/Jakarta"),
    };

    /// <summary>Before Lazada sold anything.</summary>
    internal static readonly DateTimeOffset Beginning = new(2012, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private const string Rest = "/rest";

    public static Connector Instance { get; } = new()
    {
        Descriptor = LazadaDescriptor.Value,
        Protocol = new LazadaConnector(),
        Authorization = new LazadaAuthorization(),
        Webhooks = new LazadaWebhooks(),
        Readers = new Dictionary<Resource, IReader>
        {
            [Resource.Orders] = new LazadaOrders(),
            [Resource.Products] = new LazadaProducts(static product => LazadaProducts.All(product)),
            [Resource.Stock] = new LazadaProducts(static product => LazadaProducts.All(product).Where(static change => change is StockChange)),
        },
        StockWriter = new LazadaStockWriter(),
    };

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now) => attempt.RequestUri = Signed(
        attempt.RequestUri!,
        attempt.Content is null ? [] : Form(attempt.Content.ReadAsStream()),
        store.Secrets["clientId"].Reveal(),
        store.Secrets["clientSecret"],
        store.Secrets["accessToken"].Reveal(),
        now);

    public PlatformFault? Examine(PlatformResponse response) => OrdinaryFaults.ExamineTold(response, "Lazada", static answer =>
    {
        var (code, message) = (answer.TextOrNull("code"), answer.TextOrNull("message"));
        return code == "0" ? null : Fault(code ?? "no-code", message ?? "") with { RequestId = answer.TextOrNull("request_id") };
    });

    /// <summary>With the system parameters and the signature over all of them. The form's fields are signed, but stay in the body.</summary>
    internal static Uri Signed(Uri url, IEnumerable<KeyValuePair<string, string>> form, string appKey, Secret appSecret, string? token, DateTimeOffset now)
    {
        var query = QueryHelpers.ParseQuery(url.Query).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString())).ToList();
        query.AddRange([new("app_key", appKey), new("timestamp", now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)), new("sign_method", "sha256")]);
        if (token is not null)
        {
            query.Add(new("access_token", token));
        }

        query.Add(new("sign", Sign(url.AbsolutePath[Rest.Length..], query.Concat(form), appSecret)));
        return new Uri($"{url.GetLeftPart(UriPartial.Path)}?{string.Join('&', query.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}");
    }

    /// <summary>Upper-case hex over the path and the parameters, sorted, with nothing between; empty values are left out.</summary>
    internal static string Sign(string path, IEnumerable<KeyValuePair<string, string>> parameters, Secret appSecret)
    {
        var text = new StringBuilder(path);
        foreach (var (name, value) in parameters.Where(static pair => pair.Value.Length > 0).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            text.Append(name).Append(value);
        }

        return Convert.ToHexString(HMACSHA256.HashData(appSecret.RevealUtf8(), Encoding.UTF8.GetBytes(text.ToString())));
    }

    /// <summary>A call to the API of the store's country.</summary>
    internal static Task<PlatformResponse> GetAsync(StoreSession store, string path, IEnumerable<KeyValuePair<string, string>> parameters, CancellationToken cancellationToken) =>
        store.SendAsync(PlatformRequest.Get($"{Root(store)}{path}?{string.Join('&', parameters.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"))}"), cancellationToken);

    internal static string Root(StoreSession store) => $"https://{Countries[Country(store)].Host}{Rest}";

    /// <summary>A time as the lists' filters take it.</summary>
    internal static string Text(DateTimeOffset time) => $"{time.Second()}+00:00";

    /// <summary>The store's name is its country and the seller's id there, "sg/1152180742".</summary>
    internal static string Country(StoreSession store) => store.Store.Split('/')[0];

    private static IEnumerable<KeyValuePair<string, string>> Form(Stream body)
    {
        using var reader = new StreamReader(body, Encoding.UTF8);
        return [.. QueryHelpers.ParseQuery(reader.ReadToEnd()).Select(static pair => KeyValuePair.Create(pair.Key, pair.Value.ToString()))];
    }

    /// <summary>The same code comes with another <c>type</c> now and then, so the code alone decides.</summary>
    private static PlatformFault Fault(string code, string message) => code switch
    {
        "IllegalAccessToken" => new(FaultKind.TokenExpired, code, "Lazada does not accept the access token."),
        "IllegalRefreshToken" or "InvalidCode" => new(FaultKind.CredentialsRejected, code, "Lazada no longer accepts this authorization. Connect the store again."),
        "IncompleteSignature" => new(FaultKind.CredentialsRejected, code, "Lazada does not accept the signature. Check App Key and App Secret."),
        "InsufficientPermission" => new(FaultKind.ScopeMissing, code, "The app lacks the API group for this. Apply for it in the app's console on Lazada."),
        "SellerNotActive" or "SellerNotVerified" => new(FaultKind.StoreUnavailable, code, "Lazada says that the seller is not active."),
        "ApiCallLimit" or "AppApiCallLimit" or "SellerCallLimit" or "901" or "4154" =>
            new(FaultKind.Throttled, code, "Lazada asks to slow down.", Ban().Match(message) is { Success: true } ban ? TimeSpan.FromSeconds(int.Parse(ban.Groups[1].Value, CultureInfo.InvariantCulture)) : null),
        "6" or "500" or "501" or "503" or "513" or "1000" or "4147" or "ServiceTimeout" => new(FaultKind.PlatformFailure, code, $"Lazada failed. ({code})"),
        // The answer's Date header has put the clock right by now, so a repeat is signed with the platform's own time.
        "InvalidTimestamp" or "IllegalTimestamp" => new(FaultKind.PlatformFailure, code, "Lazada finds the time of the call wrong."),
        "16" or "208" => new(FaultKind.NotFound, code, "Lazada does not have it."),
        _ => new(FaultKind.Invalid, code, $"Lazada does not accept the request. ({code})"),
    };

    [GeneratedRegex(@"\b([0-9]{1,5}) second")]
    private static partial Regex Ban();
}
