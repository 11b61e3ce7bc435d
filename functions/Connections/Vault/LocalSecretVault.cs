using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using StoreClaw.Common;

namespace StoreClaw.Connections;

/// <summary>
/// Secrets on one machine: a file per name, encrypted by ASP.NET Core Data Protection with the key ring in the folder "keys" beside them,
/// open to the app's account only. A file holds both versions and is replaced by renaming, so that a reader, or the next start after a
/// crash, finds either the old state or the new one. Safe for several processes.
/// </summary>
public sealed class LocalSecretVault(string folder, Randomness randomness, TimeProvider time) : ISecretVault
{
    private const string Prefix = "secret.";

    private static readonly TimeSpan LeftoverAge = TimeSpan.FromHours(1);

    private readonly string _folder = Path.GetFullPath(folder);

    // Made at first use: reading the key ring takes some 70 ms, which a start need not pay.
    private Lazy<IDataProtectionProvider> _provider = NewProvider(Path.GetFullPath(folder));

    public async Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken) =>
        await ReadAsync(name, cancellationToken) is { } stored ? ToBundle(name, stored) : null;

    public async Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken) =>
        await ReadAsync(name, cancellationToken) is { Previous: { } previous } ? ToBundle(name, previous) : null;

    public async Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        var stored = new StoredBundle
        {
            Values = BundleJson.Reveal(name, bundle),
            Version = randomness.Id(time.GetUtcNow()),
            Previous = await ReadReplacedAsync(name, cancellationToken) is { } replaced ? replaced with { Previous = null } : null,
        };
        try
        {
            var content = _provider.Value.CreateProtector(name).Protect(BundleJson.WriteStored(stored));
            DeleteLeftovers(name);
            await PrivateFiles.ReplaceAsync(PathOf(name), $"{PathOf(name)}.{randomness.Token(9)}", content, cancellationToken);
        }
        catch (CryptographicException closed)
        {
            throw new VaultException(
                VaultFailure.Forbidden, $"The secret {name} could not be encrypted.", $"Let the app's account read and write the folder {KeyFolder(_folder)} (setting Secrets__Path).", closed);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw Explain(name, failed);
        }

        return stored.Version;
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        try
        {
            File.Delete(PathOf(name));
        }
        catch (DirectoryNotFoundException)
        {
            // Nothing was ever set.
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw Explain(name, failed);
        }

        return Task.CompletedTask;
    }

    public IAsyncEnumerable<string> ListNamesAsync(CancellationToken cancellationToken)
    {
        try
        {
            string[] files = Directory.Exists(_folder) ? Directory.GetFiles(_folder, Prefix + "*") : [];
            return files.Select(static file => Path.GetFileName(file)[Prefix.Length..]).Where(SecretNames.IsValid).ToAsyncEnumerable();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw Explain("list", failed);
        }
    }

    private static string KeyFolder(string folder) => Path.Combine(folder, "keys");

    private static Lazy<IDataProtectionProvider> NewProvider(string folder) => new(() =>
    {
        PrivateFiles.CreateFolder(folder);
        PrivateFiles.CreateFolder(KeyFolder(folder));
        return DataProtectionProvider.Create(new DirectoryInfo(KeyFolder(folder)), static options => options.SetApplicationName("StoreClaw"));
    });

    private string PathOf(string name) => Path.Combine(_folder, Prefix + name);

    private async Task<StoredBundle?> ReadAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        try
        {
            var content = await File.ReadAllBytesAsync(PathOf(name), cancellationToken);
            return BundleJson.ReadStored(Decrypt(name, content)) ?? throw Unreadable(name, null);
        }
        catch (Exception nothing) when (nothing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (CryptographicException broken)
        {
            throw Unreadable(name, broken);
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException)
        {
            throw Explain(name, failed);
        }
    }

    // To set a secret anew is the way out when its file cannot be read any more.
    private async Task<StoredBundle?> ReadReplacedAsync(string name, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(name, cancellationToken);
        }
        catch (VaultException broken) when (broken.Reason == VaultFailure.Unreadable)
        {
            return null;
        }
    }

    private byte[] Decrypt(string name, byte[] content)
    {
        try
        {
            return _provider.Value.CreateProtector(name).Unprotect(content);
        }
        catch (CryptographicException)
        {
            // Data Protection reads its ring once a day; a key that another process added since is only in a new reading.
            var provider = NewProvider(_folder);
            var plain = provider.Value.CreateProtector(name).Unprotect(content);
            _provider = provider;
            return plain;
        }
    }

    // What a crash between writing and renaming left behind.
    private void DeleteLeftovers(string name)
    {
        foreach (var file in Directory.GetFiles(_folder, $"{Prefix}{name}.*"))
        {
            if (time.GetUtcNow() - File.GetLastWriteTimeUtc(file) > LeftoverAge)
            {
                File.Delete(file);
            }
        }
    }

    private SecretBundle ToBundle(string name, StoredBundle stored) => BundleJson.ToBundle(stored.Values, stored.Version) ?? throw Unreadable(name, null);

    private VaultException Unreadable(string name, Exception? cause) => new(
        VaultFailure.Unreadable,
        $"The file {PathOf(name)} cannot be decrypted: it is damaged, or the key it was written with is not in {KeyFolder(_folder)}.",
        "Restore the folder of Secrets__Path, keys included, from one backup, or connect the store again.",
        cause);

    private VaultException Explain(string name, Exception failed) => new(
        failed is UnauthorizedAccessException ? VaultFailure.Forbidden : VaultFailure.Unavailable,
        $"The secret {name} was not read or written on disk.",
        $"Let the app's account read and write the folder {_folder} (setting Secrets__Path), and see that the disk is not full.",
        failed);
}
