namespace StoreClaw.Sandbox.Shopify;

/// <param name="ExpiresAt">Null for the old kind that never expires.</param>
/// <param name="Refresh">Null when there is none.</param>
internal sealed record ShopifyToken(string Value, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt, string? Refresh, DateTimeOffset? RefreshExpiresAt);

/// <summary>The access tokens, refresh tokens and one-time codes of one app in one shop.</summary>
internal sealed class ShopifyTokens(ShopifyRandom random, TimeProvider time)
{
    private static readonly TimeSpan CredentialsLife = TimeSpan.FromSeconds(86_399);
    private static readonly TimeSpan AccessLife = TimeSpan.FromHours(1);
    private static readonly TimeSpan RefreshLife = TimeSpan.FromDays(90);
    private static readonly TimeSpan RecoveryTime = TimeSpan.FromDays(7);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ShopifyToken> _live = [];
    private readonly Dictionary<string, (IReadOnlyList<string> Scopes, DateTimeOffset Until)> _codes = [];
    private readonly Dictionary<string, (ShopifyToken Token, DateTimeOffset Until)> _migrated = [];

    private ShopifyToken? _expiring;

    /// <summary>The token when it works now.</summary>
    public ShopifyToken? Find(string value)
    {
        lock (_lock)
        {
            return _live.TryGetValue(value, out var token) && (token.ExpiresAt is null || time.GetUtcNow() < token.ExpiresAt) ? token : null;
        }
    }

    public ShopifyToken ForCredentials(IReadOnlyList<string> scopes) => Keep(new ShopifyToken(NewToken(), scopes, time.GetUtcNow() + CredentialsLife, null, null));

    public string NewCode(IReadOnlyList<string> scopes, TimeSpan life)
    {
        lock (_lock)
        {
            var code = random.Hex(16);
            _codes[code] = (scopes, time.GetUtcNow() + life);
            return code;
        }
    }

    /// <summary>Spends a code; null when there is no such code, it was spent, or it is too old.</summary>
    public ShopifyToken? ForCode(string code, bool expiring)
    {
        lock (_lock)
        {
            return _codes.Remove(code, out var grant) && time.GetUtcNow() < grant.Until
                ? expiring ? NewExpiring(grant.Scopes) : Keep(new ShopifyToken(NewToken(), grant.Scopes, null, null, null))
                : null;
        }
    }

    /// <summary>Both tokens anew; the old pair is dead from now on. Null when the refresh token is not the live one.</summary>
    public ShopifyToken? ForRefresh(string refresh)
    {
        lock (_lock)
        {
            if (_expiring is not { } old || old.Refresh != refresh || time.GetUtcNow() >= old.RefreshExpiresAt)
            {
                return null;
            }

            _migrated.Clear();
            return NewExpiring(old.Scopes);
        }
    }

    /// <summary>
    /// An expiring pair for a token of the old kind, which dies. For seven days the same request brings the same pair again, unless it was
    /// refreshed meanwhile.
    /// </summary>
    public ShopifyToken? ForExchange(string old)
    {
        lock (_lock)
        {
            if (_migrated.TryGetValue(old, out var migrated) && time.GetUtcNow() < migrated.Until)
            {
                return migrated.Token;
            }

            if (!_live.TryGetValue(old, out var token) || token.ExpiresAt is not null)
            {
                return null;
            }

            _live.Remove(old);
            var pair = NewExpiring(token.Scopes);
            _migrated[old] = (pair, time.GetUtcNow() + RecoveryTime);
            return pair;
        }
    }

    /// <summary>A token of the old kind, as apps from before 2026 hold them.</summary>
    public ShopifyToken Permanent(IReadOnlyList<string> scopes) => Keep(new ShopifyToken(NewToken(), scopes, null, null, null));

    public void Expire()
    {
        lock (_lock)
        {
            _live.Clear();
        }
    }

    public void Revoke()
    {
        lock (_lock)
        {
            _live.Clear();
            _codes.Clear();
            _migrated.Clear();
            _expiring = null;
        }
    }

    private ShopifyToken NewExpiring(IReadOnlyList<string> scopes)
    {
        if (_expiring is not null)
        {
            _live.Remove(_expiring.Value);
        }

        var now = time.GetUtcNow();
        _expiring = new ShopifyToken(NewToken(), scopes, now + AccessLife, "shprt_" + random.Hex(16), now + RefreshLife);
        return Keep(_expiring);
    }

    private ShopifyToken Keep(ShopifyToken token)
    {
        lock (_lock)
        {
            _live[token.Value] = token;
            return token;
        }
    }

    private string NewToken() => "shpat_" + random.Hex(16);
}
