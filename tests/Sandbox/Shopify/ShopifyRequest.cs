using System.Text.Json.Nodes;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Sandbox.Shopify;

/// <summary>One authenticated call: whose token, which shop, which version.</summary>
internal sealed class ShopifyRequest(ShopifyPlatform platform, ShopifyShop shop, IReadOnlyList<string> scopes, string version) : IGraphAccess
{
    public ShopifyPlatform Platform => platform;

    public ShopifyShop Shop => shop;

    public string Version => version;

    public DateTimeOffset Now => platform.Options.Time.GetUtcNow();

    public List<string> SearchWarnings { get; } = [];

    /// <summary>Without read_all_orders an app sees no order that was created before this.</summary>
    public DateTimeOffset OrdersFrom => Has("read_all_orders") ? DateTimeOffset.MinValue : Now.AddDays(-60);

    public IReadOnlyList<string> Scopes => scopes;

    /// <summary>Writing includes reading.</summary>
    public bool Has(string scope) => scopes.Contains(scope) || scopes.Contains(scope.Replace("read_", "write_", StringComparison.Ordinal));

    public void Demand(string field, string scope)
    {
        if (!Has(scope))
        {
            throw new GraphFaultException($"Access denied for {field} field. Required access: `{scope}` access scope.", "ACCESS_DENIED")
            {
                Details = new Dictionary<string, object?>
                {
                    ["documentation"] = "https://shopify.dev/api/usage/access-scopes",
                    ["requiredAccess"] = $"`{scope}` access scope.",
                },
            };
        }
    }

    public JsonArray Warnings(string path) => new([.. SearchWarnings.Select(warning => new JsonObject
    {
        ["path"] = new JsonArray(path),
        ["warnings"] = new JsonArray(new JsonObject { ["message"] = warning, ["code"] = "invalid_field" }),
    })]);
}
