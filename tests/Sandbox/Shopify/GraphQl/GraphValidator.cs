namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>
/// Checks a document against a schema, with the messages and codes of graphql-ruby, which Shopify runs on. Values of variables are
/// checked later, when they are known.
/// </summary>
public sealed class GraphValidator
{
    private readonly GraphSchema _schema;
    private readonly GraphDocument _document;
    private readonly Dictionary<string, GraphFragment> _fragments = [];
    private readonly List<GraphError> _errors = [];

    /// <summary>Variables and spreads of each operation and fragment, by the definition.</summary>
    private readonly Dictionary<object, List<Usage>> _usages = [];
    private readonly Dictionary<object, List<GraphSpread>> _spreads = [];

    private object _definition = new();

    private GraphValidator(GraphSchema schema, GraphDocument document)
    {
        _schema = schema;
        _document = document;
    }

    public static IReadOnlyList<GraphError> Validate(GraphSchema schema, GraphDocument document)
    {
        var validator = new GraphValidator(schema, document);
        validator.Definitions();
        if (validator._errors.Count == 0)
        {
            new GraphMergeRule(schema, validator._fragments, validator._errors).Check(document);
        }

        return validator._errors;
    }

    private void Definitions()
    {
        Names();
        foreach (var operation in _document.Operations)
        {
            Enter(operation);
            var path = operation.Name is null ? operation.Kind : $"{operation.Kind} {operation.Name}";
            if (Root(operation) is { } root)
            {
                Directives(operation.Directives, [path]);
                Selections(root, operation.Selections, [path]);
            }
        }

        foreach (var fragment in _document.Fragments)
        {
            Enter(fragment);
            if (Condition(fragment.TypeCondition, fragment.At, [$"fragment {fragment.Name}"]) is { } type)
            {
                Selections(type, fragment.Selections, [$"fragment {fragment.Name}"]);
            }
        }

        Fragments();
        foreach (var operation in _document.Operations)
        {
            Variables(operation);
        }
    }

    private void Enter(object definition)
    {
        _definition = definition;
        _usages[definition] = [];
        _spreads[definition] = [];
    }

    private void Names()
    {
        if (_document.Operations.Count == 0)
        {
            Add("No operation found", "noOperation", default, []);
        }

        if (_document.Operations.Count > 1 && _document.Operations.Any(operation => operation.Name is null))
        {
            Add("GraphQL Operation name is required when multiple operations are present", "uniquelyNamedOperations", _document.Operations[0].At, []);
        }

        foreach (var group in _document.Operations.Where(operation => operation.Name is not null).GroupBy(operation => operation.Name).Where(group => group.Count() > 1))
        {
            Add($"Operation name \"{group.Key}\" must be unique", "uniquelyNamedOperations", group.Last().At, []);
        }

        foreach (var fragment in _document.Fragments)
        {
            if (!_fragments.TryAdd(fragment.Name, fragment))
            {
                Add($"Fragment name \"{fragment.Name}\" must be unique", "fragmentNameUnique", fragment.At, []);
            }
        }
    }

    private GraphType? Root(GraphOperation operation)
    {
        var root = operation.Kind switch
        {
            "query" => _schema.Find("QueryRoot"),
            "mutation" => _schema.Find("Mutation"),
            _ => null,
        };
        if (root is null)
        {
            Add($"Schema is not configured to execute {operation.Kind}s", "missingOperationRoot", operation.At, [operation.Kind]);
        }

        return root;
    }

    private void Selections(GraphType type, IReadOnlyList<GraphSelection> selections, IReadOnlyList<object> path)
    {
        foreach (var selection in selections)
        {
            switch (selection)
            {
                case GraphField field:
                    Field(type, field, [.. path, field.Key]);
                    break;
                case GraphInlineFragment inline:
                    var narrowed = inline.TypeCondition is null ? type : Condition(inline.TypeCondition, inline.At, path);
                    Directives(inline.Directives, path);
                    if (narrowed is not null && Possible(type, narrowed, inline.At, path))
                    {
                        Selections(narrowed, inline.Selections, path);
                    }

                    break;
                case GraphSpread spread:
                    Spread(type, spread, path);
                    break;
            }
        }
    }

