using System.Text.Json;
using StoreClaw.Common;

namespace StoreClaw.Tests.Common;

public sealed class SecretTests
{
    private sealed record Holder(string Name, Secret Token);

    [Fact]
    public void It_is_told_only_when_asked()
    {
        var secret = new Secret("grüße-🔑");
        Assert.Equal("grüße-🔑", secret.Reveal());
        Assert.Equal("grüße-🔑"u8, secret.RevealUtf8());
        Assert.Equal("***", secret.ToString());
        Assert.Equal("Holder { Name = a, Token = *** }", new Holder("a", secret).ToString());
    }

    [Theory]
    [InlineData("abc", "abc", true)]
    [InlineData("abc", "abd", false)]
    [InlineData("abc", "abcd", false)]
    [InlineData("", "", true)]
    [InlineData("é", "e\u0301", false)]
    public void It_equals_the_same_bytes_only(string one, string other, bool same)
    {
        Assert.Equal(same, new Secret(one).Equals(new Secret(other)));
        Assert.Equal(same, new Secret(one).Equals((object)new Secret(other)));
        Assert.Equal(new Secret(one).GetHashCode(), new Secret(other).GetHashCode());
    }

    [Fact]
    public void It_equals_neither_null_nor_its_text()
    {
        Assert.False(new Secret("abc").Equals(null));
        Assert.False(new Secret("abc").Equals((object)"abc"));
        Assert.Throws<ArgumentNullException>(() => new Secret(null!));
    }

    [Fact]
    public void It_never_becomes_json_and_the_refusal_does_not_tell_it()
    {
        var secret = new Secret("canary-7c1e");
        Action[] ways =
        [
            () => JsonSerializer.Serialize(secret),
            () => JsonSerializer.Serialize(new Holder("a", secret)),
            () => JsonSerializer.Serialize(new Dictionary<string, Secret> { ["a"] = secret }),
            () => JsonSerializer.Serialize(new Dictionary<Secret, string> { [secret] = "a" }),
            () => JsonSerializer.Deserialize<Holder>("""{"Name":"a","Token":"canary-7c1e"}"""),
        ];
        foreach (var way in ways)
        {
            var refusal = Assert.Throws<NotSupportedException>(way);
            Assert.Contains("Secret", refusal.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("canary-7c1e", refusal.ToString(), StringComparison.Ordinal);
        }
    }
}
