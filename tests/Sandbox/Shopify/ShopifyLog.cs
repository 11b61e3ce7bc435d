using System.Collections.Concurrent;

namespace StoreClaw.Sandbox.Shopify;

/// <param name="Kind">token, authorize, access_scopes, uninstall, graphql, webhook or unknown.</param>
public sealed record ShopifyViolation(DateTimeOffset At, string? Shop, string Kind, string Reason);

/// <summary>What the platform was asked and what it refused.</summary>
public sealed class ShopifyLog
{
    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentQueue<ShopifyViolation> _violations = new();
    private readonly TimeProvider _time;

    internal ShopifyLog(TimeProvider time)
    {
        _time = time;
    }

    /// <summary>
    /// Calls by kind (token, authorize, access_scopes, uninstall, graphql), by top field (graphql:orders), throttled calls (throttled), injected
    /// faults (fault) and webhook deliveries (webhook, webhook:failed).
    /// </summary>
    public IReadOnlyDictionary<string, int> Counts => new Dictionary<string, int>(_counts);

    /// <summary>Every refusal that is the caller's fault, oldest first.</summary>
    public IReadOnlyList<ShopifyViolation> Violations => [.. _violations];

    public int Count(string kind) => _counts.GetValueOrDefault(kind);

    internal void Add(string kind) => _counts.AddOrUpdate(kind, 1, (_, count) => count + 1);

    internal void Refuse(string? shop, string kind, string reason) => _violations.Enqueue(new ShopifyViolation(_time.GetUtcNow(), shop, kind, reason));
}