    private void Spread(GraphType type, GraphSpread spread, IReadOnlyList<object> path)
    {
        _spreads[_definition].Add(spread);
        Directives(spread.Directives, path);
        if (!_fragments.TryGetValue(spread.Name, out var fragment))
        {
            Add($"Fragment {spread.Name} was used, but not defined", "useAndDefineFragment", spread.At, path, ("fragmentName", spread.Name));
        }
        else if (_schema.Find(fragment.TypeCondition) is { } narrowed)
        {
            Possible(type, narrowed, spread.At, path);
        }
    }

    private GraphType? Condition(string name, GraphLocation at, IReadOnlyList<object> path)
    {
        var type = _schema.Find(name);
        if (type is null)
        {
            Add($"No such type {name}, so it can't be a fragment condition", "undefinedType", at, path, ("typeName", name));
        }
        else if (type.IsInput)
        {
            Add($"Invalid fragment on type {name} (must be Union, Interface or Object)", "fragmentOnNonCompositeType", at, path, ("typeName", name));
            return null;
        }

        return type;
    }

    private bool Possible(GraphType type, GraphType narrowed, GraphLocation at, IReadOnlyList<object> path)
    {
        var left = type.IsAbstract ? type.Members : new HashSet<string> { type.Name };
        var right = narrowed.IsAbstract ? narrowed.Members : new HashSet<string> { narrowed.Name };
        if (left.Any(right.Contains))
        {
            return true;
        }

        Add(
            $"Fragment on {narrowed.Name} can't be spread inside {type.Name}", "cannotSpreadFragment", at, path,
            ("typeName", narrowed.Name), ("fragmentName", "unknown"), ("parentName", type.Name));
        return false;
    }

    private void Field(GraphType type, GraphField field, IReadOnlyList<object> path)
    {
        Directives(field.Directives, path);
        if (field.Name == "__typename")
        {
            return;
        }

        if (!type.Fields.TryGetValue(field.Name, out var definition))
        {
            Add(
                $"Field '{field.Name}' doesn't exist on type '{type.Name}'", "undefinedField", field.At, path, ("typeName", type.Name), ("fieldName", field.Name));
            return;
        }

        Arguments(definition.Arguments, field.Arguments, "Field", field.Name, field.At, path);
        var result = _schema.Get(definition.Type.Name);
        if (result.IsLeaf && field.Selections is not null)
        {
            Add(
                $"Selections can't be made on scalars (field '{field.Name}' returns {result.Name} but has selections)", "selectionMismatch", field.At, path,
                ("nodeName", $"field '{field.Name}'"), ("typeName", result.Name));
        }
        else if (!result.IsLeaf && field.Selections is null)
        {
            Add(
                $"Field must have selections (field '{field.Name}' returns {result.Name} but has no selections. Did you mean '{field.Name} {{ ... }}'?)",
                "selectionMismatch", field.At, path, ("nodeName", $"field '{field.Name}'"), ("typeName", result.Name));
        }
        else if (field.Selections is not null)
        {
            Selections(result, field.Selections, path);
        }
    }

    private void Directives(IReadOnlyList<GraphDirective> directives, IReadOnlyList<object> path)
    {
        foreach (var directive in directives)
        {
            if (_schema.Directive(directive.Name) is { } definition)
            {
                Arguments(definition.Arguments, directive.Arguments, "Directive", directive.Name, directive.At, path);
            }
            else
            {
                Add($"Directive @{directive.Name} is not defined", "undefinedDirective", directive.At, path, ("directiveName", directive.Name));
            }
        }

        foreach (var twice in directives.GroupBy(directive => directive.Name).Where(group => group.Count() > 1))
        {
            Add($"The directive \"{twice.Key}\" can only be used once at this location.", "directiveNotUniqueForLocation", twice.Last().At, path);
        }
    }

    private void Arguments(
        IReadOnlyDictionary<string, GraphInputField> definitions, IReadOnlyList<GraphArgument> arguments, string kind, string name, GraphLocation at, IReadOnlyList<object> path)
    {
        KnownArguments(definitions, arguments, kind, name, path);
        var missing = definitions.Values.Where(definition => definition.Required && arguments.All(argument => argument.Name != definition.Name))
            .Select(definition => definition.Name).ToArray();
        if (missing.Length > 0)
        {
            Add(
                $"{kind} '{name}' is missing required arguments: {string.Join(", ", missing)}", "missingRequiredArguments", at, path,
                ("className", kind), ("name", name), ("arguments", string.Join(", ", missing)));
        }
    }

