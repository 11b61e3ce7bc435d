namespace StoreClaw.Sandbox.Shopify.GraphQl;

/// <summary>Fields that meet under one name in the answer must be the same field with the same arguments.</summary>
internal sealed class GraphMergeRule(GraphSchema schema, Dictionary<string, GraphFragment> fragments, List<GraphError> errors)
{
    public void Check(GraphDocument document)
    {
        foreach (var operation in document.Operations)
        {
            var root = schema.Get(operation.Kind == "mutation" ? "Mutation" : "QueryRoot");
            Check([(root, operation.Selections)]);
        }
    }

    private void Check(List<(GraphType Type, IReadOnlyList<GraphSelection> Selections)> merged)
    {
        var fields = new List<(GraphType Type, GraphField Field)>();
        foreach (var (type, selections) in merged)
        {
            Flatten(type, selections, fields);
        }

        foreach (var group in fields.GroupBy(found => found.Field.Key))
        {
            var members = group.ToList();
            if (Conflict(members))
            {
                continue;
            }

            var inner = members.Where(member => member.Field.Selections is not null)
                .Select(member => (schema.Get(member.Type.Fields[member.Field.Name].Type.Name), member.Field.Selections!)).ToList();
            if (inner.Count > 0)
            {
                Check(inner);
            }
        }
    }

    private bool Conflict(List<(GraphType Type, GraphField Field)> members)
    {
        var (firstType, first) = members[0];
        foreach (var (type, field) in members.Skip(1).Where(member => member.Type == firstType || member.Type.IsAbstract || firstType.IsAbstract))
        {
            if (field.Name != first.Name)
            {
                errors.Add(new GraphError($"Field '{field.Key}' has a field conflict: {first.Name} or {field.Name}?", "fieldConflict", field.At));
                return true;
            }

            if (Print(field) != Print(first))
            {
                errors.Add(new GraphError($"Field '{field.Key}' has an argument conflict: {Print(first)} or {Print(field)}?", "fieldConflict", field.At));
                return true;
            }
        }

        return false;
    }

    private static string Print(GraphField field) =>
        $"({string.Join(", ", field.Arguments.OrderBy(argument => argument.Name, StringComparer.Ordinal).Select(argument => $"{argument.Name}: {argument.Value.Print()}"))})";

    private void Flatten(GraphType type, IReadOnlyList<GraphSelection> selections, List<(GraphType Type, GraphField Field)> fields)
    {
        foreach (var selection in selections)
        {
            switch (selection)
            {
                case GraphField field:
                    fields.Add((type, field));
                    break;
                case GraphInlineFragment inline:
                    Flatten(inline.TypeCondition is null ? type : schema.Get(inline.TypeCondition), inline.Selections, fields);
                    break;
                case GraphSpread spread:
                    Flatten(schema.Get(fragments[spread.Name].TypeCondition), fragments[spread.Name].Selections, fields);
                    break;
            }
        }
    }
}
