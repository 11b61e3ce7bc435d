using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>The web server of one site: pages, the two forms of the REST address, credentials, and what goes wrong in front of PHP.</summary>
internal sealed class WooFrontDoor(WooCommerceSite site)
{
    private const string Notice =
        "<br />\n<b>Warning</b>:  Undefined array key \"price\" in <b>/var/www/html/wp-content/plugins/old-plugin/old-plugin.php</b> on line <b>12</b><br />\n";

    private const string Realm =
        "Basic realm=\"WooCommerce API. Use a consumer key in the username field and a consumer secret in the password field.\"";

    private readonly WooApi _api = new(site);

    public async Task AnswerAsync(HttpContext context, CancellationToken stopping)
    {
        using var visit = site.Enter();
        var query = WooQuery.Parse(context.Request.QueryString.Value ?? "");
        context.Request.Path.StartsWithSegments(site.Address.AbsolutePath.TrimEnd('/'), StringComparison.OrdinalIgnoreCase, out var rest);
        var path = (rest.Value ?? "").TrimEnd('/');
        if (path is "" or "/index.php" && query.TryGetValue("rest_route", out var route))
        {
            await RestAsync(context, query, route[^1].TrimEnd('/'), stopping);
        }
        else if (site.Behaviour.PrettyPermalinks && path.StartsWith("/wp-json", StringComparison.Ordinal))
        {
            await RestAsync(context, query, path["/wp-json".Length..], stopping);
        }
        else if (AuthorizationRoute(path, query) is { } page)
        {
            await AuthorizeAsync(context, page, query);
        }
        else
        {
            site.Log.Called("page");
            await (path.Length == 0 ? PageAsync(context, 200, WooHtml.Page(site.Store.Profile.Name)) : PageAsync(context, 404, WooHtml.Page("Page not found")));
        }
    }

