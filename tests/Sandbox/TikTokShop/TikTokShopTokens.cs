using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace StoreClaw.Sandbox.TikTokShop;

/// <summary>Codes and tokens of one app. A refresh ends both old tokens at once, which is the stricter reading of what is not documented.</summary>
internal sealed class TikTokShopTokens(TikTokShopPlatform platform, TimeProvider time, int seed)
{
    public static readonly TimeSpan CodeLife = TimeSpan.FromMinutes(30);
    public static readonly TimeSpan AccessLife = TimeSpan.FromDays(7);
    public static readonly TimeSpan RefreshLife = TimeSpan.FromDays(365);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (TikTokShopSeller Seller, DateTimeOffset Until)> _codes = [];
    private readonly Dictionary<string, Pair> _byAccess = [];
    private readonly Dictionary<string, Pair> _byRefresh = [];
    private readonly List<string> _given = [];
    private int _next;

    /// <summary>Every code and token that was ever given out.</summary>
    public IReadOnlyList<string> Given
    {
        get
        {
            lock (_lock)
            {
                return [.. _given];
            }
        }
    }

    public string NewCode(TikTokShopSeller seller)
    {
        lock (_lock)
        {
            var code = Make("ROW_code_");
            _codes[code] = (seller, time.GetUtcNow() + CodeLife);
            return code;
        }
    }

    /// <summary>Whose token it is; whether it still works; null when it never was one.</summary>
    public (TikTokShopSeller Seller, IReadOnlyList<string> Scopes, bool Live)? Find(string access)
    {
        lock (_lock)
        {
            return _byAccess.TryGetValue(access, out var pair) ? (pair.Seller, pair.Scopes, pair.AccessUntil > time.GetUtcNow()) : null;
        }
    }

    public void Expire()
    {
        lock (_lock)
        {
            foreach (var pair in _byAccess.Values)
            {
                pair.AccessUntil = time.GetUtcNow();
            }
        }
    }

    public void Revoke(TikTokShopSeller seller)
    {
        lock (_lock)
        {
            foreach (var pair in _byAccess.Values.Where(pair => pair.Seller == seller))
            {
                pair.AccessUntil = time.GetUtcNow();
                _byRefresh.Remove(pair.Refresh);
            }

            foreach (var code in _codes.Where(code => code.Value.Seller == seller).Select(code => code.Key).ToArray())
            {
                _codes.Remove(code);
            }
        }
    }

    public TikTokShopAnswer Answer(HttpRequest request)
    {
        var (call, proof, grantType) = request.Path.Value switch
        {
            "/api/v2/token/get" => ("get", "auth_code", "authorized_code"),
            "/api/v2/token/refresh" => ("refresh", "refresh_token", "refresh_token"),
            _ => ("", "", ""),
        };
        platform.Log.Called($"token.{call}");
        if (call.Length == 0 || request.Method != "GET")
        {
            return new TikTokShopAnswer(404, 36009009, "Invalid path. The API does not exist.", null);
        }

        var names = request.Query.Keys.Order(StringComparer.Ordinal);
        if (!names.SequenceEqual(new[] { "app_key", "app_secret", proof, "grant_type" }.Order(StringComparer.Ordinal)) || request.Query["grant_type"] != grantType)
        {
            return TikTokShopAnswer.Business(36004004, "Invalid auth code or parameters, please check.");
        }

        if (request.Query["app_key"] != platform.App.Key || request.Query["app_secret"] != platform.App.Secret)
        {
            return TikTokShopAnswer.Business(36004004, "The app_key and the app_secret do not match.");
        }

        lock (_lock)
        {
            var given = request.Query[proof].ToString();
            return call == "get" ? ForCode(given) : ForRefresh(given);
        }
    }

    private TikTokShopAnswer ForCode(string code) => _codes.Remove(code, out var grant) && grant.Until > time.GetUtcNow()
        ? Give(grant.Seller)
        : TikTokShopAnswer.Business(36004004, "The auth code has expired or was used.");

    private TikTokShopAnswer ForRefresh(string refresh)
    {
        if (!_byRefresh.Remove(refresh, out var old) || old.RefreshUntil <= time.GetUtcNow())
        {
            return TikTokShopAnswer.Business(36004004, "The refresh token is invalid.");
        }

        old.AccessUntil = time.GetUtcNow();
        return Give(old.Seller);
    }

    private TikTokShopAnswer Give(TikTokShopSeller seller)
    {
        var now = time.GetUtcNow();
        var pair = new Pair(seller, platform.App.Scopes, Make("TTP_refresh_"), now + RefreshLife) { AccessUntil = now + AccessLife };
        var access = Make("TTP_access_");
        (_byAccess[access], _byRefresh[pair.Refresh]) = (pair, pair);
        return new TikTokShopAnswer(200, 0, "success", new JsonObject
        {
            ["access_token"] = access,
            ["access_token_expire_in"] = pair.AccessUntil.ToUnixTimeSeconds(),
            ["refresh_token"] = pair.Refresh,
            ["refresh_token_expire_in"] = pair.RefreshUntil.ToUnixTimeSeconds(),
            ["open_id"] = seller.OpenId,
            ["seller_name"] = seller.Name,
            ["seller_base_region"] = seller.Region,
            ["user_type"] = seller.UserType,
            ["granted_scopes"] = new JsonArray([.. pair.Scopes.Select(scope => (JsonNode)scope)]),
        });
    }

    private string Make(string prefix)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{seed}|{prefix}|{_next++}");
        var made = prefix + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..40];
        _given.Add(made);
        return made;
    }

    private sealed class Pair(TikTokShopSeller seller, IReadOnlyList<string> scopes, string refresh, DateTimeOffset refreshUntil)
    {
        public TikTokShopSeller Seller => seller;

        public IReadOnlyList<string> Scopes => scopes;

        public string Refresh => refresh;

        public DateTimeOffset RefreshUntil => refreshUntil;

        public DateTimeOffset AccessUntil { get; set; }
    }
}