    private void KnownArguments(
        IReadOnlyDictionary<string, GraphInputField> definitions, IReadOnlyList<GraphArgument> arguments, string kind, string name, IReadOnlyList<object> path)
    {
        foreach (var twice in arguments.GroupBy(argument => argument.Name).Where(group => group.Count() > 1))
        {
            Add($"There can be only one argument named \"{twice.Key}\"", "argumentNotUnique", twice.Last().At, path, ("name", twice.Key));
        }

        foreach (var argument in arguments)
        {
            if (definitions.TryGetValue(argument.Name, out var definition))
            {
                Literal(argument.Value, definition, $"{kind} '{name}'", kind, path);
            }
            else
            {
                Add(
                    $"{kind} '{name}' doesn't accept argument '{argument.Name}'", "argumentNotAccepted", argument.At, [.. path, argument.Name],
                    ("name", name), ("typeName", kind), ("argumentName", argument.Name));
            }
        }
    }

    private void Literal(GraphValue value, GraphInputField definition, string owner, string kind, IReadOnlyList<object> path)
    {
        if (!Literal(value, definition.Type, definition, path))
        {
            Add(
                $"Argument '{definition.Name}' on {owner} has an invalid value ({value.Print()}). Expected type '{definition.Type}'.",
                "argumentLiteralsIncompatible", value.At, [.. path, definition.Name], ("typeName", kind), ("argumentName", definition.Name));
        }
    }

    private bool Literal(GraphValue value, GraphTypeRef type, GraphInputField place, IReadOnlyList<object> path)
    {
        if (value is GraphValue.Variable variable)
        {
            _usages[_definition].Add(new Usage(variable, type, ReferenceEquals(place.Type, type) && place.Default is not null, place.Name, path));
            return true;
        }

        if (value is GraphValue.Null)
        {
            return !type.NonNull;
        }

        if (type is GraphTypeRef.ListType list)
        {
            return value is GraphValue.List items ? items.Items.All(item => Literal(item, list.Of, place, path)) : Literal(value, list.Of, place, path);
        }

        var named = _schema.Get(type.Name);
        return named.Kind switch
        {
            GraphTypeKind.Scalar => GraphInputs.Accepts(named.Name, value),
            GraphTypeKind.Enum => value is GraphValue.Enum member && named.Values.Contains(member.Name),
            _ => value is GraphValue.Object fields && InputObject(fields, named, path),
        };
    }

    private bool InputObject(GraphValue.Object value, GraphType type, IReadOnlyList<object> path)
    {
        KnownArguments(type.Inputs, value.Fields, "InputObject", type.Name, path);
        foreach (var missing in type.Inputs.Values.Where(input => input.Required && value.Fields.All(field => field.Name != input.Name)))
        {
            Add(
                $"Argument '{missing.Name}' on InputObject '{type.Name}' is required. Expected type {missing.Type}", "missingRequiredInputObjectAttribute", value.At,
                [.. path, missing.Name], ("argumentName", missing.Name), ("argumentType", missing.Type.ToString()), ("inputObjectType", type.Name));
        }

        return true;
    }

    private void Fragments()
    {
        var used = new HashSet<string>();
        foreach (var operation in _document.Operations)
        {
            Reach(operation, used, []);
        }

        foreach (var fragment in _document.Fragments.Where(fragment => !used.Contains(fragment.Name)))
        {
            Add($"Fragment {fragment.Name} was defined, but not used", "useAndDefineFragment", fragment.At, [$"fragment {fragment.Name}"], ("fragmentName", fragment.Name));
            Reach(fragment, used, [fragment.Name]);
        }
    }

    private void Reach(object definition, HashSet<string> used, IReadOnlyList<string> trail)
    {
        foreach (var spread in _spreads[definition])
        {
            if (trail.Contains(spread.Name))
            {
                Add($"Fragment {spread.Name} contains an infinite loop", "infiniteLoop", spread.At, [$"fragment {spread.Name}"], ("fragmentName", spread.Name));
            }
            else if (_fragments.TryGetValue(spread.Name, out var fragment) && used.Add(spread.Name))
            {
                Reach(fragment, used, [.. trail, spread.Name]);
            }
        }
    }

