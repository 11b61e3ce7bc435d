using System.Security.Cryptography;
using System.Text;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>A key pair that eBay signs with and whose public half it hands out.</summary>
public sealed class EbaySigningKey : IDisposable
{
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <param name="id">A GUID.</param>
    public EbaySigningKey(string id) => Id = id;

    public string Id { get; }

    /// <summary>PEM in one line, as eBay hands it out.</summary>
    public string PublicKey => $"-----BEGIN PUBLIC KEY-----{Convert.ToBase64String(_key.ExportSubjectPublicKeyInfo())}-----END PUBLIC KEY-----";

    /// <summary>The value of X-EBAY-SIGNATURE for a body.</summary>
    public string Sign(ReadOnlySpan<byte> body)
    {
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
        SHA1.HashData(body, hash);
        var signature = Convert.ToBase64String(_key.SignHash(hash, DSASignatureFormat.Rfc3279DerSequence));
        return Convert.ToBase64String(Encoding.UTF8.GetBytes($$"""{"alg":"ecdsa","kid":"{{Id}}","signature":"{{signature}}","digest":"SHA1"}"""));
    }

    public void Dispose() => _key.Dispose();
}
