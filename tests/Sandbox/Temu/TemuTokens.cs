using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Temu;

/// <summary>Codes and tokens given out. A code lives ten minutes and is good once; a token a year, or until the next authorization of its shop.</summary>
internal sealed class TemuTokens(Func<DateTimeOffset> now)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Given> _given = new(StringComparer.Ordinal);
    private int _count;

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

    public string Code(TemuMall mall) => Give(mall, isCode: true, TimeSpan.FromMinutes(10));

    /// <summary>A new authorization: the tokens before it are replaced.</summary>
    public string Token(TemuMall mall)
    {
        End(mall);
        return Give(mall, isCode: false, TimeSpan.FromDays(365));
    }

    public TemuMall Exchange(string code)
    {
        lock (_lock)
        {
            if (_given.GetValueOrDefault(code) is not { IsCode: true } given || given.Until <= now())
            {
                throw new TemuRefusalException(110020002, "Invalid code, please check and try again.");
            }

            _given[code] = given with { Until = now() };
            return given.Mall;
        }
    }

    public (TemuMall Mall, DateTimeOffset Until) Check(string token)
    {
        lock (_lock)
        {
            return _given.GetValueOrDefault(token) is not { IsCode: false } given ? throw new TemuRefusalException(3000031, "access_token is not exist")
                : given.IsRevoked ? throw new TemuRefusalException(5000000, "The access_token is not authorized")
                : given.Until <= now() ? throw new TemuRefusalException(3000034, "access_token is expired or have been refreshed")
                : (given.Mall, given.Until);
        }
    }

    /// <summary>The shop's tokens run out now.</summary>
    public void End(TemuMall mall) => Change(mall, given => given with { Until = now() });

    public void Revoke(TemuMall mall) => Change(mall, static given => given with { IsRevoked = true });

    private void Change(TemuMall mall, Func<Given, Given> change)
    {
        lock (_lock)
        {
            foreach (var (text, given) in _given.Where(pair => !pair.Value.IsCode && pair.Value.Mall == mall).ToList())
            {
                _given[text] = change(given);
            }
        }
    }

    private string Give(TemuMall mall, bool isCode, TimeSpan lifetime)
    {
        lock (_lock)
        {
            var text = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"temu {mall.Id} {isCode} {++_count}"))))[..40];
            _given[text] = new Given(mall, isCode, now() + lifetime, IsRevoked: false);
            return text;
        }
    }

    private sealed record Given(TemuMall Mall, bool IsCode, DateTimeOffset Until, bool IsRevoked);
}
