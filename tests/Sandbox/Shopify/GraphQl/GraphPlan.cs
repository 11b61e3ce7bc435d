using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <param name="Data">Null when the error reached the root.</param>
public sealed record GraphResult(JsonObject? Data, IReadOnlyList<GraphError> Errors, int Cost);

/// <summary>A document that was read, checked and priced, ready to run once.</summary>
public sealed class GraphPlan
{
    private const int PageLimit = 250;

    private readonly GraphSchema _schema;
    private readonly GraphOperation _operation;
    private readonly Dictionary<string, GraphFragment> _fragments;
    private readonly Dictionary<string, object?> _variables;

    // One plan runs over thousands of objects; what depends on the plan alone is worked out once.
    private readonly Dictionary<(GraphType Type, object Selections), List<GraphField>> _fields = new(new ByReference());
    private readonly Dictionary<GraphField, Dictionary<string, object?>> _arguments = new(ReferenceEqualityComparer.Instance);

    private GraphPlan(GraphSchema schema, GraphOperation operation, GraphDocument document, Dictionary<string, object?> variables)
    {
        _schema = schema;
        _operation = operation;
        _variables = variables;
        _fragments = document.Fragments.ToDictionary(fragment => fragment.Name);
        Cost = GraphCost.Of(this, Root, operation.Selections);
    }

    /// <summary>Points the query may cost at most.</summary>
    public int Cost { get; }

    public bool IsMutation => _operation.Kind == "mutation";

    /// <summary>The top fields, by their names in the schema.</summary>
    public IReadOnlyList<string> RootFields => [.. Fields(Root, _operation.Selections).Select(root => root.Name)];

    internal GraphSchema Schema => _schema;

    internal GraphType Root => _schema.Get(IsMutation ? "Mutation" : "QueryRoot");

    /// <summary>The plan, or the errors for which the query does not run at all.</summary>
    public static GraphPlan? Prepare(GraphSchema schema, string text, string? operationName, JsonElement? variables, List<GraphError> errors)
    {
        GraphDocument document;
        try
        {
            document = GraphParser.Parse(text);
        }
        catch (GraphSyntaxException bad)
        {
            errors.Add(new GraphError(bad.Message, null, bad.At));
            return null;
        }

        errors.AddRange(GraphValidator.Validate(schema, document));
        var operation = errors.Count > 0 ? null : Choose(document, operationName, errors);
        if (operation is null)
        {
            return null;
        }

        var values = GraphInputs.Variables(schema, operation, variables, errors);
        var plan = errors.Count > 0 ? null : new GraphPlan(schema, operation, document, values);
        plan?.Pages(plan.Root, operation.Selections, [], errors);
        return errors.Count > 0 ? null : plan;
    }

    public GraphResult Run(GraphResolvers resolvers, object context)
    {
        var executor = new GraphExecutor(this, resolvers, context);
        var data = executor.Run(_operation.Selections);
        return new GraphResult(data, executor.Errors, data is null ? 0 : GraphCost.Actual(this, Root, _operation.Selections, data));
    }

    /// <summary>The selected fields that apply to an object type, those of one name merged.</summary>
    internal List<GraphField> Fields(GraphType type, IReadOnlyList<GraphSelection> selections)
    {
        if (!_fields.TryGetValue((type, selections), out var fields))
        {
            fields = [];
            Collect(type, selections, fields);
            _fields[(type, selections)] = fields;
        }

        return fields;
    }

    /// <summary>The object types a type stands for.</summary>
    internal IEnumerable<GraphType> Concrete(GraphType type) => type.IsAbstract ? type.Members.Select(_schema.Get) : [type];

    internal Dictionary<string, object?> Arguments(GraphFieldType definition, GraphField field)
    {
        if (!_arguments.TryGetValue(field, out var arguments))
        {
            _arguments[field] = arguments = GraphInputs.Arguments(_schema, definition.Arguments, field.Arguments, _variables);
        }

        return arguments;
    }

