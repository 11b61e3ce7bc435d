using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>100, 200 or 1,000 points a second; the bucket holds twenty seconds' worth.</summary>
public enum ShopifyPlan
{
    Standard,
    Advanced,
    Plus,
}

public enum ShopifyStanding
{
    Open,

    /// <summary>Unpaid: 402.</summary>
    Frozen,

    /// <summary>Locked by the platform: 423.</summary>
    Locked,
}

/// <summary>One simulated shop with one app installed in it. Set the properties to change how the platform treats the app.</summary>
public sealed class ShopifyShop
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;

    private (string Secret, DateTimeOffset Until)? _oldSecret;
    private ShopifyBucket? _points;

    internal ShopifyShop(long id, string domain, SimStore store, string clientId, string clientSecret, IEnumerable<string> scopes, ShopifyRandom random, TimeProvider time)
    {
        Id = id;
        Domain = domain;
        Store = store;
        ClientId = clientId;
        ClientSecret = clientSecret;
        Scopes = [.. scopes];
        Zone = TimeZoneInfo.FindSystemTimeZoneById(store.Profile.TimeZone);
        Tokens = new ShopifyTokens(random, time);
        RestCalls = new ShopifyBucket(40, 2, time);
        _time = time;
    }

    public long Id { get; }

    /// <summary>Like harbor-pine.myshopify.com.</summary>
    public string Domain { get; }

    public SimStore Store { get; }

    public string ClientId { get; }

    public string ClientSecret { get; private set; }

    /// <summary>The scopes of the app's released version: what client credentials grant.</summary>
    public IReadOnlyList<string> Scopes { get; set; }

    public bool Installed { get; set; } = true;

    /// <summary>Whether app and shop belong to one organization, which client credentials need.</summary>
    public bool SameOrganization { get; set; } = true;

    public ShopifyStanding Standing { get; set; }

    public ShopifyPlan Plan { get; set; } = ShopifyPlan.Standard;

    /// <summary>Where the browser may be sent after authorization.</summary>
    public IList<string> RedirectUris { get; } = [];

    /// <summary>Where the app's configuration sends the mandatory privacy topics.</summary>
    public string? ComplianceUrl { get; set; }

    /// <summary>Webhook subscriptions as they stand.</summary>
    public IReadOnlyList<ShopifySubscription> Subscriptions { get; private set; } = [];

    internal TimeZoneInfo Zone { get; }

    internal ShopifyTokens Tokens { get; }

    /// <summary>GraphQL points of the app in this shop.</summary>
    internal ShopifyBucket Points
    {
        get
        {
            lock (_lock)
            {
                var rate = Plan switch { ShopifyPlan.Standard => 100, ShopifyPlan.Advanced => 200, _ => 1_000 };
                return _points = _points?.RestoreRate == rate ? _points : new ShopifyBucket(20 * rate, rate, _time);
            }
        }
    }

    internal ShopifyBucket RestCalls { get; }

    internal Lock InventoryLock { get; } = new();

    internal Dictionary<string, (string Parameters, object Payload, bool Failed)> Idempotent { get; } = [];

    /// <summary>
    /// A new client secret. The old one goes on being accepted by the token endpoint, and signs webhooks for the next hour.
    /// </summary>
    public void RotateSecret(string secret)
    {
        lock (_lock)
        {
            _oldSecret = (ClientSecret, _time.GetUtcNow().AddHours(1));
            ClientSecret = secret;
        }
    }

    /// <summary>All access tokens stop working now; refresh tokens live on.</summary>
    public void ExpireTokens() => Tokens.Expire();

    /// <summary>An access token of the old kind that never expires, as apps from before 2026 hold.</summary>
    public string IssuePermanentToken() => Tokens.Permanent(Scopes).Value;

    internal string SigningSecret
    {
        get
        {
            lock (_lock)
            {
                return _oldSecret is { } old && _time.GetUtcNow() < old.Until ? old.Secret : ClientSecret;
            }
        }
    }

    internal bool Knows(string secret)
    {
        lock (_lock)
        {
            return secret == ClientSecret || secret == _oldSecret?.Secret;
        }
    }

    internal void Change(Func<IReadOnlyList<ShopifySubscription>, IReadOnlyList<ShopifySubscription>> change)
    {
        lock (_lock)
        {
            Subscriptions = change(Subscriptions);
        }
    }
}

/// <param name="Topic">As in GraphQL: ORDERS_CREATE.</param>
/// <param name="IncludeFields">The body's top fields to send; empty for all.</param>
/// <param name="Failures">Failed deliveries in a row.</param>
public sealed record ShopifySubscription(
    long Id, string Topic, string Uri, string ApiVersion, string? Name, IReadOnlyList<string> IncludeFields, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, int Failures);

/// <summary>Random texts from one seed, for any number of threads.</summary>
internal sealed class ShopifyRandom(int seed)
{
    private readonly Lock _lock = new();
    private readonly Random _random = new(seed);

    public string Hex(int bytes)
    {
        var buffer = new byte[bytes];
        lock (_lock)
        {
            _random.NextBytes(buffer);
        }

        return Convert.ToHexStringLower(buffer);
    }

    public Guid Guid() => new(Convert.FromHexString(Hex(16)));
}

/// <summary>A leaky bucket on the injected clock.</summary>
internal sealed class ShopifyBucket
{
    private readonly Lock _lock = new();
    private readonly TimeProvider _time;
    private double _available;
    private DateTimeOffset _at;

    public ShopifyBucket(double size, double restoreRate, TimeProvider time)
    {
        Size = _available = size;
        RestoreRate = restoreRate;
        _time = time;
        _at = time.GetUtcNow();
    }

    public double Size { get; }

    public double RestoreRate { get; }

    public double Available
    {
        get
        {
            lock (_lock)
            {
                return Restore();
            }
        }
    }

    public bool TryTake(double points)
    {
        lock (_lock)
        {
            if (Restore() < points)
            {
                return false;
            }

            _available -= points;
            return true;
        }
    }

    public void GiveBack(double points)
    {
        lock (_lock)
        {
            _available = Math.Min(Size, _available + points);
        }
    }

    public void Drain()
    {
        lock (_lock)
        {
            Restore();
            _available = 0;
        }
    }

    private double Restore()
    {
        var now = _time.GetUtcNow();
        _available = Math.Min(Size, _available + (Math.Max(0, (now - _at).TotalSeconds) * RestoreRate));
        _at = now;
        return _available;
    }
}
