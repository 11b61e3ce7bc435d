using System.Security.Cryptography;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Signatures;

namespace StoreClaw.Tests.Connectors.Signatures;

public sealed class HmacSignatureTests
{
    // RFC 4231, test case 2.
    private const string Key = "Jefe";

    private const string Body = "what do ya want for nothing?";

    private const string Hex = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    private static readonly HmacSignature Plain = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, "X-Signature", "x-other-signature");

    private static readonly HmacSignature Prefixed = new(HashAlgorithmName.SHA256, SignatureEncoding.Hex, "X-Signature") { Prefix = "sha256=" };

    [Theory]
    [InlineData("X-Signature", Hex, SignatureResult.Valid)]
    [InlineData("x-signature", Hex, SignatureResult.Valid)]
    [InlineData("X-Other-Signature", Hex, SignatureResult.Valid)]
    [InlineData("X-Signature", "5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843", SignatureResult.Valid)]
    [InlineData("X-Signature", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM=", SignatureResult.Mismatch)]
    [InlineData("X-Signature", Hex + "0", SignatureResult.Mismatch)]
    [InlineData("X-Signature", " ", SignatureResult.Mismatch)]
    [InlineData("X-Signature", "", SignatureResult.MissingSignature)]
    [InlineData("X-Signature", null, SignatureResult.MissingSignature)]
    [InlineData("X-Third", Hex, SignatureResult.MissingSignature)]
    public void The_header_decides(string name, string? value, SignatureResult expected) => Assert.Equal(expected, Plain.Verify(Request(name, value), [new Secret(Key)]));

    [Theory]
    [InlineData("sha256=" + Hex, SignatureResult.Valid)]
    [InlineData("SHA256=" + Hex, SignatureResult.Mismatch)]
    [InlineData("sha1=" + Hex, SignatureResult.Mismatch)]
    [InlineData(Hex, SignatureResult.Mismatch)]
    [InlineData("sha256=", SignatureResult.Mismatch)]
    public void A_prefix_must_be_there(string value, SignatureResult expected) => Assert.Equal(expected, Prefixed.Verify(Request("X-Signature", value), [new Secret(Key)]));

    [Fact]
    public void Base64_is_compared_to_the_last_character()
    {
        var base64 = new HmacSignature(HashAlgorithmName.SHA256, SignatureEncoding.Base64, "X-Signature");

        Assert.Equal(SignatureResult.Valid, base64.Verify(Request("X-Signature", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="), [new Secret(Key)]));
        Assert.Equal(SignatureResult.Mismatch, base64.Verify(Request("X-Signature", "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEN="), [new Secret(Key)]));
        Assert.Equal(SignatureResult.Mismatch, base64.Verify(Request("X-Signature", "w9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="), [new Secret(Key)]));
    }

    [Fact]
    public void Other_algorithms_give_other_signatures()
    {
        var sha1 = new HmacSignature(HashAlgorithmName.SHA1, SignatureEncoding.Hex, "X-Signature");

        Assert.Equal(SignatureResult.Valid, sha1.Verify(Request("X-Signature", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"), [new Secret(Key)]));
    }

    [Fact]
    public void Without_a_usable_secret_nothing_is_valid()
    {
        Assert.Equal(SignatureResult.MissingSecret, Plain.Verify(Request("X-Signature", Hex), []));
        Assert.Equal(SignatureResult.MissingSecret, Plain.Verify(Request("X-Signature", Hex), [new Secret("")]));
        Assert.Equal(SignatureResult.Valid, Plain.Verify(Request("X-Signature", Hex), [new Secret(""), new Secret("other"), new Secret(Key)]));
    }

    [Fact]
    public void It_never_throws_and_never_takes_a_guess() => Prop.ForAll<byte[], string?, string?>((body, header, secret) =>
    {
        var request = new WebhookRequest("POST", new HeaderDictionary { ["X-Signature"] = new[] { header, null, header } }, new QueryCollection(), body, new Uri("https://storeclaw.example/"));
        return Plain.Verify(request, [new Secret(secret ?? "")]) != SignatureResult.Valid && Prefixed.Verify(request, [new Secret("k")]) != SignatureResult.Valid;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Whatever_is_signed_rightly_is_valid() => Prop.ForAll<byte[], NonEmptyString>((body, secret) =>
    {
        var hex = Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret.Get), body));
        var request = new WebhookRequest("POST", new HeaderDictionary { ["x-other-signature"] = hex }, new QueryCollection(), body, new Uri("https://storeclaw.example/"));
        return Plain.Verify(request, [new Secret("old"), new Secret(secret.Get)]) == SignatureResult.Valid;
    }).QuickCheckThrowOnFailure();

    private static WebhookRequest Request(string name, string? value) =>
        new("POST", new HeaderDictionary { [name] = value }, new QueryCollection(), Encoding.UTF8.GetBytes(Body), new Uri("https://storeclaw.example/"));
}
