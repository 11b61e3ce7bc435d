using StoreClaw.Common;

namespace StoreClaw.Connections;

public static class SecretReferences
{
    private const string Prefix = "@secret:";

    /// <summary>
    /// The secret that a setting gives as it is, or by @secret:&lt;name&gt; as the vault's text <see cref="SecretBundle.PlainKey"/> of that name;
    /// null when the setting is empty.
    /// </summary>
    /// <exception cref="VaultException">The reference leads nowhere (BadName, Missing), or the vault did not serve.</exception>
    public static async Task<Secret?> ResolveAsync(this ISecretVault vault, string? configured, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(configured))
        {
            return null;
        }

        if (!configured.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return new Secret(configured);
        }

        var name = configured[Prefix.Length..].Trim();
        var bundle = await vault.GetAsync(name, cancellationToken);
        return bundle?[SecretBundle.PlainKey] ?? throw new VaultException(
            VaultFailure.Missing, $"A setting refers to the secret {name}, and the vault has no such text.", $"Put the secret {name} into the vault, or correct the setting that says @secret:{name}.");
    }
}
