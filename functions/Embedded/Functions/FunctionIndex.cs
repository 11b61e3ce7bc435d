using System.Reflection;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

/// <summary>All functions of the app, checked one by one and against each other.</summary>
internal static class FunctionIndex
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <exception cref="InvalidOperationException">One or more functions are wrong; one line each with class, method and remedy.</exception>
    public static IReadOnlyList<FunctionEntry> Read(IEnumerable<Type> types, FunctionReader reader)
    {
        var problems = new List<string>();
        var functions = new List<FunctionEntry>();
        foreach (var method in types.SelectMany(Methods))
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
        problems.AddRange(RouteRules.Conflicts(functions));
        return problems.Count == 0
            ? functions
            : throw new InvalidOperationException("The functions cannot run:" + string.Concat(problems.Select(problem => Environment.NewLine + "  " + problem)));
    }

    private static IEnumerable<MethodInfo> Methods(Type type) =>
        type.IsClass ? type.GetMethods(Own).Where(method => method.IsDefined(typeof(FunctionAttribute), inherit: false)) : [];

    private static IEnumerable<string> Duplicates(List<FunctionEntry> functions) =>
        from same in functions.GroupBy(function => function.Name, StringComparer.OrdinalIgnoreCase)
        where same.Count() > 1
        select $"{string.Join(" and ", same.Select(function => FunctionReader.Label(function.Method)))}: both are named {same.Key}: give each its own name.";
}