    private void Variables(GraphOperation operation)
    {
        var shown = operation.Name ?? $"anonymous {operation.Kind}";
        var path = new object[] { operation.Name is null ? operation.Kind : $"{operation.Kind} {operation.Name}" };
        var declared = new Dictionary<string, GraphVariable>();
        foreach (var variable in operation.Variables)
        {
            if (!declared.TryAdd(variable.Name, variable))
            {
                Add($"There can only be one variable named \"{variable.Name}\"", "variableNotUnique", variable.At, path, ("variableName", variable.Name));
            }

            Declaration(variable, path);
        }

        var usages = new List<Usage>();
        Collect(operation, usages, []);
        foreach (var usage in usages)
        {
            if (declared.TryGetValue(usage.Variable.Name, out var variable))
            {
                Position(usage, variable);
            }
            else
            {
                Add(
                    $"Variable ${usage.Variable.Name} is used by {shown} but not declared", "variableNotDefined", usage.Variable.At, usage.Path,
                    ("variableName", usage.Variable.Name));
            }
        }

        foreach (var unused in operation.Variables.Where(variable => usages.TrueForAll(usage => usage.Variable.Name != variable.Name)))
        {
            Add($"Variable ${unused.Name} is declared by {shown} but not used", "variableNotUsed", unused.At, path, ("variableName", unused.Name));
        }
    }

    private void Declaration(GraphVariable variable, IReadOnlyList<object> path)
    {
        var type = _schema.Find(variable.Type.Name);
        if (type is null)
        {
            Add(
                $"{variable.Type.Name} isn't a defined input type (on ${variable.Name})", "variableRequiresValidType", variable.At, path,
                ("typeName", variable.Type.Name), ("variableName", variable.Name));
        }
        else if (!type.IsInput)
        {
            Add(
                $"{type.Name} isn't a valid input type (on ${variable.Name})", "variableRequiresValidType", variable.At, path,
                ("typeName", type.Name), ("variableName", variable.Name));
        }
        else if (variable.Default is { } value && !Literal(value, variable.Type, new GraphInputField(variable.Name, variable.Type, null), path))
        {
            Add($"Default value for ${variable.Name} doesn't match type {variable.Type}", "defaultValueInvalidType", variable.At, path, ("variableName", variable.Name));
        }
    }

    private void Collect(object definition, List<Usage> usages, HashSet<string> visited)
    {
        usages.AddRange(_usages[definition]);
        foreach (var spread in _spreads[definition])
        {
            if (visited.Add(spread.Name) && _fragments.TryGetValue(spread.Name, out var fragment))
            {
                Collect(fragment, usages, visited);
            }
        }
    }

    private void Position(Usage usage, GraphVariable variable)
    {
        var wanted = usage.Type;
        var given = variable.Type;
        var problem = Fits(given.Nullable(), wanted.Nullable());
        if (problem is null && wanted.NonNull && !given.NonNull && variable.Default is null or GraphValue.Null && !usage.PlaceHasDefault)
        {
            problem = "Nullability";
        }

        if (problem is not null)
        {
            Add(
                $"{problem} mismatch on variable ${variable.Name} and argument {usage.Argument} ({given} / {wanted})", "variableMismatch", usage.Variable.At, usage.Path,
                ("variableName", variable.Name), ("typeName", given.ToString()), ("argumentName", usage.Argument), ("errorMessage", $"{problem} mismatch"));
        }
    }

    private static string? Fits(GraphTypeRef given, GraphTypeRef wanted) => (given, wanted) switch
    {
        _ when wanted.NonNull && !given.NonNull => "Nullability",
        (GraphTypeRef.ListType left, GraphTypeRef.ListType right) => Fits(left.Of, right.Of),
        (GraphTypeRef.NamedType left, GraphTypeRef.NamedType right) => left.TypeName == right.TypeName ? null : "Type",
        _ => "List dimension",
    };

    private void Add(string message, string code, GraphLocation at, IReadOnlyList<object> path, params (string Name, object? Value)[] details) =>
        _errors.Add(new GraphError(message, code, at, path) { Details = details.ToDictionary(detail => detail.Name, detail => detail.Value) });

    private sealed record Usage(GraphValue.Variable Variable, GraphTypeRef Type, bool PlaceHasDefault, string Argument, IReadOnlyList<object> Path);
}
