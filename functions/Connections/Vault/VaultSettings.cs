using Microsoft.Extensions.Configuration;

namespace StoreClaw.Connections;

/// <summary>Which vault the settings ask for, checked at the start of the app.</summary>
public sealed record VaultSettings
{
    private const string UnresolvedReference = "@Microsoft.KeyVault(";

    /// <summary>Setting KeyVault__Uri; null for the local vault.</summary>
    public Uri? KeyVaultUri { get; private init; }

    /// <summary>Setting Secrets__Path, by default the folder "secrets" in Embedded__DataPath (.storeclaw). An absolute path.</summary>
    public required string LocalFolder { get; init; }

    /// <exception cref="InvalidOperationException">A setting is wrong; names it and says what to do. Values are left out.</exception>
    public static VaultSettings Read(IConfiguration configuration)
    {
        RefuseUnresolvedReferences(configuration);
        var folder = configuration["Secrets:Path"] is { Length: > 0 } path
            ? path
            : Path.Combine(configuration["Embedded:DataPath"] is { Length: > 0 } data ? data : ".storeclaw", "secrets");
        return new VaultSettings { KeyVaultUri = ReadUri(configuration["KeyVault:Uri"]), LocalFolder = Path.GetFullPath(folder) };
    }

    // Functions hands the reference text itself to the app when it cannot resolve it, and every call signed with that "secret" fails for hours.
    private static void RefuseUnresolvedReferences(IConfiguration configuration)
    {
        var names = configuration.AsEnumerable()
            .Where(static setting => setting.Value?.Trim(' ', '"', '\'').StartsWith(UnresolvedReference, StringComparison.OrdinalIgnoreCase) == true)
            .Select(static setting => setting.Key.Replace(":", "__", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .ToArray();
        if (names.Length > 0)
        {
            throw new InvalidOperationException(
                $"These settings still hold a Key Vault reference that was not resolved: {string.Join(", ", names)}. Grant the app's managed identity the role 'Key Vault Secrets User' on the vault they name and correct the reference, or give the value as @secret:<name>.");
        }
    }

    private static Uri? ReadUri(string? text)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        return Uri.TryCreate(text.Trim(), UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps && uri.UserInfo.Length == 0
            ? uri
            : throw new InvalidOperationException("The setting KeyVault__Uri is no https address. Set it to the vault's URI, such as https://<name>.vault.azure.net/, or remove it to keep secrets in files.");
    }
}
