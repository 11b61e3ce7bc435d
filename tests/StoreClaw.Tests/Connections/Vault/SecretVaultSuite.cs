using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

/// <summary>What every vault does alike.</summary>
public abstract class SecretVaultSuite
{
    private const string Name = "shopify-01";

    protected ManualTime Time { get; } = new();

    protected abstract ISecretVault Vault { get; }

    protected static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task What_was_never_set_is_not_there()
    {
        Assert.Null(await Vault.GetAsync(Name, None));
        Assert.Null(await Vault.GetPreviousAsync(Name, None));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task What_was_set_is_read_with_its_version()
    {
        var version = await Vault.SetAsync(Name, Bundle(("clientId", "abc"), ("clientSecret", "shpss_1")), None);
        var read = await Vault.GetAsync(Name, None);
        Assert.NotNull(read);
        Assert.Equal(version, read.Version);
        Assert.Equal(2, read.Values.Count);
        Assert.Equal("abc", read["clientId"]?.Reveal());
        Assert.Equal("shpss_1", read["clientSecret"]?.Reveal());
        Assert.Null(read["clientsecret"]);
        Assert.Null(await Vault.GetPreviousAsync(Name, None));
    }

    [Fact]
    public async Task The_version_before_stays_readable()
    {
        // The clock stands still: versions of one second keep their order.
        List<string> versions = [];
        for (var i = 1; i <= 6; i++)
        {
            versions.Add(await Vault.SetAsync(Name, Bundle(("token", $"t{i}")), None));
            var current = await Vault.GetAsync(Name, None);
            var previous = await Vault.GetPreviousAsync(Name, None);
            Assert.Equal((versions[^1], $"t{i}"), (current?.Version, current?["token"]?.Reveal()));
            Assert.Equal(i == 1 ? (null, null) : (versions[^2], $"t{i - 1}"), (previous?.Version, previous?["token"]?.Reveal()));
        }

        Assert.Equal(6, versions.Distinct().Count());
    }

    [Fact]
    public async Task Names_do_not_mix()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        await Vault.SetAsync("a-b", Bundle(("k", "2")), None);
        await Vault.DeleteAsync("a", None);
        Assert.Null(await Vault.GetAsync("a", None));
        Assert.Equal("2", (await Vault.GetAsync("a-b", None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task Any_text_comes_back_as_it_was()
    {
        await Vault.SetAsync(Name, Bundle(), None);
        Assert.Empty((await Vault.GetAsync(Name, None))!.Values);
        Prop.ForAll(
            ArbMap.Default.ArbFor<Dictionary<NonNull<string>, NonNull<string>>>().Filter(static map => map.All(static pair => IsText(pair.Key.Get) && IsText(pair.Value.Get))),
            map =>
            {
                var values = map.ToDictionary(static pair => pair.Key.Get, static pair => new Secret(pair.Value.Get), StringComparer.Ordinal);
                Vault.SetAsync(Name, new SecretBundle(values), None).GetAwaiter().GetResult();
                var read = Vault.GetAsync(Name, None).GetAwaiter().GetResult()!;
                return read.Values.Count == values.Count && values.All(pair => pair.Value.Equals(read[pair.Key]));
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(40));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"k\":\"v\"}")]
    [InlineData("line\r\nline\0\u0001\u001f")]
    [InlineData("ünï-秘密-🔑-\u2028")]
    [InlineData("</script>'\"\\+&")]
    public async Task Odd_texts_come_back_as_they_were(string text)
    {
        await Vault.SetAsync(Name, Bundle((text, text)), None);
        Assert.Equal(text, (await Vault.GetAsync(Name, None))?[text]?.Reveal());
    }

    [Fact]
    public async Task Deleted_is_gone_with_all_versions_and_stays_gone()
    {
        await Vault.DeleteAsync(Name, None);
        await Vault.SetAsync(Name, Bundle(("k", "1")), None);
        await Vault.SetAsync(Name, Bundle(("k", "2")), None);
        await Vault.DeleteAsync(Name, None);
        await Vault.DeleteAsync(Name, None);
        Assert.Null(await Vault.GetAsync(Name, None));
        Assert.Null(await Vault.GetPreviousAsync(Name, None));
        Assert.Empty(await NamesAsync());
    }

    [Fact]
    public async Task A_deleted_name_can_be_set_anew_and_what_was_before_does_not_come_back()
    {
        await Vault.SetAsync(Name, Bundle(("k", "1")), None);
        await Vault.SetAsync(Name, Bundle(("k", "2")), None);
        await Vault.DeleteAsync(Name, None);
        var version = await Time.PassForAsync(Vault.SetAsync(Name, Bundle(("k", "3")), None));
        Assert.Equal((version, "3"), ((await Vault.GetAsync(Name, None))?.Version, (await Vault.GetAsync(Name, None))?["k"]?.Reveal()));
        Assert.Null(await Vault.GetPreviousAsync(Name, None));
        await Vault.SetAsync(Name, Bundle(("k", "4")), None);
        Assert.Equal("3", (await Vault.GetPreviousAsync(Name, None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task Names_are_listed_once_each()
    {
        string[] names = [.. Enumerable.Range(1, 60).Select(static number => $"name-{number}")];
        foreach (var name in names)
        {
            await Vault.SetAsync(name, Bundle(("k", "1")), None);
        }

        await Vault.SetAsync(names[3], Bundle(("k", "2")), None);
        await Vault.DeleteAsync(names[7], None);
        Assert.Equal(names.Except([names[7]]).Order(StringComparer.Ordinal), (await NamesAsync()).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("UPPER")]
    [InlineData("under_score")]
    [InlineData("dot.dot")]
    [InlineData("../up")]
    [InlineData("a/b")]
    [InlineData("new\n")]
    [InlineData("ü")]
    public async Task A_bad_name_is_refused_and_not_repeated(string name)
    {
        await RefusedAsync(name);
        await RefusedAsync(name + new string('b', 128));
    }

    [Fact]
    public async Task The_longest_name_will_do()
    {
        var name = new string('n', 126) + "-";
        await Vault.SetAsync(name, Bundle(("k", "1")), None);
        Assert.NotNull(await Vault.GetAsync(name, None));
        await RefusedAsync(name + "n");
    }

    [Fact]
    public async Task A_bundle_is_at_most_25000_bytes_of_json()
    {
        var overhead = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["k"] = "" }).Length;
        var longest = new string('é', (25_000 - overhead) / 2) + new string('x', (25_000 - overhead) % 2);
        await Vault.SetAsync(Name, Bundle(("k", longest)), None);
        Assert.Equal(longest, (await Vault.GetAsync(Name, None))?["k"]?.Reveal());
        var refusal = await Assert.ThrowsAsync<VaultException>(() => Vault.SetAsync(Name, Bundle(("k", longest + "x")), None));
        Assert.Equal(VaultFailure.TooLarge, refusal.Reason);
        Assert.Contains("25001 bytes", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(longest, (await Vault.GetAsync(Name, None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_whole_bundles_in_order()
    {
        await Vault.SetAsync(Name, Bundle(("a", "0"), ("b", "0")), None);
        var writing = Task.Run(async () =>
        {
            for (var i = 1; i <= 30; i++)
            {
                await Vault.SetAsync(Name, Bundle(("a", $"{i}"), ("b", $"{i}")), None);
            }
        });
        var reading = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            var last = 0;
            do
            {
                var read = (await Vault.GetAsync(Name, None))!;
                Assert.Equal(read["a"], read["b"]);
                var seen = int.Parse(read["a"]!.Reveal());
                Assert.InRange(seen, last, 30);
                last = seen;
            }
            while (!writing.IsCompleted);
        }));
        await Task.WhenAll([writing, .. reading]);
        Assert.Equal("30", (await Vault.GetAsync(Name, None))?["a"]?.Reveal());
        Assert.Equal("29", (await Vault.GetPreviousAsync(Name, None))?["a"]?.Reveal());
    }

    [Fact]
    public async Task Writers_at_the_same_time_leave_one_whole_bundle()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(number => Task.Run(() => Vault.SetAsync(Name, Bundle(("a", $"{number}"), ("b", $"{number}")), None))));
        var read = (await Vault.GetAsync(Name, None))!;
        Assert.Equal(read["a"], read["b"]);
        Assert.Equal([Name], await NamesAsync());
    }

    [Fact]
    public async Task A_cancelled_call_ends_as_cancelled()
    {
        await Vault.SetAsync(Name, Bundle(("k", "1")), None);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Vault.GetAsync(Name, cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Vault.SetAsync(Name, Bundle(("k", "2")), cancelled));
        Assert.Equal("1", (await Vault.GetAsync(Name, None))?["k"]?.Reveal());
    }

    protected static SecretBundle Bundle(params (string Key, string Value)[] values) =>
        new(values.Select(static pair => KeyValuePair.Create(pair.Key, new Secret(pair.Value))));

    protected static async Task<VaultException> FailsAsync(VaultFailure reason, Func<Task> call)
    {
        var failure = await Assert.ThrowsAsync<VaultException>(call);
        Assert.Equal(reason, failure.Reason);
        Assert.EndsWith(failure.Remedy, failure.Message, StringComparison.Ordinal);
        return failure;
    }

    protected async Task<List<string>> NamesAsync()
    {
        List<string> names = [];
        await foreach (var name in Vault.ListNamesAsync(None))
        {
            names.Add(name);
        }

        return names;
    }

    private static bool IsText(string text)
    {
        try
        {
            return new System.Text.UTF8Encoding(false, true).GetByteCount(text) >= 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private async Task RefusedAsync(string name)
    {
        foreach (var call in (Func<Task>[])[() => Vault.GetAsync(name, None), () => Vault.GetPreviousAsync(name, None), () => Vault.SetAsync(name, Bundle(), None), () => Vault.DeleteAsync(name, None)])
        {
            var refusal = await FailsAsync(VaultFailure.BadName, call);
            Assert.True(name.Length == 0 || !refusal.Message.Contains(name, StringComparison.Ordinal));
        }

        Assert.DoesNotContain(name, await NamesAsync());
    }
}