    /// <summary>The arguments of a directive on a field; null when it does not stand there.</summary>
    internal Dictionary<string, object?>? Directive(GraphField field, string name) =>
        field.Directives.FirstOrDefault(directive => directive.Name == name) is { } found
            ? GraphInputs.Arguments(_schema, _schema.Directive(name)!.Arguments, found.Arguments, _variables)
            : null;

    private static GraphOperation? Choose(GraphDocument document, string? name, List<GraphError> errors)
    {
        var operation = name is null
            ? document.Operations.Count == 1 ? document.Operations[0] : null
            : document.Operations.FirstOrDefault(candidate => candidate.Name == name);
        if (operation is null)
        {
            errors.Add(new GraphError(name is null ? "An operation name is required" : $"No operation named \"{name}\""));
        }

        return operation;
    }

    private void Collect(GraphType type, IReadOnlyList<GraphSelection> selections, List<GraphField> fields)
    {
        foreach (var selection in selections.Where(Included))
        {
            switch (selection)
            {
                case GraphField field:
                    Merge(field, fields);
                    break;
                case GraphInlineFragment inline when inline.TypeCondition is null || Applies(inline.TypeCondition, type):
                    Collect(type, inline.Selections, fields);
                    break;
                case GraphSpread spread when Applies(_fragments[spread.Name].TypeCondition, type):
                    Collect(type, _fragments[spread.Name].Selections, fields);
                    break;
            }
        }
    }

    private static void Merge(GraphField field, List<GraphField> fields)
    {
        var index = fields.FindIndex(other => other.Key == field.Key);
        if (index < 0)
        {
            fields.Add(field);
        }
        else if (field.Selections is not null)
        {
            fields[index] = fields[index] with { Selections = [.. fields[index].Selections!, .. field.Selections] };
        }
    }

    private bool Applies(string condition, GraphType type) => _schema.Covers(_schema.Get(condition), type.Name);

    private bool Included(GraphSelection selection) => selection.Directives.All(directive => directive.Name switch
    {
        "include" => Condition(directive),
        "skip" => !Condition(directive),
        _ => true,
    });

    private bool Condition(GraphDirective directive) =>
        GraphInputs.Arguments(_schema, _schema.Directive(directive.Name)!.Arguments, directive.Arguments, _variables)["if"] is true;

    /// <summary>Every connection needs its page size, and none above the limit.</summary>
    private void Pages(GraphType type, IReadOnlyList<GraphSelection> selections, IReadOnlyList<object> path, List<GraphError> errors)
    {
        foreach (var (concrete, field) in Concrete(type).SelectMany(concrete => Fields(concrete, selections).Select(field => (concrete, field))))
        {
            if (field.Selections is null)
            {
                continue;
            }

            var definition = concrete.Fields[field.Name];
            var result = _schema.Get(definition.Type.Name);
            IReadOnlyList<object> here = [.. path, field.Key];
            if (GraphCost.IsConnection(result))
            {
                var arguments = Arguments(definition, field);
                if (Problem(arguments.GetValueOrDefault("first") as int?, arguments.GetValueOrDefault("last") as int?) is { } problem)
                {
                    errors.Add(new GraphError(problem, null, field.At, here));
                }
            }

            Pages(result, field.Selections, here, errors);
        }
    }

    private static string? Problem(int? first, int? last) => (first, last) switch
    {
        (null, null) => "you must provide one of first or last",
        (not null, not null) => "providing both first and last is not supported",
        ( > PageLimit, _) => $"first cannot exceed {PageLimit}",
        (_, > PageLimit) => $"last cannot exceed {PageLimit}",
        ( < 1, _) => "first must be greater than 0",
        (_, < 1) => "last must be greater than 0",
        _ => null,
    };

    private sealed class ByReference : IEqualityComparer<(GraphType Type, object Selections)>
    {
        public bool Equals((GraphType Type, object Selections) left, (GraphType Type, object Selections) right) =>
            ReferenceEquals(left.Type, right.Type) && ReferenceEquals(left.Selections, right.Selections);

        public int GetHashCode((GraphType Type, object Selections) key) => RuntimeHelpers.GetHashCode(key.Type) ^ RuntimeHelpers.GetHashCode(key.Selections);
    }
}
