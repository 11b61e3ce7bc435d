namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>What the document and the schema reader share: walking over tokens, types, values and directives.</summary>
internal abstract class GraphReader(string text)
{
    private const int MaxDepth = 100;

    private readonly List<GraphToken> _tokens = GraphLexer.Read(text);
    private int _next;
    private int _depth;

    protected GraphToken Current => _tokens[_next];

    protected bool AtEnd => Current.Kind == GraphTokenKind.End;

    protected GraphToken Take() => AtEnd ? Current : _tokens[_next++];

    protected bool Is(string punctuator) => Current.Kind == GraphTokenKind.Punctuator && Current.Text == punctuator;

    protected bool IsName(string name) => Current.Kind == GraphTokenKind.Name && Current.Text == name;

    protected bool Skip(string punctuator)
    {
        if (!Is(punctuator))
        {
            return false;
        }

        Take();
        return true;
    }

    protected GraphLocation Expect(string punctuator) => Is(punctuator) ? Take().At : throw Unexpected();

    protected string Name() => Current.Kind == GraphTokenKind.Name ? Take().Text : throw Unexpected();

    protected GraphSyntaxException Unexpected() =>
        new($"syntax error, unexpected {Current} at [{Current.At.Line}, {Current.At.Column}]", Current.At);

    /// <summary>One or more items between two punctuators.</summary>
    protected List<T> Many<T>(string open, Func<T> item, string close)
    {
        Expect(open);
        return Is(close) ? throw Unexpected() : Until(item, close);
    }

    protected List<T> AnyNumber<T>(string open, Func<T> item, string close)
    {
        Expect(open);
        return Until(item, close);
    }

    private List<T> Until<T>(Func<T> item, string close)
    {
        if (++_depth > MaxDepth)
        {
            throw new GraphSyntaxException("syntax error, the document is nested too deeply", Current.At);
        }

        var items = new List<T>();
        while (!Skip(close))
        {
            items.Add(item());
        }

        _depth--;
        return items;
    }

    protected GraphTypeRef Type()
    {
        if (Skip("["))
        {
            var of = Type();
            Expect("]");
            return new GraphTypeRef.ListType(of, Skip("!"));
        }

        return new GraphTypeRef.NamedType(Name(), Skip("!"));
    }

    protected List<GraphArgument> Arguments(bool constant) => Is("(") ? Many("(", () => Argument(constant), ")") : [];

    protected List<GraphDirective> Directives(bool constant)
    {
        var directives = new List<GraphDirective>();
        while (Is("@"))
        {
            var at = Take().At;
            directives.Add(new GraphDirective(Name(), Arguments(constant), at));
        }

        return directives;
    }

    protected GraphValue Value(bool constant)
    {
        var token = Current;
        switch (token.Kind)
        {
            case GraphTokenKind.Int:
                return new GraphValue.Int(Take().Text, token.At);
            case GraphTokenKind.Float:
                return new GraphValue.Float(Take().Text, token.At);
            case GraphTokenKind.String:
                return new GraphValue.String(Take().Text, token.At);
            case GraphTokenKind.Name:
                return Take().Text switch
                {
                    "true" => new GraphValue.Boolean(true, token.At),
                    "false" => new GraphValue.Boolean(false, token.At),
                    "null" => new GraphValue.Null(token.At),
                    var name => new GraphValue.Enum(name, token.At),
                };
            case GraphTokenKind.Punctuator when token.Text == "$" && !constant:
                Take();
                return new GraphValue.Variable(Name(), token.At);
            case GraphTokenKind.Punctuator when token.Text == "[":
                return new GraphValue.List(AnyNumber("[", () => Value(constant), "]"), token.At);
            case GraphTokenKind.Punctuator when token.Text == "{":
                return new GraphValue.Object(AnyNumber("{", () => Argument(constant), "}"), token.At);
            default:
                throw Unexpected();
        }
    }

    private GraphArgument Argument(bool constant)
    {
        var at = Current.At;
        var name = Name();
        Expect(":");
        return new GraphArgument(name, Value(constant), at);
    }
}
