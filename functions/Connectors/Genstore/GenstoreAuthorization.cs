using System.Text.RegularExpressions;

namespace StoreClaw.Connectors.Genstore;

/// <summary>The token of an app that the merchant makes for this shop alone. It is good until the app is removed; giving it back would remove the app, which may serve others too.</summary>
internal sealed partial class GenstoreAuthorization : IAuthorization
{
    private const string VersionSetting = "apiVersion";

    public ConnectPlan Plan(ConnectInput input)
    {
        var host = input.Settings.GetValueOrDefault("apiHost")?.Reveal().ToLowerInvariant() ?? GenstoreDescriptor.ApiHost;
        var version = input.Settings.GetValueOrDefault(VersionSetting)?.Reveal() ?? GenstoreDescriptor.ApiVersion;
        var shop = Shop(input.Text("shopDomain"), host);
        List<FieldError> errors = [];
        if (shop is null)
        {
            errors.Add(new("shopDomain", "This is not a Genstore shop's address.", $"Type the shop's name or its own address, like your-shop.{host}. A domain bought elsewhere does not lead to the API."));
        }

        if (input.Text("accessToken") is null)
        {
            errors.Add(new("accessToken", "It is missing.", "Copy it from Apps > Develop apps in the shop's admin."));
        }

        if (!HostName().IsMatch(host) || !Version().IsMatch(version))
        {
            errors.Add(new("ApiHost", "The settings for Genstore's API cannot work.", "Set Connectors__genstore__ApiHost to a host name and Connectors__genstore__ApiVersion to a version such as 202412, or leave both out."));
        }

        if (errors.Count > 0)
        {
            return new ConnectPlan.Refused(errors);
        }

        var secrets = new Dictionary<string, Secret>(input.Fields) { [VersionSetting] = new(version) };
        secrets.Remove("shopDomain");
        return new ConnectPlan.Ready(shop!, secrets);
    }

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        store.Facts = new Dictionary<string, string> { [GenstoreConnector.VersionFact] = store.Secrets[VersionSetting].Reveal() };
        var scopes = await ScopesAsync(store, cancellationToken);
        var answer = await store.SendAsync(PlatformRequest.Get(GenstoreConnector.Url(store, "shops/info")), cancellationToken).OrNull(FaultKind.ScopeMissing);
        var shop = answer?.Read(static json => json.Required("shop"));
        var name = shop.TextOrNull("shopName") is { Length: > 0 } told ? told : store.Store.Split('.')[0];
        return new Grant
        {
            Store = store.Store,
            Secrets = store.Secrets.Where(static secret => secret.Key != VersionSetting).ToDictionary(),
            Scopes = scopes,
            Facts = Grant.Told([
                .. store.Facts.Select(static fact => (fact.Key, fact.Value)),
                ("name", name), ("shopId", shop.TextOrNull("shopId")), ("currency", shop.TextOrNull("currency")), ("timeZone", shop.TextOrNull("ianaTimezone")),
            ]),
        };
    }

    /// <summary>The list is a text in the documentation, "[read_orders,write_orders]". Who may write may read.</summary>
    private static async Task<IReadOnlyList<string>> ScopesAsync(StoreSession store, CancellationToken cancellationToken)
    {
        var answer = await store.SendAsync(PlatformRequest.Get(GenstoreConnector.Url(store, "oauth2/access_scopes")), cancellationToken).Told(fault => fault.Kind switch
        {
            FaultKind.NotFound => fault with { Message = $"Genstore has no shop {store.Store}. Check the shop domain." },
            FaultKind.ScopeMissing => fault with { Message = "Genstore does not tell this app what it may do: it needs the scope write_apps, as webhooks do." },
            _ => fault,
        });
        var granted = answer.Read(static json => json.Required("accessScopes").GetRawText().Split(['[', ']', '"', ',', ' '], StringSplitOptions.RemoveEmptyEntries));
        return Grant.WithReading(granted);
    }

    /// <summary>"example", "example.genmystore.com" or an address in that shop as "example.genmystore.com"; null for anything else.</summary>
    private static string? Shop(string? typed, string host)
    {
        var text = (typed ?? "").ToLowerInvariant();
        text = text[(text.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..].Split('/', '?', '#')[0];
        var name = text.EndsWith($".{host}", StringComparison.Ordinal) ? text[..^(host.Length + 1)] : text;
        return Label().IsMatch(name) ? $"{name}.{host}" : null;
    }

    // \z and not $, which would let a final line break through into the address of every call.
    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z")]
    private static partial Regex Label();

    [GeneratedRegex(@"^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}\z")]
    private static partial Regex HostName();

    [GeneratedRegex(@"^[0-9a-z-]{1,20}\z")]
    private static partial Regex Version();
}
