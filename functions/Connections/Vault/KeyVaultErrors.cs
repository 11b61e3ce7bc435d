using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Identity;

namespace StoreClaw.Connections;

/// <summary>
/// Key Vault's errors as a <see cref="VaultException"/>. A response's body and headers stay out of it: nobody knows what a proxy on the way
/// puts there.
/// </summary>
internal static class KeyVaultErrors
{
    public const string Deleted = "ObjectIsDeletedButRecoverable";

    public const string BeingDeleted = "ObjectIsBeingDeleted";

    public const string Disabled = "SecretDisabled";

    private const string Access =
        "Grant the app's managed identity the role 'Key Vault Secrets Officer' on the vault that KeyVault__Uri names, and let the app through the vault's firewall.";

    private const string Reach = "Check that KeyVault__Uri is the vault's own address and that the app can reach it; the call may be repeated.";

    public static async Task<T> ExplainAsync<T>(string name, Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (RequestFailedException failed)
        {
            throw Explain(name, failed);
        }
        catch (CredentialUnavailableException nobody)
        {
            throw new VaultException(
                VaultFailure.Forbidden, "The app has no identity to sign in to Key Vault with.", "Give it a managed identity (on a developer's machine: az login). " + Access, nobody);
        }
        catch (AuthenticationFailedException failed)
        {
            throw new VaultException(VaultFailure.Unavailable, "Signing in to Key Vault failed.", Access, failed);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (JsonException)
        {
            throw new VaultException(VaultFailure.Unavailable, $"What answered for the secret {name} is not Key Vault.", Reach);
        }
        catch (Exception lost) when (lost is AggregateException or OperationCanceledException or InvalidOperationException)
        {
            throw new VaultException(VaultFailure.Unavailable, $"Key Vault did not answer for the secret {name}.", Reach, lost);
        }
    }

    /// <summary>What the error is about, below its general code; null when the response does not say.</summary>
    public static string? InnerCode(RequestFailedException failed)
    {
        try
        {
            using var body = JsonDocument.Parse(failed.GetRawResponse()?.Content ?? BinaryData.FromString("{}"));
            return Child(Child(Child(body.RootElement, "error"), "innererror"), "code") is { ValueKind: JsonValueKind.String } code ? code.GetString() : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static VaultException Explain(string name, RequestFailedException failed)
    {
        var problem = string.Create(CultureInfo.InvariantCulture, $"Key Vault refused the secret {name} with status {failed.Status}.");
        return failed.Status switch
        {
            403 when InnerCode(failed) == Disabled => new VaultException(
                VaultFailure.Forbidden, $"The newest version of the secret {name} is disabled.", "Enable it in the vault that KeyVault__Uri names, or connect the store again."),
            401 or 403 => new VaultException(VaultFailure.Forbidden, problem, Access),
            409 => new VaultException(VaultFailure.Unavailable, $"The secret {name} is being deleted or recovered.", "Repeat the call in a minute."),
            429 => new VaultException(
                VaultFailure.Throttled, $"Key Vault is throttling; the secret {name} was not served.", "Give the app a vault of its own in KeyVault__Uri, or repeat the call later.")
            {
                RetryAfter = RetryAfter(failed),
            },
            0 => new VaultException(VaultFailure.Unavailable, $"Key Vault did not answer for the secret {name}.", Reach, failed),
            _ => new VaultException(VaultFailure.Unavailable, problem, Reach) { RetryAfter = RetryAfter(failed) },
        };
    }

    private static TimeSpan? RetryAfter(RequestFailedException failed) =>
        failed.GetRawResponse() is { } response
        && response.Headers.TryGetValue("Retry-After", out var text)
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : null;

    // Documentation and service disagree on "innererror" and "innerError".
    private static JsonElement Child(JsonElement parent, string name) => parent.ValueKind == JsonValueKind.Object
        ? parent.EnumerateObject().FirstOrDefault(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value
        : default;
}
