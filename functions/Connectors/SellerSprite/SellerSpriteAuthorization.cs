namespace StoreClaw.Connectors.SellerSprite;

/// <summary>A key that the seller types. No account stands behind it that has an id, so what the seller calls it names the connection.</summary>
internal sealed class SellerSpriteAuthorization : IAuthorization
{
    public const string ApiKey = "apiKey";

    private const string Label = "label";
    private const int LongestLabel = 60;

    public ConnectPlan Plan(ConnectInput input)
    {
        var label = string.Join(' ', (input.Text(Label) ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        var key = input.Text(ApiKey) ?? "";
        var errors = new List<FieldError>();
        if (label.Length is 0 or > LongestLabel || label.Any(char.IsControl))
        {
            errors.Add(new(Label, "The account has no name of its own.", $"Give it one of 1 to {LongestLabel} characters, and the same again when its key changes."));
        }

        if (key.Length == 0 || key.Any(static character => character is <= ' ' or > '~'))
        {
            errors.Add(new(ApiKey, "This is no SellerSprite key.", "Copy the secret-key from open.sellersprite.com; it is of letters and digits."));
        }

        return errors.Count > 0
            ? new ConnectPlan.Refused(errors)
            : new ConnectPlan.Ready(label.ToLowerInvariant(), new Dictionary<string, Secret> { [ApiKey] = new(key), [Label] = new(label) });
    }

    /// <summary>Of the answer only its code is relied on; its members are documented nowhere.</summary>
    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await store.SendAsync(SellerSpriteConnector.Request(SellerSpriteCall.Visits), cancellationToken);
        return new Grant
        {
            Store = store.Store,
            Secrets = new Dictionary<string, Secret> { [ApiKey] = store.Secrets[ApiKey] },
            Facts = new Dictionary<string, string> { ["name"] = store.Secrets[Label].Reveal() },
        };
    }
}
