using System.Globalization;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

public enum GraphTypeKind
{
    Scalar,
    Enum,
    Object,
    Interface,
    Union,
    Input,
}

/// <summary>An argument of a field, or a field of an input object.</summary>
public sealed record GraphInputField(string Name, GraphTypeRef Type, GraphValue? Default)
{
    public bool Required => Type.NonNull && Default is null;
}

/// <param name="Access">The access scope the field needs; null when the token alone is enough.</param>
public sealed record GraphFieldType(string Name, GraphTypeRef Type, IReadOnlyDictionary<string, GraphInputField> Arguments, string? Access);

/// <param name="Values">Of an enum.</param>
/// <param name="Members">The object types a union or an interface stands for.</param>
/// <param name="Cost">Points one object of the type costs.</param>
public sealed record GraphType(
    string Name,
    GraphTypeKind Kind,
    IReadOnlyDictionary<string, GraphFieldType> Fields,
    IReadOnlyDictionary<string, GraphInputField> Inputs,
    IReadOnlySet<string> Values,
    IReadOnlySet<string> Members,
    int Cost)
{
    public bool IsLeaf => Kind is GraphTypeKind.Scalar or GraphTypeKind.Enum;

    public bool IsAbstract => Kind is GraphTypeKind.Interface or GraphTypeKind.Union;

    public bool IsInput => IsLeaf || Kind == GraphTypeKind.Input;
}

public sealed record GraphDirectiveType(string Name, IReadOnlyDictionary<string, GraphInputField> Arguments);

/// <summary>
/// A typed schema for one version of an API, read from schema text. Beside GraphQL's own language the text may say
/// <c>@since(version: "2026-04")</c> and <c>@until(version: ...)</c> (exclusive) on fields, arguments, input fields and enum values,
/// <c>@access(scope: "read_orders")</c> on fields and <c>@cost(points: 0)</c> on types.
/// </summary>
public sealed class GraphSchema
{
    private readonly Dictionary<string, GraphType> _types;
    private readonly Dictionary<string, GraphDirectiveType> _directives;

    private GraphSchema(Dictionary<string, GraphType> types, Dictionary<string, GraphDirectiveType> directives)
    {
        _types = types;
        _directives = directives;
    }

    public IEnumerable<GraphType> Types => _types.Values;

    public static GraphSchema Read(string text, string version) => new SchemaReader(text, version).Schema();

    public GraphType? Find(string name) => _types.GetValueOrDefault(name);

    public GraphType Get(string name) => _types[name];

    public GraphDirectiveType? Directive(string name) => _directives.GetValueOrDefault(name);

    /// <summary>Whether a value of the object type may stand where the other type is asked for.</summary>
    public bool Covers(GraphType type, string objectType) => type.Name == objectType || type.Members.Contains(objectType);

    private sealed class SchemaReader(string text, string version) : GraphReader(text)
    {
        private readonly Dictionary<string, GraphType> _types = new[] { "Int", "Float", "String", "Boolean", "ID" }.ToDictionary(name => name, Scalar);
        private readonly Dictionary<string, GraphDirectiveType> _directives = [];
        private readonly List<(string Interface, string Type)> _implements = [];

        public GraphSchema Schema()
        {
            while (!AtEnd)
            {
                Definition();
            }

            foreach (var group in _implements.ToLookup(pair => pair.Interface, pair => pair.Type))
            {
                _types[group.Key] = _types[group.Key] with { Members = group.ToHashSet() };
            }

            return new GraphSchema(_types, _directives);
        }

        private static GraphType Scalar(string name) => Empty(name, GraphTypeKind.Scalar);

        private static GraphType Empty(string name, GraphTypeKind kind) => new(
            name, kind, new Dictionary<string, GraphFieldType>(), new Dictionary<string, GraphInputField>(), new HashSet<string>(), new HashSet<string>(), 1);

        private void Definition()
        {
            var keyword = Name();
            if (keyword == "directive")
            {
                DirectiveDefinition();
                return;
            }

            var name = Name();
            _types[name] = keyword switch
            {
                "scalar" => Scalar(name),
                "enum" => Empty(name, GraphTypeKind.Enum) with { Values = Members("{", Name) },
                "union" => Empty(name, GraphTypeKind.Union) with { Members = UnionMembers() },
                "input" => Empty(name, GraphTypeKind.Input) with { Inputs = Inputs("{", "}") },
                "interface" => Composite(name, GraphTypeKind.Interface),
                "type" => Composite(name, GraphTypeKind.Object),
                _ => throw Unexpected(),
            };
        }

        private void DirectiveDefinition()
        {
            Expect("@");
            var name = Name();
            var directive = new GraphDirectiveType(name, Inputs("(", ")"));
            if (Stands(Directives(constant: true)))
            {
                _directives[name] = directive;
            }
        }

        private GraphType Composite(string name, GraphTypeKind kind)
        {
            if (IsName("implements"))
            {
                do
                {
                    Take();
                    _implements.Add((Name(), name));
                }
                while (Is("&"));
            }

            var cost = Argument(Directives(constant: true), "cost", "points");
            var fields = Many("{", Field, "}").OfType<GraphFieldType>().ToDictionary(field => field.Name);
            return Empty(name, kind) with { Fields = fields, Cost = cost is null ? 1 : int.Parse(cost, CultureInfo.InvariantCulture) };
        }

        private GraphFieldType? Field()
        {
            var name = Name();
            var arguments = Is("(") ? Inputs("(", ")") : [];
            Expect(":");
            var type = Type();
            var directives = Directives(constant: true);
            return Stands(directives) ? new GraphFieldType(name, type, arguments, Argument(directives, "access", "scope")) : null;
        }

        private Dictionary<string, GraphInputField> Inputs(string open, string close) =>
            Many(open, Input, close).OfType<GraphInputField>().ToDictionary(input => input.Name);

        private GraphInputField? Input()
        {
            var name = Name();
            Expect(":");
            var type = Type();
            var input = new GraphInputField(name, type, Skip("=") ? Value(constant: true) : null);
            return Stands(Directives(constant: true)) ? input : null;
        }

        private HashSet<string> Members(string open, Func<string> item) =>
            [.. Many(open, () => (Name: item(), Stands: Stands(Directives(constant: true))), "}").Where(member => member.Stands).Select(member => member.Name)];

        private HashSet<string> UnionMembers()
        {
            var members = new HashSet<string>();
            do
            {
                Take();
                members.Add(Name());
            }
            while (Is("|"));
            return members;
        }

        private bool Stands(List<GraphDirective> directives) =>
            string.CompareOrdinal(Argument(directives, "since", "version") ?? "", version) <= 0
            && string.CompareOrdinal(Argument(directives, "until", "version") ?? "9999", version) > 0;

        private static string? Argument(List<GraphDirective> directives, string directive, string argument) =>
            directives.Find(found => found.Name == directive)?.Arguments.Single(found => found.Name == argument).Value switch
            {
                GraphValue.String text => text.Text,
                GraphValue.Int number => number.Text,
                _ => null,
            };
    }
}
