using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>
/// Points as Shopify counts them. Its documentation names the parts (scalar 0, object 1, mutation 10, connections by size); the weight of
/// a page is not linear: 2 + floor(2 ln n) times its children fits every cost that was measured on the real API and published
/// (orders first 25 of 11 points = 68, first 150 = 112; customers first 200 = 12; line items first 3 of 10 points = 22, first 10 = 42).
/// Money, edges and page information cost nothing.
/// </summary>
internal static class GraphCost
{
    private const int Mutation = 10;

    public static bool IsConnection(GraphType type) => type.Name.EndsWith("Connection", StringComparison.Ordinal);

    /// <summary>What the selections cost at most.</summary>
    public static int Of(GraphPlan plan, GraphType type, IReadOnlyList<GraphSelection> selections) =>
        plan.Concrete(type).Select(concrete => plan.Fields(concrete, selections).Where(field => field.Selections is not null).Sum(field => Field(plan, concrete, field))).Max();

    /// <summary>What they cost with what came back.</summary>
    public static int Actual(GraphPlan plan, GraphType type, IReadOnlyList<GraphSelection> selections, JsonObject data) =>
        plan.Concrete(type).Select(concrete => plan.Fields(concrete, selections)
            .Where(field => field.Selections is not null && data.ContainsKey(field.Key)).Sum(field => Actual(plan, concrete, field, data[field.Key]))).Max();

    private static int Field(GraphPlan plan, GraphType type, GraphField field)
    {
        var definition = type.Fields[field.Name];
        var result = plan.Schema.Get(definition.Type.Name);
        if (type.Name == "Mutation")
        {
            return Mutation;
        }

        if (!IsConnection(result))
        {
            return result.Cost + Of(plan, result, field.Selections!);
        }

        var arguments = plan.Arguments(definition, field);
        var size = arguments.GetValueOrDefault("first") as int? ?? arguments.GetValueOrDefault("last") as int? ?? 0;
        return 2 + (Weight(size) * Of(plan, result, field.Selections!));
    }

    private static int Actual(GraphPlan plan, GraphType type, GraphField field, JsonNode? value)
    {
        var result = plan.Schema.Get(type.Fields[field.Name].Type.Name);
        return (type.Name, value) switch
        {
            ("Mutation", _) => Mutation,
            (_, null) => result.Cost,
            (_, JsonArray items) => result.Cost + items.OfType<JsonObject>().Select(item => Actual(plan, result, field.Selections!, item)).DefaultIfEmpty(0).Max(),
            (_, JsonObject page) when IsConnection(result) => 2 + (Weight(Count(page)) * Actual(plan, result, field.Selections!, page)),
            (_, JsonObject inner) => result.Cost + Actual(plan, result, field.Selections!, inner),
            _ => 0,
        };
    }

    private static int Weight(int size) => size == 0 ? 0 : Math.Max(1, (int)Math.Floor(2 * Math.Log(size)));

    private static int Count(JsonObject page) => page.Select(part => part.Value).OfType<JsonArray>().Select(items => items.Count).DefaultIfEmpty(0).Max();
}