    public static Task PageAsync(HttpContext context, int status, string page)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=UTF-8";
        return context.Response.WriteAsync(page, context.RequestAborted);
    }

    private string? AuthorizationRoute(string path, IReadOnlyDictionary<string, string[]> query)
    {
        if (query.TryGetValue("wc-auth-route", out var route) && query.GetValueOrDefault("wc-auth-version") is ["1"])
        {
            return route[^1];
        }

        return site.Behaviour.PrettyPermalinks && path.StartsWith("/wc-auth/v1/", StringComparison.Ordinal) ? path["/wc-auth/v1/".Length..] : null;
    }

    private async Task AuthorizeAsync(HttpContext context, string page, IReadOnlyDictionary<string, string[]> query)
    {
        site.Log.Called($"wc-auth.{page}");
        var (shown, error) = site.Authorization.Ask(query);
        if (error is null && page == "authorize")
        {
            await PageAsync(context, 200, shown!);
            return;
        }

        if (error is null && page == "access_granted" && query.GetValueOrDefault("wc_auth_nonce") is [var nonce] && nonce == site.Authorization.Nonce(query))
        {
            var approval = await site.Authorization.ApproveAsync(query);
            if (approval.RedirectTo is not null)
            {
                context.Response.Redirect(approval.RedirectTo.AbsoluteUri);
                return;
            }

            error = approval.Error;
        }

        error ??= page == "access_granted" ? "Invalid nonce verification" : "You do not have permission to access this page";
        site.Log.Violated($"wc-auth.{page}", error);
        await PageAsync(context, 401, WooHtml.Page("Access denied", $"<p>Error: {WooHtml.Text(error)}.</p>"));
    }

    private async Task RestAsync(HttpContext context, IReadOnlyDictionary<string, string[]> query, string route, CancellationToken stopping)
    {
        var fault = site.NextFault();
        if (fault is { Kind: WooCommerceFault.FaultKind.Hang })
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, site.Clock, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            context.Abort();
        }
        else if (fault is { Kind: WooCommerceFault.FaultKind.Answer })
        {
            await FaultAsync(context, fault);
        }
        else
        {
            var answer = await CallAsync(context, query, route);
            if (fault is { Kind: WooCommerceFault.FaultKind.DropAfterWork })
            {
                context.Abort();
                return;
            }

            await WriteAsync(context, answer);
        }
    }

    private async Task FaultAsync(HttpContext context, WooCommerceFault fault)
    {
        site.Log.Called($"fault.{fault.Status}");
        context.Response.StatusCode = fault.Status;
        context.Response.ContentType = fault.ContentType;
        if (fault.RetryAfter is not null)
        {
            context.Response.Headers.RetryAfter = fault.RetryAfter;
        }

        await context.Response.WriteAsync(fault.Body, context.RequestAborted);
    }

    private async Task<WooAnswer> CallAsync(HttpContext context, IReadOnlyDictionary<string, string[]> query, string route)
    {
        var (key, refusal) = Authenticate(context.Request, query);
        var (body, invalid) = await BodyAsync(context.Request);
        var method = query.GetValueOrDefault("_method")?[^1].ToUpperInvariant() ?? context.Request.Method;
        var (kind, answer) = (refusal ?? invalid) is { } refused
            ? ("refused", refused)
            : await _api.AnswerAsync(new WooRequest(method, route, query, body, key));
        site.Log.Called(kind);
        site.Log.Called($"status.{answer.Status}");

        // A thing that is gone is no mistake of the caller's.
        if (answer.Code is not null && !answer.Code.EndsWith("_invalid_id", StringComparison.Ordinal))
        {
            site.Log.Violated(kind, $"{answer.Status} {answer.Code} at {method} {route}: {answer.Body!["message"]}");
        }

        return answer;
    }

    /// <summary>
    /// Core's order: the query's credentials first, then the header, and neither over plain http. An unknown key is nobody, which the public
    /// index does not mind; only a wrong secret is an error.
    /// </summary>
    private (WooCommerceKey? Key, WooAnswer? Refusal) Authenticate(HttpRequest request, IReadOnlyDictionary<string, string[]> query)
    {
        if (site.Address.Scheme != Uri.UriSchemeHttps)
        {
            return (null, null);
        }

        var (name, secret) = (query.GetValueOrDefault("consumer_key")?[^1], query.GetValueOrDefault("consumer_secret")?[^1]);
        if (string.IsNullOrEmpty(name) || string.IsNullOrEmpty(secret))
        {
            (name, secret) = site.Behaviour.StripsAuthorization ? default : Basic(request.Headers.Authorization.ToString());
        }

        if (string.IsNullOrEmpty(name) || site.FindKey(name) is not { } key)
        {
            return (null, null);
        }

        return key.ConsumerSecret == secret
            ? (key, null)
            : (null, WooAnswer.Refused(401, "woocommerce_rest_authentication_error", "Consumer secret is invalid.") with
            {
                Headers = [("WWW-Authenticate", Realm)],
            });
    }

    private static (string?, string?) Basic(string header)
    {
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            return default;
        }

        var bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header[6..].Trim(), bytes, out var length))
        {
            return default;
        }

        var pair = Encoding.UTF8.GetString(bytes, 0, length).Split(':', 2);
        return pair.Length == 2 ? (pair[0], pair[1]) : default;
    }

    /// <summary>WordPress reads JSON only under a JSON content type; any other body of ours is not seen at all.</summary>
    private async Task<(JsonElement? Body, WooAnswer? Refusal)> BodyAsync(HttpRequest request)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, request.HttpContext.RequestAborted);
        if (bytes.Length == 0)
        {
            return (null, null);
        }

        if (request.ContentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true)
        {
            site.Log.Violated("body", "a body whose Content-Type is not application/json was not read");
            return (null, null);
        }

        try
        {
            var body = JsonElement.Parse(bytes.GetBuffer().AsSpan(0, (int)bytes.Length));
            return (body.ValueKind == JsonValueKind.Object ? body : null, null);
        }
        catch (JsonException)
        {
            return (null, WooAnswer.Refused(400, "rest_invalid_json", "Invalid JSON body passed."));
        }
    }

    private async Task WriteAsync(HttpContext context, WooAnswer answer)
    {
        context.Response.StatusCode = answer.Status;
        context.Response.ContentType = "application/json; charset=UTF-8";
        foreach (var (name, value) in answer.Headers)
        {
            context.Response.Headers[name] = value;
        }

        var notice = site.Behaviour.Quirks.HasFlag(WooCommerceQuirks.PhpNotice) ? Notice : "";
        await context.Response.WriteAsync(notice + WooJson.Write(answer.Body), context.RequestAborted);
    }
}
