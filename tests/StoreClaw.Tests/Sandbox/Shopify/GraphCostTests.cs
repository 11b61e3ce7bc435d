using StoreClaw.Sandbox.Shopify;
using StoreClaw.Sandbox.Shopify.GraphQl;

namespace StoreClaw.Tests.Sandbox.Shopify;

/// <summary>Costs that were measured on the real API and published, for queries the subset holds.</summary>
public sealed class GraphCostTests
{
    [Theory]
    [InlineData(12, "{ customers(first: 200) { pageInfo { hasNextPage } edges { cursor node { id updatedAt } } } }")]
    [InlineData(11, "{ customers(first: 100) { pageInfo { endCursor hasNextPage } nodes { legacyResourceId } } }")]
    [InlineData(6, "{ webhookSubscriptions(first: 10) { edges { node { id } } } }")]
    [InlineData(25, "{ product(id: 1) { variants(first: 250) { nodes { inventoryItem { id tracked } } } } }")]
    [InlineData(48, "{ location(id: 1) { inventoryLevels(first: 100) { pageInfo { hasNextPage } edges { cursor node { id quantities(names: \"available\") { quantity } item { id variant { id product { id } } } } } } } }")]
    [InlineData(10, "mutation { inventorySetQuantities(input: { name: \"on_hand\", reason: \"correction\", quantities: [] }) @idempotent(key: \"k\") { inventoryAdjustmentGroup { id } userErrors { field message code } } }")]
    [InlineData(10, "mutation { webhookSubscriptionCreate(topic: ORDERS_CREATE, webhookSubscription: { callbackUrl: \"https://a.example\", format: JSON }) { userErrors { field message } webhookSubscription { id } } }")]
    [InlineData(1, "{ shop { id name currencyCode } }")]
    public void Costs_are_those_of_the_real_api(int cost, string query)
    {
        Assert.Equal(cost, Plan(query)!.Cost);
    }

    [Theory]
    [InlineData("first: 251", "first cannot exceed 250")]
    [InlineData("last: 251", "last cannot exceed 250")]
    [InlineData("first: 0", "first must be greater than 0")]
    [InlineData("reverse: true", "you must provide one of first or last")]
    [InlineData("first: 1, last: 1", "providing both first and last is not supported")]
    public void Pages_have_limits_at_any_depth(string arguments, string message)
    {
        string[] queries =
        [
            $"{{ orders({arguments}) {{ nodes {{ id }} }} }}",
            $"{{ orders(first: 1) {{ nodes {{ lineItems({arguments}) {{ nodes {{ id }} }} }} }} }}",
            $"{{ node(id: 1) {{ ... on Order {{ lineItems({arguments}) {{ nodes {{ id }} }} }} }} }}",
        ];
        foreach (var query in queries)
        {
            var errors = new List<GraphError>();
            Assert.Null(Plan(query, errors));
            Assert.Equal(message, Assert.Single(errors).Message);
        }
    }

    private static GraphPlan? Plan(string query, List<GraphError>? errors = null) =>
        GraphPlan.Prepare(ShopifySchema.Of("2026-07"), query, null, null, errors ?? []);
}
