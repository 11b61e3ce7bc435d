using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>
/// Simulated WordPress sites with WooCommerce behind one loopback port. A call says whose it is with the header <c>X-StoreClaw-Original-Host</c>
/// (host or host:port of the site), else by its Host header, else it is for the only site; an https site counts as reached over TLS.
/// </summary>
public sealed class WooCommercePlatform : IAsyncDisposable
{
    public const string OriginalHostHeader = "X-StoreClaw-Original-Host";

    private readonly TimeProvider _time;
    private readonly int _seed;
    private readonly Lock _lock = new();
    private readonly Dictionary<WooCommerceSite, WooFrontDoor> _doors = [];
    private LoopbackServer? _server;

    private WooCommercePlatform(TimeProvider time, int seed)
    {
        _time = time;
        _seed = seed;
        Log = new CallLog(time);
    }

    /// <summary>The calls of all sites.</summary>
    public CallLog Log { get; }

    public Uri BaseAddress => _server!.BaseAddress;

    public IReadOnlyList<WooCommerceSite> Sites
    {
        get
        {
            lock (_lock)
            {
                return [.. _doors.Keys];
            }
        }
    }

    /// <param name="seed">Decides keys, secrets and hashes.</param>
    public static async Task<WooCommercePlatform> StartAsync(TimeProvider time, int seed = 1, int port = 0)
    {
        var platform = new WooCommercePlatform(time, seed);
        platform._server = await LoopbackServer.StartAsync(platform.AnswerAsync, port);
        return platform;
    }

    /// <summary>Puts a shop online.</summary>
    /// <param name="siteUrl">Its home address, with a sub-folder if it has one. Over plain http it knows no Basic authentication, as core.</param>
    public WooCommerceSite AddSite(string siteUrl, SimStore store, WooCommerceBehaviour? behaviour = null)
    {
        var site = new WooCommerceSite(new Uri(siteUrl), store, behaviour ?? new WooCommerceBehaviour(), _time, _seed, Log);
        lock (_lock)
        {
            _doors.Add(site, new WooFrontDoor(site));
        }

        return site;
    }

    /// <summary>Sends what the action schedulers of all sites have due.</summary>
    /// <returns>How many deliveries were attempted.</returns>
    public async Task<int> DeliverDueAsync(CancellationToken cancellation = default)
    {
        var delivered = 0;
        foreach (var site in Sites)
        {
            delivered += await site.DeliverDueAsync(cancellation);
        }

        return delivered;
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }

        foreach (var site in Sites)
        {
            site.Dispose();
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var door = Find(context.Request);
        if (door is null)
        {
            Log.Called("unknown");
            Log.Violated("unknown", $"no site answers for {Host(context.Request)}{context.Request.Path}");
            await WooFrontDoor.PageAsync(context, 404, WooHtml.Page("There is no such site here"));
            return;
        }

        await door.AnswerAsync(context, _server!.Stopping);
    }

    private static string Host(HttpRequest request) =>
        request.Headers.TryGetValue(OriginalHostHeader, out var original) ? original.ToString() : request.Host.Value ?? "";

    private WooFrontDoor? Find(HttpRequest request)
    {
        lock (_lock)
        {
            var host = Host(request);
            var named = _doors
                .Where(pair => pair.Key.Address.Authority.Equals(host, StringComparison.OrdinalIgnoreCase) && Holds(pair.Key, request.Path))
                .OrderByDescending(pair => pair.Key.Address.AbsolutePath.Length)
                .Select(pair => pair.Value)
                .FirstOrDefault();
            return named is null && _doors.Count == 1 && !request.Headers.ContainsKey(OriginalHostHeader) ? _doors.Values.First() : named;
        }
    }

    private static bool Holds(WooCommerceSite site, PathString path) =>
        path.StartsWithSegments(site.Address.AbsolutePath.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);
}
