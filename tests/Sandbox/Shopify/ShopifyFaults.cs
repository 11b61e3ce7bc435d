using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.Shopify;

public enum ShopifyFault
{
    /// <summary>429 with Retry-After.</summary>
    TooManyRequests,

    /// <summary>GraphQL's way: 200 with a THROTTLED error and an empty bucket. Elsewhere 429.</summary>
    Throttled,

    /// <summary>500 with a JSON body.</summary>
    ServerError,

    /// <summary>502 with an HTML body.</summary>
    BadGateway,

    /// <summary>200 with an HTML body.</summary>
    HtmlBody,

    /// <summary>No answer until the caller gives up.</summary>
    Hang,

    /// <summary>The connection breaks before anything was done.</summary>
    Drop,

    /// <summary>The call is carried out, then the connection breaks.</summary>
    DropAnswer,

    /// <summary>Every access token of the shop dies just before the call.</summary>
    ExpireTokens,
}

/// <summary>Faults waiting for their calls.</summary>
internal sealed class ShopifyFaults
{
    private readonly Lock _lock = new();
    private readonly List<(ShopifyFault Fault, string? Kind)> _waiting = [];

    public void Add(int calls, ShopifyFault fault, string? kind)
    {
        lock (_lock)
        {
            _waiting.AddRange(Enumerable.Repeat((fault, kind), calls));
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _waiting.Clear();
        }
    }

    public ShopifyFault? Next(string kind)
    {
        lock (_lock)
        {
            var index = _waiting.FindIndex(waiting => waiting.Kind is null || waiting.Kind == kind);
            if (index < 0)
            {
                return null;
            }

            var fault = _waiting[index].Fault;
            _waiting.RemoveAt(index);
            return fault;
        }
    }

    /// <summary>Answers in place of the call; false when the call goes on.</summary>
    public static async Task<bool> ActAsync(ShopifyFault fault, HttpContext http, ShopifyShop? shop, CancellationToken stopping)
    {
        switch (fault)
        {
            case ShopifyFault.Throttled when http.Request.Path.Value!.EndsWith("/graphql.json", StringComparison.Ordinal):
                shop?.Points.Drain();
                return false;
            case ShopifyFault.TooManyRequests or ShopifyFault.Throttled:
                http.Response.Headers.RetryAfter = "2.0";
                await ShopifyAnswers.ErrorAsync(http, 429, "Exceeded 2 calls per second for api client. Reduce request rates to resume uninterrupted service.");
                return true;
            case ShopifyFault.ServerError:
                await ShopifyAnswers.JsonAsync(http, 500, new JsonObject { ["errors"] = "Internal Server Error" });
                return true;
            case ShopifyFault.BadGateway:
                await ShopifyAnswers.HtmlAsync(http, 502, "502 Bad Gateway");
                return true;
            case ShopifyFault.HtmlBody:
                await ShopifyAnswers.HtmlAsync(http, 200, "Something went wrong");
                return true;
            case ShopifyFault.Hang:
                using (var gone = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, stopping))
                {
                    await Task.Delay(Timeout.Infinite, gone.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                }

                return true;
            case ShopifyFault.Drop:
                http.Abort();
                return true;
            case ShopifyFault.ExpireTokens:
                shop?.ExpireTokens();
                return false;
            default:
                return false;
        }
    }
}
