using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Wix;

/// <summary>How Wix signs: webhooks by RS256, the instance of a callback by HMAC.</summary>
public static class WixSigning
{
    private static readonly ConcurrentDictionary<string, Lazy<RSA>> Keys = new(StringComparer.Ordinal);

    /// <summary>The key pair that a text stands for in this process; made at its first use.</summary>
    public static RSA KeyPair(string name) => Keys.GetOrAdd(name, static _ => new Lazy<RSA>(static () => RSA.Create(2048))).Value;

    public static string PublicKey(string name) => KeyPair(name).ExportSubjectPublicKeyInfoPem();

    /// <summary>A webhook's body.</summary>
    /// <param name="told">The event, as text.</param>
    public static string Webhook(string keyName, string instanceId, string eventType, string told, DateTimeOffset now)
    {
        var identity = new JsonObject { ["identityType"] = "WIX_USER", ["wixUserId"] = "00000000-0000-4000-8000-000000000001" }.ToJsonString();
        var envelope = new JsonObject { ["data"] = told, ["instanceId"] = instanceId, ["eventType"] = eventType, ["identity"] = identity };
        var claims = new JsonObject { ["data"] = envelope.ToJsonString(), ["iat"] = now.ToUnixTimeSeconds(), ["exp"] = now.ToUnixTimeSeconds() + 300_000 };
        return Jwt(keyName, """{"kid":"qG1kD2dz","alg":"RS256"}""", claims.ToJsonString());
    }

    public static string Jwt(string keyName, string header, string claims)
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(header))}.{Encode(Encoding.UTF8.GetBytes(claims))}";
        return $"{signed}.{Encode(KeyPair(keyName).SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))}";
    }

    /// <summary>"signature.data", as the browser brings it back.</summary>
    public static string Instance(string appSecret, string appId, string instanceId, DateTimeOffset now)
    {
        var instance = new JsonObject
        {
            ["instanceId"] = instanceId,
            ["appDefId"] = appId,
            ["signDate"] = now.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
            ["uid"] = "e2d1f3b0-77aa-4c1c-9d59-0b53a1a6a0c3",
            ["permissions"] = "OWNER",
        };
        var data = Encode(Encoding.UTF8.GetBytes(instance.ToJsonString()));
        using var mac = new HMACSHA256(Encoding.UTF8.GetBytes(appSecret));
        return $"{Encode(mac.ComputeHash(Encoding.ASCII.GetBytes(data)))}.{data}";
    }

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}
