namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>Reads executable documents: operations and fragments.</summary>
public static class GraphParser
{
    /// <exception cref="GraphSyntaxException">The text is not a GraphQL document.</exception>
    public static GraphDocument Parse(string text) => new DocumentReader(text).Document();

    private sealed class DocumentReader(string text) : GraphReader(text)
    {
        public GraphDocument Document()
        {
            var operations = new List<GraphOperation>();
            var fragments = new List<GraphFragment>();
            do
            {
                if (IsName("fragment"))
                {
                    fragments.Add(Fragment());
                }
                else
                {
                    operations.Add(Operation());
                }
            }
            while (!AtEnd);
            return new GraphDocument(operations, fragments);
        }

        private GraphOperation Operation()
        {
            var at = Current.At;
            if (Is("{"))
            {
                return new GraphOperation("query", null, [], [], Selections(), at);
            }

            if (!IsName("query") && !IsName("mutation") && !IsName("subscription"))
            {
                throw Unexpected();
            }

            var kind = Name();
            var name = Current.Kind == GraphTokenKind.Name ? Name() : null;
            var variables = Is("(") ? Many("(", Variable, ")") : [];
            return new GraphOperation(kind, name, variables, Directives(constant: false), Selections(), at);
        }

        private GraphVariable Variable()
        {
            var at = Expect("$");
            var name = Name();
            Expect(":");
            var type = Type();
            return new GraphVariable(name, type, Skip("=") ? Value(constant: true) : null, at);
        }

        private GraphFragment Fragment()
        {
            var at = Take().At;
            var name = IsName("on") ? throw Unexpected() : Name();
            return IsName("on") && Take().Kind == GraphTokenKind.Name ? new GraphFragment(name, Name(), Selections(), at) : throw Unexpected();
        }

        private List<GraphSelection> Selections() => Many("{", Selection, "}");

        private GraphSelection Selection()
        {
            var at = Current.At;
            if (!Skip("..."))
            {
                return Field();
            }

            if (Current.Kind == GraphTokenKind.Name && !IsName("on"))
            {
                return new GraphSpread(Name(), Directives(constant: false), at);
            }

            string? type = null;
            if (IsName("on"))
            {
                Take();
                type = Name();
            }

            return new GraphInlineFragment(type, Directives(constant: false), Selections(), at);
        }

        private GraphField Field()
        {
            var at = Current.At;
            var name = Name();
            string? alias = null;
            if (Skip(":"))
            {
                alias = name;
                name = Name();
            }

            return new GraphField(alias, name, Arguments(constant: false), Directives(constant: false), Is("{") ? Selections() : null, at);
        }
    }
}
