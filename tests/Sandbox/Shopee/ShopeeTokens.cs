using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Shopee;

/// <summary>Codes and tokens given out. A code lives ten minutes and is good once; an access token four hours, a refresh token thirty days and one use.</summary>
internal sealed class ShopeeTokens(Func<DateTimeOffset> now)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Given> _given = new(StringComparer.Ordinal);
    private int _count;

    private enum Kind
    {
        Code,
        Access,
        Refresh,
    }

    public IReadOnlyList<string> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _given.Keys];
            }
        }
    }

    public string Code(ShopeeShop shop) => Give(Kind.Code, shop, TimeSpan.FromMinutes(10));

    public (string Access, string Refresh) Exchange(string code, long shopId)
    {
        lock (_lock)
        {
            return _given.GetValueOrDefault(code) is { Kind: Kind.Code, Used: false } given && given.Until > now() && given.Shop.Id == shopId
                ? Pair(Use(code, given).Shop)
                : throw new ShopeeRefusalException("error_auth", "Invalid code");
        }
    }

    public (string Access, string Refresh) Refresh(string token, long shopId)
    {
        lock (_lock)
        {
            if (_given.GetValueOrDefault(token) is not { Kind: Kind.Refresh } given || given.Shop.Id != shopId)
            {
                throw new ShopeeRefusalException("error_param", "Invalid refresh_token.");
            }

            if (!given.Shop.Linked)
            {
                throw new ShopeeRefusalException("shop_no_linked", "Partner and shop has no linked.");
            }

            if (given.Used || given.Until <= now())
            {
                throw given.Used ? new ShopeeRefusalException("error_shop_refresh_token", "refresh_token is used.") : new ShopeeRefusalException("refresh_token_expired", "refresh_token is expired.");
            }

            // The access token before works five minutes more.
            foreach (var (old, access) in _given.Where(pair => pair.Value.Kind == Kind.Access && pair.Value.Shop == given.Shop).ToList())
            {
                var soon = now().AddMinutes(5);
                _given[old] = access with { Until = access.Until < soon ? access.Until : soon };
            }

            return Pair(Use(token, given).Shop);
        }
    }

    public bool IsGood(string access, long shopId)
    {
        lock (_lock)
        {
            return _given.GetValueOrDefault(access) is { Kind: Kind.Access } given && given.Shop.Id == shopId && given.Until > now();
        }
    }

    public void ExpireAccess()
    {
        lock (_lock)
        {
            foreach (var (token, given) in _given.Where(static pair => pair.Value.Kind == Kind.Access).ToList())
            {
                _given[token] = given with { Until = now() };
            }
        }
    }

    private (string Access, string Refresh) Pair(ShopeeShop shop) => (Give(Kind.Access, shop, TimeSpan.FromHours(4)), Give(Kind.Refresh, shop, TimeSpan.FromDays(30)));

    private Given Use(string token, Given given) => _given[token] = given with { Used = true };

    private string Give(Kind kind, ShopeeShop shop, TimeSpan lifetime)
    {
        lock (_lock)
        {
            var token = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"shopee {kind} {++_count}"))))[..32];
            _given[token] = new Given(kind, shop, now() + lifetime, Used: false);
            return token;
        }
    }

    private sealed record Given(Kind Kind, ShopeeShop Shop, DateTimeOffset Until, bool Used);
}
