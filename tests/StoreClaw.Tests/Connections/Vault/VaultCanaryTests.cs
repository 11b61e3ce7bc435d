using System.Diagnostics.Tracing;
using System.Text;
using System.Text.Json;
using Azure.Core.Diagnostics;
using Azure.Identity;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

/// <summary>A planted secret shows in no exception, text form or log, in none of the usual encodings, however the vault fails.</summary>
public sealed class VaultCanaryTests : IDisposable
{
    private const string Canary = "shpss_c4n4ry/+=&?é\"9b1e";

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storeclaw-vault-");

    private readonly CapturedLines _told = new();

    private readonly LoggerFactory _loggers;

    private readonly ManualTime _time = new();

    public VaultCanaryTests() => _loggers = new LoggerFactory([_told]);

    public void Dispose()
    {
        _loggers.Dispose();
        _told.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public void The_search_itself_finds_every_encoding()
    {
        foreach (var text in (string[])
            [
                "x" + Canary + "y",
                "k=" + Uri.EscapeDataString(Canary),
                JsonSerializer.Serialize(Canary),
                Convert.ToBase64String(Encoding.UTF8.GetBytes(Canary)),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("ab" + Canary + "c")),
                Convert.ToBase64String(Encoding.UTF8.GetBytes("abc:d" + Canary)),
            ])
        {
            Assert.True(Tells(text), text);
        }

        Assert.False(Tells("nothing"));
    }

    [Fact]
    public async Task Key_Vault_tells_nothing()
    {
        using var azure = new AzureEventSourceListener((_, message) => _told.Add(message), EventLevel.Verbose);
        await using var server = await KeyVaultServer.StartAsync(_time);
        var vault = new KeyVaultSecretVault(server.NewClient(), _time, _loggers.CreateLogger<KeyVaultSecretVault>());
        await vault.SetAsync("a", Bundle(), None);
        Func<Task>[] calls = [() => vault.GetAsync("a", None), () => vault.SetAsync("a", Bundle(), None), () => vault.DeleteAsync("a", None), () => vault.GetPreviousAsync("a", None)];
        foreach (var status in (int[])[400, 401, 403, 404, 409, 418, 429, 500, 503])
        {
            foreach (var call in calls)
            {
                // A proxy that repeats what it was sent, and a vault that leaks.
                server.FailNext(12, status, static body => $"{{\"error\":{{\"code\":\"X\",\"message\":{JsonSerializer.Serialize(body + Canary)}}}}}", ("x-echo", Uri.EscapeDataString(Canary)));
                await TellAsync(call);
                server.ClearFaults();
            }
        }

        server.FailNext(1, 200, static _ => "{\"value\":\"" + JsonEncodedText.Encode(Canary));
        await TellAsync(calls[0]);
        server.PutByHand("b", $"{{\"k\":\"{JsonEncodedText.Encode(Canary)}\"", "application/json");
        await TellAsync(() => vault.GetAsync("b", None));
        server.Credential.Failure = new AuthenticationFailedException("no");
        await TellAsync(() => new KeyVaultSecretVault(server.NewClient(), _time, _loggers.CreateLogger<KeyVaultSecretVault>()).SetAsync("a", Bundle(), None));
        AssertSilent(atLeast: 50);
    }

    [Fact]
    public async Task The_local_vault_tells_nothing()
    {
        var vault = new LocalSecretVault(_folder.FullName, new SeededRandomness(1), _time);
        await vault.SetAsync("a", Bundle(), None);
        var path = Path.Combine(_folder.FullName, "secret.a");
        var whole = await File.ReadAllBytesAsync(path);
        await File.WriteAllBytesAsync(path, whole[..^1]);
        await TellAsync(() => vault.GetAsync("a", None));
        await File.WriteAllTextAsync(path, Canary);
        await TellAsync(() => vault.GetAsync("a", None));
        await TellAsync(() => vault.SetAsync(Canary, Bundle(), None));
        await TellAsync(() => vault.SetAsync("a", new SecretBundle([KeyValuePair.Create("k", new Secret(string.Concat(Enumerable.Repeat(Canary, 2000))))]), None));
        File.Delete(path);
        Directory.CreateDirectory(path);
        await TellAsync(() => vault.SetAsync("a", Bundle(), None));
        await TellAsync(() => vault.ResolveAsync("@secret:" + Canary, None));
        AssertSilent(atLeast: 6);
    }

    [Fact]
    public void A_bundle_tells_nothing()
    {
        var bundle = Bundle();
        _told.Add(bundle.ToString()!);
        _told.Add($"{bundle["k"]} {string.Join(',', bundle.Values)}");
        _told.Add(Assert.Throws<NotSupportedException>(() => JsonSerializer.Serialize(bundle)).ToString());
        AssertSilent(atLeast: 3);
    }

    private static SecretBundle Bundle() => new([KeyValuePair.Create("k", new Secret(Canary))]);

    private static bool Tells(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(Canary);
        IEnumerable<string> forms =
        [
            Canary, Uri.EscapeDataString(Canary), JsonEncodedText.Encode(Canary).ToString(), "c4n4ry",

            // Base64 of a longer text holds one of three forms, less the characters that mix with its neighbours.
            .. Enumerable.Range(0, 3).Select(shift => Convert.ToBase64String([.. new byte[shift], .. bytes])[4..^4]),
        ];
        return forms.Any(form => text.Contains(form, StringComparison.OrdinalIgnoreCase));
    }

    private async Task TellAsync(Func<Task> call)
    {
        var failure = await _time.PassForAsync(Record.ExceptionAsync(call));
        if (failure is not null)
        {
            _told.Add(failure.ToString());
        }
    }

    private void AssertSilent(int atLeast)
    {
        Assert.InRange(_told.Lines.Count, atLeast, int.MaxValue);
        Assert.DoesNotContain(_told.Lines, Tells);
    }
}
