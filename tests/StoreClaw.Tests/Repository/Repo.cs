using System.Text.RegularExpressions;

namespace StoreClaw.Tests.Repository;

/// <summary>The repository's own files, and tables in its documents.</summary>
internal static partial class Repo
{
    public static string Root { get; } = FindRoot();

    public static string Read(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>The app's sources by their path under functions/.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = Directory
        .GetFiles(Path.Combine(Root, "functions"), "*.cs", SearchOption.AllDirectories)
        .Where(static file => !BuildOutput().IsMatch(file))
        .ToDictionary(static file => Path.GetRelativePath(Path.Combine(Root, "functions"), file).Replace('\\', '/'), File.ReadAllText);

    /// <summary>The rows of the first table under a heading or behind a sentence, without its head: cells in order, trimmed.</summary>
    public static IReadOnlyList<string[]> Table(string document, string after)
    {
        var start = document.IndexOf(after, StringComparison.Ordinal);
        Assert.True(start >= 0, $"'{after}' is not in the document.");
        var rows = document[start..].Split('\n')
            .SkipWhile(static line => !line.StartsWith('|'))
            .TakeWhile(static line => line.StartsWith('|'))
            .Select(static line => line.Trim().Trim('|').Split('|').Select(static cell => cell.Trim()).ToArray())
            .ToList();
        Assert.True(rows.Count > 2, $"There is no table after '{after}'.");
        return rows[2..];
    }

    /// <summary>What stands between backticks.</summary>
    public static IReadOnlyList<string> Code(string cell) => [.. Backticks().Matches(cell).Select(static match => match.Groups[1].Value)];

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "StoreClaw.Functions.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The repository is not above the tests.");
        }

        return folder.FullName;
    }

    [GeneratedRegex(@"[\\/](bin|obj|artifacts)[\\/]")]
    private static partial Regex BuildOutput();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Backticks();
}
