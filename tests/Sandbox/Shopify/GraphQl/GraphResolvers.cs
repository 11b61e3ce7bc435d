namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>One field being answered.</summary>
/// <param name="Arguments">Given arguments and defaults; what was left out is not there.</param>
/// <param name="Context">What the caller of the plan handed in for this request.</param>
public sealed record GraphCall(GraphField Field, IReadOnlyDictionary<string, object?> Arguments, object Context)
{
    /// <summary>The key of an idempotent directive on the field.</summary>
    public string? Idempotency { get; init; }

    public T? Argument<T>(string name) => Arguments.GetValueOrDefault(name) is T value ? value : default;
}

/// <summary>Which code answers which field. Resolvers return plain values, sources of further objects, or sequences of them.</summary>
public sealed class GraphResolvers
{
    private readonly Dictionary<(string Type, string Field), Func<object, GraphCall, object?>> _fields = [];
    private readonly Dictionary<Type, string> _types = [];

    /// <summary>Names the GraphQL type of a source, for interfaces and unions.</summary>
    public GraphResolvers Type<TSource>(string type)
    {
        _types[typeof(TSource)] = type;
        return this;
    }

    public GraphResolvers Add<TSource>(string type, string field, Func<TSource, GraphCall, object?> resolve)
    {
        _fields.Add((type, field), (source, call) => resolve((TSource)source, call));
        return this;
    }

    public GraphResolvers Add<TSource>(string type, string field, Func<TSource, object?> resolve) => Add<TSource>(type, field, (source, _) => resolve(source));

    public bool Knows(string type, string field) => _fields.ContainsKey((type, field));

    internal object? Resolve(string type, object source, GraphCall call) => _fields[(type, call.Field.Name)](source, call);

    internal string TypeOf(object source) => _types[source.GetType()];
}
