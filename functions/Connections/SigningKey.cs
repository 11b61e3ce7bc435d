using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

/// <summary>Signs what leaves and must come back unchanged: states of authorizations, links to reports. One key for all processes, in the vault.</summary>
public sealed class SigningKey(CachedSecretVault vault, Leases leases, Randomness random, TimeProvider time)
{
    private const string Name = "signing-key";
    private const int KeyBytes = 32;

    /// <summary>The text with its signature behind a dot. Both are safe in a URL when the text is.</summary>
    /// <param name="purpose">Keeps what was signed for one thing from serving for another.</param>
    public async Task<string> SignAsync(string purpose, string text, CancellationToken cancellationToken) =>
        $"{text}.{Base64Url.EncodeToString(Mac(await KeyAsync(cancellationToken), purpose, text))}";

    /// <summary>The text that was signed, or null when the signature is not ours.</summary>
    public async Task<string?> VerifyAsync(string purpose, string signed, CancellationToken cancellationToken)
    {
        var dot = signed.LastIndexOf('.');
        if (dot < 0)
        {
            return null;
        }

        var expected = Mac(await KeyAsync(cancellationToken), purpose, signed[..dot]);
        var mac = new byte[HMACSHA256.HashSizeInBytes];
        return Base64Url.TryDecodeFromChars(signed.AsSpan(dot + 1), mac, out var length) && length == mac.Length && CryptographicOperations.FixedTimeEquals(mac, expected)
            ? signed[..dot]
            : null;
    }

    private static byte[] Mac(Secret key, string purpose, string text) => HMACSHA256.HashData(key.RevealUtf8(), Encoding.UTF8.GetBytes($"{purpose}\n{text}"));

    private async Task<Secret> KeyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if ((await vault.GetAsync(Name, cancellationToken))?[SecretBundle.PlainKey] is { } key)
            {
                return key;
            }

            await using var lease = await leases.TryAcquireAsync(Name, TimeSpan.FromSeconds(30), cancellationToken);
            if (lease is not null)
            {
                // Another host may have made it between the look above and the lease; a second key would void what the first has signed.
                if ((await vault.ReadThroughAsync(Name, cancellationToken))?[SecretBundle.PlainKey] is { } made)
                {
                    return made;
                }

                await vault.SetAsync(Name, new SecretBundle([new(SecretBundle.PlainKey, new Secret(random.Token(KeyBytes)))]), cancellationToken);
            }
            else
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), time, cancellationToken);
                await vault.ReadThroughAsync(Name, cancellationToken);
            }
        }
    }
}
