using System.Runtime.CompilerServices;
using Azure;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;

namespace StoreClaw.Connections;

/// <summary>
/// Secrets in Azure Key Vault: a bundle is the JSON value of one secret, with the content type application/json. A secret with another
/// content type, put there by hand, is one text under <see cref="SecretBundle.PlainKey"/>.
/// </summary>
public sealed partial class KeyVaultSecretVault(SecretClient client, TimeProvider time, ILogger<KeyVaultSecretVault> logger) : ISecretVault
{
    private const string BundleType = "application/json";

    // Holds the version before this one, empty for none. Hourly tokens make thousands of versions, and Key Vault lists 25 a page, unordered.
    private const string PreviousTag = "previous";

    // A deletion or a recovery takes the vault some seconds, in which the name cannot be written.
    private const int ConflictTries = 10;

    private static readonly TimeSpan ConflictWait = TimeSpan.FromSeconds(2);

    /// <summary>The client's own retries (three, exponential, Retry-After honoured) with a timeout that suits a webhook's sender.</summary>
    public static SecretClientOptions NewOptions() => new() { Retry = { NetworkTimeout = TimeSpan.FromSeconds(10) } };

    public Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        return KeyVaultErrors.ExplainAsync(name, Get, cancellationToken);

        async Task<SecretBundle?> Get() => await ReadAsync(name, null, cancellationToken) is { } secret ? ToBundle(secret) : null;
    }

    public Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        return KeyVaultErrors.ExplainAsync(name, Get, cancellationToken);

        async Task<SecretBundle?> Get()
        {
            if (await ReadAsync(name, null, cancellationToken) is not { } current)
            {
                return null;
            }

            var version = current.Properties.Tags.TryGetValue(PreviousTag, out var known) ? known : await FindPreviousAsync(current.Properties, cancellationToken);
            return version is { Length: > 0 } && await ReadEnabledAsync(name, version, cancellationToken) is { } previous ? ToBundle(previous) : null;
        }
    }

    public Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        var secret = new KeyVaultSecret(name, BundleJson.Write(BundleJson.Reveal(name, bundle))) { Properties = { ContentType = BundleType } };
        return KeyVaultErrors.ExplainAsync(name, Set, cancellationToken);

        async Task<string> Set()
        {
            var current = await ReadEnabledAsync(name, null, cancellationToken);
            secret.Properties.Tags[PreviousTag] = current?.Properties.Version ?? "";
            return await WriteAsync(secret, cancellationToken);
        }
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        SecretNames.Require(name);
        return KeyVaultErrors.ExplainAsync(name, Delete, cancellationToken);

        async Task<bool> Delete()
        {
            try
            {
                await client.StartDeleteSecretAsync(name, cancellationToken);
                return true;
            }
            catch (RequestFailedException gone) when (gone.Status == 404 || KeyVaultErrors.InnerCode(gone) is KeyVaultErrors.BeingDeleted or KeyVaultErrors.Deleted)
            {
                return false;
            }
        }
    }

    public async IAsyncEnumerable<string> ListNamesAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var secrets = client.GetPropertiesOfSecretsAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await KeyVaultErrors.ExplainAsync("list", async () => await secrets.MoveNextAsync(), cancellationToken))
        {
            if (!secrets.Current.Managed && SecretNames.IsValid(secrets.Current.Name))
            {
                yield return secrets.Current.Name;
            }
        }
    }

    private static SecretBundle ToBundle(KeyVaultSecret secret)
    {
        var version = secret.Properties.Version;
        return secret.Properties.ContentType == BundleType
            ? BundleJson.Read(secret.Value, version) ?? throw new VaultException(
                VaultFailure.Unreadable,
                $"The secret {secret.Name} is marked {BundleType} and is no JSON object of texts.",
                "Correct its newest version in the Key Vault that KeyVault__Uri names, or connect the store again.")
            : new SecretBundle([KeyValuePair.Create(SecretBundle.PlainKey, new Secret(secret.Value))], version);
    }

    private async Task<KeyVaultSecret?> ReadAsync(string name, string? version, CancellationToken cancellationToken)
    {
        try
        {
            return (await client.GetSecretAsync(name, version, cancellationToken)).Value;
        }
        catch (RequestFailedException missing) when (missing.Status == 404)
        {
            return null;
        }
    }

    // A version that an operator switched off is as good as gone, except as the current one, where that is an error to tell.
    private async Task<KeyVaultSecret?> ReadEnabledAsync(string name, string? version, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(name, version, cancellationToken);
        }
        catch (RequestFailedException disabled) when (KeyVaultErrors.InnerCode(disabled) == KeyVaultErrors.Disabled)
        {
            return null;
        }
    }

    // The current version was put there by hand, so nothing says what came before but the times.
    private async Task<string?> FindPreviousAsync(SecretProperties current, CancellationToken cancellationToken)
    {
        SecretProperties? newest = null;
        await foreach (var version in client.GetPropertiesOfSecretVersionsAsync(current.Name, cancellationToken))
        {
            if (version.Version != current.Version && version.Enabled != false && (newest is null || version.CreatedOn > newest.CreatedOn))
            {
                newest = version;
            }
        }

        return newest?.Version;
    }

    private async Task<string> WriteAsync(KeyVaultSecret secret, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return (await client.SetSecretAsync(secret, cancellationToken)).Value.Properties.Version;
            }
            catch (RequestFailedException conflict) when (conflict.Status == 409 && tries < ConflictTries)
            {
                if (KeyVaultErrors.InnerCode(conflict) == KeyVaultErrors.Deleted)
                {
                    await RecoverAsync(secret.Name, cancellationToken);
                }

                await Task.Delay(ConflictWait, time, cancellationToken);
            }
        }
    }

    // A soft-deleted name can only be recovered or purged before it is used again, and purge protection forbids the one.
    private async Task RecoverAsync(string name, CancellationToken cancellationToken)
    {
        Log.Recovering(logger, name);
        try
        {
            await client.StartRecoverDeletedSecretAsync(name, cancellationToken);
        }
        catch (RequestFailedException elsewhere) when (elsewhere.Status is 404 or 409)
        {
            // Another instance is at it; the next write will tell.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "The secret {Name} was deleted before; recovering its name to write it anew.")]
        public static partial void Recovering(ILogger logger, string name);
    }
}
