using System.Collections;
using System.Globalization;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>Runs a plan: resolves fields depth first, and lets a null that must not be one climb to the next field that may be null.</summary>
internal sealed class GraphExecutor(GraphPlan plan, GraphResolvers resolvers, object context)
{
    private readonly List<GraphError> _errors = [];

    public IReadOnlyList<GraphError> Errors => _errors;

    public JsonObject? Run(IReadOnlyList<GraphSelection> selections)
    {
        try
        {
            return Object(plan.Root, context, selections, null);
        }
        catch (NullClimbs)
        {
            return null;
        }
    }

    private JsonObject Object(GraphType type, object source, IReadOnlyList<GraphSelection> selections, Step? path)
    {
        var json = new JsonObject();
        foreach (var field in plan.Fields(type, selections))
        {
            json[field.Key] = field.Name == "__typename" ? type.Name : Field(type, source, field, new Step(path, field.Key));
        }

        return json;
    }

    private JsonNode? Field(GraphType type, object source, GraphField field, Step? path)
    {
        var definition = type.Fields[field.Name];
        try
        {
            return Complete(definition.Type, Resolve(type, definition, source, field), field, path);
        }
        catch (GraphFaultException fault)
        {
            _errors.Add(new GraphError(fault.Message, fault.Code, field.At, Step.List(path)) { Details = fault.Details });
        }
        catch (NullClimbs) when (!definition.Type.NonNull)
        {
            return null;
        }

        return definition.Type.NonNull ? throw new NullClimbs() : null;
    }

    private object? Resolve(GraphType type, GraphFieldType definition, object source, GraphField field)
    {
        if (definition.Access is { } scope && context is IGraphAccess access)
        {
            access.Demand(field.Name, scope);
        }

        return resolvers.Resolve(type.Name, source, new GraphCall(field, plan.Arguments(definition, field), context)
        {
            Idempotency = plan.Directive(field, "idempotent")?["key"] as string,
        });
    }

    private JsonNode? Complete(GraphTypeRef type, object? value, GraphField field, Step? path)
    {
        if (value is null)
        {
            return type.NonNull ? throw new InvalidOperationException($"The schema has no null at {string.Join('.', Step.List(path))}.") : null;
        }

        if (type is GraphTypeRef.ListType list)
        {
            return new JsonArray([.. ((IEnumerable)value).Cast<object?>().Select((item, index) => Complete(list.Of, item, field, new Step(path, index)))]);
        }

        var named = plan.Schema.Get(type.Name);
        if (named.IsLeaf)
        {
            return Leaf(named, value);
        }

        var actual = named.IsAbstract ? plan.Schema.Get(resolvers.TypeOf(value)) : named;
        return Object(actual, value, field.Selections!, path);
    }

    private static JsonNode Leaf(GraphType type, object value) => (type.Name, value) switch
    {
        ("DateTime", DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ("Decimal", decimal amount) => Decimal(amount),
        ("UnsignedInt64", long number) => number.ToString(CultureInfo.InvariantCulture),
        ("UnsignedInt64", int number) => number.ToString(CultureInfo.InvariantCulture),
        ("Int", int number) => number,
        ("Boolean", bool boolean) => boolean,
        (_, string text) when type.Kind == GraphTypeKind.Scalar || type.Values.Contains(text) => text,
        _ => throw new InvalidOperationException($"{value} is no {type.Name}."),
    };

    /// <summary>As Ruby prints a BigDecimal: at least one decimal and no zeros behind it, so 10.00 is "10.0".</summary>
    private static string Decimal(decimal amount) => amount.ToString("0.0###########", CultureInfo.InvariantCulture);

    private sealed class NullClimbs : Exception;

    private sealed record Step(Step? Before, object Part)
    {
        public static List<object> List(Step? step)
        {
            var parts = new List<object>();
            for (; step is not null; step = step.Before)
            {
                parts.Insert(0, step.Part);
            }

            return parts;
        }
    }
}

/// <summary>A request context that knows what the caller may see.</summary>
public interface IGraphAccess
{
    /// <exception cref="GraphFaultException">The caller lacks the scope.</exception>
    void Demand(string field, string scope);
}
