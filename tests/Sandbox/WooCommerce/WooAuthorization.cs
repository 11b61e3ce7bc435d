using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>What came of a wc-auth hand-over.</summary>
/// <param name="RedirectTo">Where the browser goes; null when it stays on an error page.</param>
/// <param name="CallbackStatus">What the callback answered the keys with; null when it was not called or not reached.</param>
/// <param name="Error">The sentence on the error page.</param>
public sealed record WooCommerceApproval(WooCommerceKey? Key, Uri? RedirectTo, int? CallbackStatus, string? Error);

/// <summary>wc-auth: the site's own server posts a new key to the application, then the browser goes back.</summary>
internal sealed class WooAuthorization(WooCommerceSite site) : IDisposable
{
    private static readonly string[] Required = ["app_name", "user_id", "return_url", "callback_url", "scope"];

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(60) };

    /// <summary>The page a browser gets, or null and the error that stands on it instead.</summary>
    public (string? Page, string? Error) Ask(IReadOnlyDictionary<string, string[]> query)
    {
        if (Judge(query) is { } error)
        {
            return (null, error);
        }

        var application = WooHtml.Text(query["app_name"][^1]);
        var granted = WooHtml.Text($"{site.Url}/wc-auth/v1/access_granted?{WooQuery.Write(query, "wc_auth_nonce", Nonce(query))}");
        var denied = WooHtml.Text(Back(query, success: false).AbsoluteUri);
        return (WooHtml.Page(
            $"{query["app_name"][^1]} would like to connect to your store",
            $"<p>This will give \"{application}\" <strong>{WooHtml.Text(query["scope"][^1])}</strong> access.</p>"
            + $"<p><a class=\"wc-auth-approve\" href=\"{granted}\">Approve</a> <a class=\"wc-auth-deny\" href=\"{denied}\">Deny</a></p>"), null);
    }

    public string Nonce(IReadOnlyDictionary<string, string[]> query) => site.Hash($"nonce {query["user_id"][^1]} {query["callback_url"][^1]}")[..10];

    public async Task<WooCommerceApproval> ApproveAsync(IReadOnlyDictionary<string, string[]> query)
    {
        site.Log.Called("wc-auth.approve");
        if (Judge(query) is { } error)
        {
            return new WooCommerceApproval(null, null, null, error);
        }

        var permission = query["scope"][^1] switch
        {
            "read" => WooCommercePermission.Read,
            "write" => WooCommercePermission.Write,
            _ => WooCommercePermission.ReadWrite,
        };
        var key = site.CreateKey(permission, WooCommerceRole.Administrator, $"{query["app_name"][^1]} - API");
        var status = await PostAsync(key, query);
        if (status == 200)
        {
            return new WooCommerceApproval(key, Back(query, success: true), status, null);
        }

        site.RevokeKey(key);
        var answered = status?.ToString(CultureInfo.InvariantCulture) ?? "nothing";
        site.Log.Violated("wc-auth.approve", $"the callback answered {answered}, so the key was deleted");
        return new WooCommerceApproval(null, null, status, "An error occurred in the request and at the time were unable to send the consumer data");
    }

    public WooCommerceApproval Deny(IReadOnlyDictionary<string, string[]> query)
    {
        site.Log.Called("wc-auth.deny");
        return Judge(query) is { } error
            ? new WooCommerceApproval(null, null, null, error)
            : new WooCommerceApproval(null, Back(query, success: false), null, null);
    }

    public void Dispose() => _http.Dispose();

    private static string? Judge(IReadOnlyDictionary<string, string[]> query)
    {
        var missing = Required.FirstOrDefault(name => !query.TryGetValue(name, out var values) || values[^1].Length == 0);
        if (missing is not null)
        {
            return $"Missing parameter {missing}";
        }

        if (query["scope"][^1] is not ("read" or "write" or "read_write"))
        {
            return $"Invalid scope {query["scope"][^1]}";
        }

        foreach (var name in (string[])["return_url", "callback_url"])
        {
            if (!Uri.TryCreate(Formatted(query[name][^1]), UriKind.Absolute, out _))
            {
                return $"The {query[name][^1]} is not a valid URL";
            }
        }

        // The real one knows no exception for loopback; a sandbox has no certificate there.
        var callback = new Uri(Formatted(query["callback_url"][^1]));
        var safe = callback.Scheme == Uri.UriSchemeHttps || (callback.Scheme == Uri.UriSchemeHttp && callback.IsLoopback);
        return safe ? null : "The callback_url needs to be over SSL";
    }

    private static string Formatted(string url) => url.Contains("://", StringComparison.Ordinal) ? url : "https://" + url;

    private static Uri Back(IReadOnlyDictionary<string, string[]> query, bool success)
    {
        var url = Formatted(query["return_url"][^1]);
        var joint = url.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        return new Uri($"{url}{joint}success={(success ? 1 : 0)}&user_id={Uri.EscapeDataString(query["user_id"][^1])}");
    }

    private async Task<int?> PostAsync(WooCommerceKey key, IReadOnlyDictionary<string, string[]> query)
    {
        var url = new Uri(Formatted(query["callback_url"][^1]));
        if (!url.IsLoopback)
        {
            return null;
        }

        var userId = query["user_id"][^1];
        var body = WooJson.Write(new JsonObject
        {
            ["key_id"] = key.Id,
            ["user_id"] = site.Behaviour.UserIdAsNumber && long.TryParse(userId, out var number) ? number : userId,
            ["consumer_key"] = key.ConsumerKey,
            ["consumer_secret"] = key.ConsumerSecret,
            ["key_permissions"] = key.PermissionName,
        });
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("Content-Type", "application/json;charset=UTF-8");
        try
        {
            using var response = await _http.PostAsync(url, content);
            return (int)response.StatusCode;
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }
}
