using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Embedded;
using AppSettings = StoreClaw.Common.AppSettings;

namespace StoreClaw.Tests.Repository;

/// <summary>The settings that the code reads, those README explains and those of the sample are the same.</summary>
public sealed partial class SettingsTests
{
    private static readonly IReadOnlyList<string[]> Documented = Repo.Table(Repo.Read("README.md"), "## Settings");

    private static IReadOnlyDictionary<string, string> Sample { get; } = JsonElement.Parse(Repo.Read("local.settings.sample.json")).GetProperty("Values")
        .EnumerateObject().ToDictionary(static value => value.Name, static value => value.Value.GetString()!);

    [Fact]
    public void The_readme_explains_exactly_what_the_code_reads() =>
        Assert.Equal(InCode().Order(StringComparer.Ordinal), Documented.Select(static row => Repo.Code(row[0]).Single()).Order(StringComparer.Ordinal));

    [Fact]
    public void Every_row_says_whether_it_is_required_and_what_it_means() =>
        Assert.All(Documented, static row => Assert.True(row.Length == 4 && row.All(static cell => cell.Length > 0), string.Join(" | ", row)));

    [Fact]
    public void The_sample_holds_every_setting_but_those_of_an_identity()
    {
        var platform = Repo.Table(Repo.Read("README.md"), "Settings of the platform").Select(static row => Repo.Code(row[0]).Single());
        var own = Documented.Select(static row => Repo.Code(row[0]).Single()).Where(static name => !name.StartsWith("AzureWebJobsStorage__", StringComparison.Ordinal));

        Assert.Empty(ConnectorRegistry.All.SelectMany(static connector => connector.Descriptor.AppSettings.Select(setting => $"Connectors__{connector.Descriptor.Id}__{setting.Name}")).Except(Sample.Keys));
        Assert.Equal(own.Order(StringComparer.Ordinal), Sample.Keys.Except(platform).Select(General).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_sample_means_what_no_setting_at_all_means()
    {
        var sample = new ConfigurationBuilder().AddInMemoryCollection(Sample.Select(static pair => KeyValuePair.Create(pair.Key.Replace("__", ":", StringComparison.Ordinal), (string?)pair.Value))).Build();
        var none = new ConfigurationBuilder().Build();

        Assert.Equal(EmbeddedSettings.Load(none, Repo.Root), EmbeddedSettings.Load(sample, Repo.Root));
        Assert.Equal(VaultSettings.Read(none), VaultSettings.Read(sample));
        Assert.Equal(new AppSettings(none).PublicBaseUrl, new AppSettings(sample).PublicBaseUrl);
        Assert.Equal(new AppSettings(none).ReportsKept, new AppSettings(sample).ReportsKept);
        Assert.Equal(AppSettings.ReadQueueTimeout(none), AppSettings.ReadQueueTimeout(sample));
    }

    [Fact]
    public void The_documented_defaults_are_the_sample_s()
    {
        foreach (var row in Documented.Where(static row => Sample.GetValueOrDefault(Repo.Code(row[0]).Single())?.Length > 0 && Repo.Code(row[2]).Count == 1))
        {
            Assert.Equal(Sample[Repo.Code(row[0]).Single()], Repo.Code(row[2]).Single());
        }
    }

    [Fact]
    public void The_sample_holds_no_secret() =>
        Assert.All(Sample, static pair => Assert.DoesNotMatch("(?i)AccountKey=|SharedAccessSignature=|[0-9a-f]{32}|[A-Za-z0-9+/]{40}", pair.Value));

    /// <summary>Every key asked of a configuration, as it is written in the environment; parts that vary as &lt;id&gt;.</summary>
    private static HashSet<string> InCode()
    {
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (file, source) in Repo.Sources)
        {
            var constants = Constant().Matches(source).DistinctBy(static match => match.Groups[1].Value).ToDictionary(static match => match.Groups[1].Value, static match => match.Groups[2].Value);
            keys.UnionWith(Literal().Matches(source).SelectMany(match => Expand(match.Groups[1].Value, constants)));
            keys.UnionWith(Named().Matches(source).Select(match => constants.GetValueOrDefault(match.Groups[1].Value)).OfType<string>());
            if (file == "Embedded/Hosting/EmbeddedSettings.cs")
            {
                keys.UnionWith(OfSection().Matches(source).Select(static match => $"Embedded:{match.Groups[1].Value}"));
            }
        }

        keys.UnionWith(ConnectorRegistry.All.SelectMany(static connector => connector.Descriptor.AppSettings.Select(setting => $"Connectors:{connector.Descriptor.Id}:{setting.Name}")));
        return [.. keys.Select(static key => General(key.Replace(":", "__", StringComparison.Ordinal)))];
    }

    private static IEnumerable<string> Expand(string key, Dictionary<string, string> constants)
    {
        if (Placeholder().Match(key) is not { Success: true } placeholder)
        {
            return [key];
        }

        var name = placeholder.Groups[1].Value;
        IEnumerable<string> values = name switch
        {
            _ when constants.TryGetValue(name, out var constant) => [constant],
            "connectorId" => ["<id>"],
            "function" => ["<function>"],
            "service" => Arguments(ServiceArgument()),
            "name" => Arguments(NameArgument()),
            _ => throw new InvalidOperationException($"A setting's name holds {{{name}}}: say here what that may be."),
        };
        return values.SelectMany(value => Expand(key.Replace(placeholder.Value, value, StringComparison.Ordinal), constants));
    }

    private static IEnumerable<string> Arguments(Regex call) => Repo.Sources.Values.SelectMany(source => call.Matches(source)).Select(static match => match.Groups[1].Value).Distinct();

    /// <summary>The name as README has it: for all connectors and functions at once, and in one of its spellings.</summary>
    private static string General(string name) => OfFunction().Replace(
        OfConnector().Replace(name, static match => $"Connectors__<id>__{(match.Groups[1].Value is "BaseUrl" or "ClientId" or "ClientSecret" ? match.Groups[1].Value : "<setting>")}"), "AzureWebJobs.<function>.Disabled");

    [GeneratedRegex("""const string (\w+) = "([^"]*)";""")]
    private static partial Regex Constant();

    [GeneratedRegex("""[cC]onfiguration\[\$?"([^"]+)"\]""")]
    private static partial Regex Literal();

    [GeneratedRegex(@"[cC]onfiguration\[(\w+)\]")]
    private static partial Regex Named();

    [GeneratedRegex("""(?:section\[|\(section, )"(\w+)["]""")]
    private static partial Regex OfSection();

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex("""ServiceUri\(configuration, "(\w+)"\)""")]
    private static partial Regex ServiceArgument();

    [GeneratedRegex("""settings\.Connector\(\w+, "(\w+)"\)""")]
    private static partial Regex NameArgument();

    [GeneratedRegex("^Connectors__(?:[a-z]+|<id>)__([A-Za-z]+)$")]
    private static partial Regex OfConnector();

    [GeneratedRegex(@"^AzureWebJobs(\.|__).+\1Disabled$")]
    private static partial Regex OfFunction();
}
