using System.Reflection;

namespace StoreClaw.Embedded;

/// <summary>All functions of the app, checked one by one and against each other.</summary>
internal static class FunctionIndex
{
    /// <summary>The functions in the order of their names, which is the order the Functions host tries their routes in.</summary>
    /// <exception cref="InvalidOperationException">One or more functions are wrong; one line each with class, method and remedy.</exception>
    public static List<FunctionEntry> Read(IEnumerable<MethodInfo> methods, FunctionReader reader)
    {
        var problems = new List<string>();
        var functions = new List<FunctionEntry>();
        foreach (var method in methods)
        {
            try
            {
                functions.Add(reader.Read(method));
            }
            catch (FormatException wrong)
            {
                problems.Add($"{FunctionReader.Label(method)}: {wrong.Message}.");
            }
        }

        problems.AddRange(Duplicates(functions));
        functions.Sort((one, two) => string.Compare(one.Name, two.Name, StringComparison.OrdinalIgnoreCase));
        problems.AddRange(RouteConflicts.Find(functions.FindAll(function => function.Route is not null)));
        return problems.Count == 0
            ? functions
            : throw new InvalidOperationException(string.Join(Environment.NewLine + "  ", problems.Prepend("The functions cannot run:")));
    }

    private static IEnumerable<string> Duplicates(List<FunctionEntry> functions) =>
        from same in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
        where same.Count() > 1
        select $"{string.Join(" and ", same.Select(function => FunctionReader.Label(function.Method)))}: both are named {same.Key}: give each its own name.";
}
