namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>Where something stands in a document; both count from 1.</summary>
public readonly record struct GraphLocation(int Line, int Column);

/// <summary>A type as it is written: <c>Int</c>, <c>[ID!]!</c>.</summary>
public abstract record GraphTypeRef(bool NonNull)
{
    /// <summary>The innermost name.</summary>
    public abstract string Name { get; }

    public sealed override string ToString() => Text + (NonNull ? "!" : "");

    public GraphTypeRef Nullable() => this with { NonNull = false };

    private string Text => this is ListType list ? $"[{list.Of}]" : Name;

    public sealed record NamedType(string TypeName, bool NonNull) : GraphTypeRef(NonNull)
    {
        public override string Name => TypeName;
    }

    public sealed record ListType(GraphTypeRef Of, bool NonNull) : GraphTypeRef(NonNull)
    {
        public override string Name => Of.Name;
    }
}

public abstract record GraphValue(GraphLocation At)
{
    public sealed record Variable(string Name, GraphLocation At) : GraphValue(At);

    /// <param name="Text">The digits as written.</param>
    public sealed record Int(string Text, GraphLocation At) : GraphValue(At);

    public sealed record Float(string Text, GraphLocation At) : GraphValue(At);

    public sealed record String(string Text, GraphLocation At) : GraphValue(At);

    public sealed record Boolean(bool Value, GraphLocation At) : GraphValue(At);

    public sealed record Null(GraphLocation At) : GraphValue(At);

    public sealed record Enum(string Name, GraphLocation At) : GraphValue(At);

    public sealed record List(IReadOnlyList<GraphValue> Items, GraphLocation At) : GraphValue(At);

    public sealed record Object(IReadOnlyList<GraphArgument> Fields, GraphLocation At) : GraphValue(At);

    /// <summary>The value as GraphQL text, for messages and to compare values.</summary>
    public string Print() => this switch
    {
        Variable variable => "$" + variable.Name,
        Int number => number.Text,
        Float number => number.Text,
        String text => System.Text.Json.JsonSerializer.Serialize(text.Text),
        Boolean boolean => boolean.Value ? "true" : "false",
        Enum name => name.Name,
        List list => $"[{string.Join(", ", list.Items.Select(item => item.Print()))}]",
        Object fields => $"{{{string.Join(", ", fields.Fields.Select(field => $"{field.Name}: {field.Value.Print()}"))}}}",
        _ => "null",
    };
}

/// <summary>A name with a value: an argument, or a field of an object value.</summary>
public sealed record GraphArgument(string Name, GraphValue Value, GraphLocation At);

public sealed record GraphDirective(string Name, IReadOnlyList<GraphArgument> Arguments, GraphLocation At);

public abstract record GraphSelection(IReadOnlyList<GraphDirective> Directives, GraphLocation At);

/// <param name="Selections">Null when no braces stand there.</param>
public sealed record GraphField(
    string? Alias, string Name, IReadOnlyList<GraphArgument> Arguments, IReadOnlyList<GraphDirective> Directives, IReadOnlyList<GraphSelection>? Selections, GraphLocation At)
    : GraphSelection(Directives, At)
{
    /// <summary>The name under which the answer holds the field.</summary>
    public string Key => Alias ?? Name;
}

public sealed record GraphSpread(string Name, IReadOnlyList<GraphDirective> Directives, GraphLocation At) : GraphSelection(Directives, At);

public sealed record GraphInlineFragment(
    string? TypeCondition, IReadOnlyList<GraphDirective> Directives, IReadOnlyList<GraphSelection> Selections, GraphLocation At)
    : GraphSelection(Directives, At);

public sealed record GraphVariable(string Name, GraphTypeRef Type, GraphValue? Default, GraphLocation At);

/// <param name="Kind">query, mutation or subscription.</param>
public sealed record GraphOperation(
    string Kind, string? Name, IReadOnlyList<GraphVariable> Variables, IReadOnlyList<GraphDirective> Directives, IReadOnlyList<GraphSelection> Selections, GraphLocation At);

public sealed record GraphFragment(string Name, string TypeCondition, IReadOnlyList<GraphSelection> Selections, GraphLocation At);

public sealed record GraphDocument(IReadOnlyList<GraphOperation> Operations, IReadOnlyList<GraphFragment> Fragments);

/// <summary>A document that is not GraphQL.</summary>
public sealed class GraphSyntaxException(string message, GraphLocation at) : Exception(message)
{
    public GraphLocation At { get; } = at;
}
