using System.Security.Cryptography;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class LocalSecretVaultTests : SecretVaultSuite, IDisposable
{
    private readonly DirectoryInfo _parent = Directory.CreateTempSubdirectory("storeclaw-vault-");

    public LocalSecretVaultTests() => Vault = NewVault(Folder);

    protected override ISecretVault Vault { get; }

    private string Folder => Path.Combine(_parent.FullName, "data", "secrets");

    public void Dispose() => _parent.Delete(recursive: true);

    [Fact]
    public async Task The_next_start_reads_what_the_last_one_wrote()
    {
        var version = await Vault.SetAsync("a", Bundle(("k", "1")), None);
        Assert.Equal(version, (await NewVault(Folder).GetAsync("a", None))?.Version);
    }

    [Fact]
    public async Task Nothing_is_on_disk_before_the_first_secret()
    {
        Assert.Null(await Vault.GetAsync("a", None));
        await Vault.DeleteAsync("a", None);
        Assert.False(Directory.Exists(Folder));
    }

    [Fact]
    public async Task The_files_tell_neither_keys_nor_secrets()
    {
        await Vault.SetAsync("a", Bundle(("clientSecret", "canary-51f0")), None);
        var written = await File.ReadAllBytesAsync(Path.Combine(Folder, "secret.a"));
        Assert.Equal(-1, written.AsSpan().IndexOf("canary-51f0"u8));
        Assert.Equal(-1, written.AsSpan().IndexOf("clientSecret"u8));
    }

    [Fact]
    public async Task A_file_holds_two_versions_however_many_there_were()
    {
        List<long> lengths = [];
        for (var i = 10; i < 30; i++)
        {
            await Vault.SetAsync("a", Bundle(("k", $"{i}")), None);
            lengths.Add(new FileInfo(Path.Combine(Folder, "secret.a")).Length);
        }

        Assert.True(lengths[1] > lengths[0]);
        Assert.Single(lengths.Skip(1).Distinct());
    }

    [Fact]
    public async Task Only_the_owner_may_open_anything()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        await Vault.SetAsync("a", Bundle(("k", "2")), None);
        var modes = new DirectoryInfo(Folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Append(new DirectoryInfo(Folder))
            .ToDictionary(static item => item.Extension.Length > 0 ? item.Extension : item.Name, static item => item.UnixFileMode);
        const UnixFileMode File = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode Directory = File | UnixFileMode.UserExecute;
        var expected = new Dictionary<string, UnixFileMode> { ["secrets"] = Directory, ["keys"] = Directory, [".xml"] = File, [".a"] = File };

        // Windows has no such modes; there the folder above decides.
        Assert.Equal(expected, OperatingSystem.IsWindows() ? expected : modes);
    }

    [Fact]
    public async Task A_key_that_another_process_made_is_found()
    {
        await Vault.SetAsync("mine", Bundle(("k", "1")), None);
        var elsewhere = Path.Combine(_parent.FullName, "elsewhere");
        await NewVault(elsewhere).SetAsync("theirs", Bundle(("k", "2")), None);
        File.Copy(Path.Combine(elsewhere, "secret.theirs"), Path.Combine(Folder, "secret.theirs"));
        await FailsAsync(VaultFailure.Unreadable, () => Vault.GetAsync("theirs", None));
        var key = Directory.GetFiles(Path.Combine(elsewhere, "keys")).Single();
        File.Copy(key, Path.Combine(Folder, "keys", Path.GetFileName(key)));
        Assert.Equal("2", (await Vault.GetAsync("theirs", None))?["k"]?.Reveal());
        Assert.Equal("1", (await Vault.GetAsync("mine", None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task Processes_that_start_together_read_each_other()
    {
        string[] names = ["p1", "p2", "p3", "p4", "p5", "p6"];
        var vaults = names.Select(_ => NewVault(Folder)).ToArray();
        await Task.WhenAll(names.Zip(vaults, (name, vault) => Task.Run(() => vault.SetAsync(name, Bundle(("k", name)), None))));
        foreach (var vault in vaults)
        {
            foreach (var name in names)
            {
                Assert.Equal(name, (await vault.GetAsync(name, None))?["k"]?.Reveal());
            }
        }
    }

    [Fact]
    public async Task What_a_crash_left_beside_a_secret_is_never_read_and_goes_after_an_hour()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        var content = await File.ReadAllBytesAsync(Path.Combine(Folder, "secret.a"));
        var old = Leftover("secret.a.x1", content[..40], TimeSpan.FromHours(2));
        var recent = Leftover("secret.a.x2", content, TimeSpan.FromMinutes(1));
        var other = Leftover("secret.b.x3", content, TimeSpan.FromHours(2));
        Assert.Equal("1", (await Vault.GetAsync("a", None))?["k"]?.Reveal());
        Assert.Null(await Vault.GetAsync("b", None));
        Assert.Equal(["a"], await NamesAsync());
        await Vault.SetAsync("a", Bundle(("k", "2")), None);
        Assert.Equal([false, true, true], [File.Exists(old), File.Exists(recent), File.Exists(other)]);
        Assert.Equal("1", (await Vault.GetPreviousAsync("a", None))?["k"]?.Reveal());
    }

    [Fact]
    public async Task A_damaged_file_is_told_with_the_remedy_and_setting_the_secret_heals_it()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        var path = Path.Combine(Folder, "secret.a");
        var whole = await File.ReadAllBytesAsync(path);
        byte[][] damaged = [[], .. ((int[])[1, 4, 20, whole.Length / 2, whole.Length - 1]).Select(length => whole[..length]), .. Enumerable.Range(0, whole.Length).Select(index => Flipped(whole, index))];
        foreach (var content in damaged)
        {
            await File.WriteAllBytesAsync(path, content);
            var failure = await FailsAsync(VaultFailure.Unreadable, () => Vault.GetAsync("a", None));
            Assert.Contains("Secrets__Path", failure.Remedy, StringComparison.Ordinal);
            await FailsAsync(VaultFailure.Unreadable, () => Vault.GetPreviousAsync("a", None));
        }

        await Vault.SetAsync("a", Bundle(("k", "2")), None);
        Assert.Equal("2", (await Vault.GetAsync("a", None))?["k"]?.Reveal());
        Assert.Null(await Vault.GetPreviousAsync("a", None));
    }

    [Fact]
    public async Task A_file_under_another_name_is_refused()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        File.Move(Path.Combine(Folder, "secret.a"), Path.Combine(Folder, "secret.b"));
        await FailsAsync(VaultFailure.Unreadable, () => Vault.GetAsync("b", None));
    }

    [Fact]
    public async Task A_lost_key_ring_is_told_with_the_remedy()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        Directory.Delete(Path.Combine(Folder, "keys"), recursive: true);
        var failure = await FailsAsync(VaultFailure.Unreadable, () => NewVault(Folder).GetAsync("a", None));
        Assert.Contains(Path.Combine(Folder, "keys"), failure.Message, StringComparison.Ordinal);
        Assert.IsType<CryptographicException>(failure.InnerException);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_is_told_with_the_remedy()
    {
        Directory.CreateDirectory(_parent.FullName);
        var blocked = Path.Combine(_parent.FullName, "file");
        await File.WriteAllTextAsync(blocked, "");
        var failure = await FailsAsync(VaultFailure.Unavailable, () => NewVault(blocked).SetAsync("a", Bundle(("k", "1")), None));
        Assert.Contains("Secrets__Path", failure.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_fails_leaves_the_old_secret_and_no_file()
    {
        await Vault.SetAsync("a", Bundle(("k", "1")), None);
        var path = Path.Combine(Folder, "secret.b");
        Directory.CreateDirectory(path);
        await FailsAsync(VaultFailure.Forbidden, () => Vault.GetAsync("b", None));
        await Assert.ThrowsAsync<VaultException>(() => Vault.SetAsync("b", Bundle(("k", "1")), None));
        Assert.Equal([Path.Combine(Folder, "secret.a")], Directory.GetFiles(Folder));
    }

    private static byte[] Flipped(byte[] content, int index)
    {
        byte[] copy = [.. content];
        copy[index] ^= 0x10;
        return copy;
    }

    private LocalSecretVault NewVault(string folder) => new(folder, new SeededRandomness(1), Time);

    private string Leftover(string name, byte[] content, TimeSpan age)
    {
        var path = Path.Combine(Folder, name);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, (Time.GetUtcNow() - age).UtcDateTime);
        return path;
    }
}
