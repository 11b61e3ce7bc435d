using StoreClaw.Embedded;

namespace Azure.Data.Tables;

/// <summary>What a storage connection string says about tables: where they are, and the key.</summary>
internal sealed record TableConnection(Uri Endpoint, TableSharedKeyCredential Credential)
{
    private const string Emulator = "http://127.0.0.1:10002/" + AzuriteServer.DefaultAccount;

    /// <exception cref="FormatException">A part is missing or malformed. The message never quotes the string: it holds the key.</exception>
    public static TableConnection Parse(string connectionString)
    {
        ArgumentException.ThrowIfNullOrEmpty(connectionString);
        var parts = Split(connectionString);
        if (parts.GetValueOrDefault("UseDevelopmentStorage") == "true")
        {
            return new(new Uri(Emulator), new TableSharedKeyCredential(AzuriteServer.DefaultAccount, AzuriteServer.AccountKey));
        }

        var account = Required(parts, "AccountName");
        return new(new Uri(EndpointOf(parts, account)), new TableSharedKeyCredential(account, Required(parts, "AccountKey")));
    }

    private static string EndpointOf(Dictionary<string, string> parts, string account) =>
        parts.TryGetValue("TableEndpoint", out var endpoint)
            ? endpoint
            : $"{parts.GetValueOrDefault("DefaultEndpointsProtocol", "https")}://{account}.table.{Required(parts, "EndpointSuffix")}";

    private static Dictionary<string, string> Split(string connectionString)
    {
        var parts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in connectionString.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                throw new FormatException("The storage connection string has a part that is not name=value.");
            }

            parts[part[..equals]] = part[(equals + 1)..];
        }

        return parts;
    }

    private static string Required(Dictionary<string, string> parts, string name) =>
        parts.GetValueOrDefault(name) is { Length: > 0 } value
            ? value
            : throw new FormatException($"The storage connection string has no {name}.");
}
