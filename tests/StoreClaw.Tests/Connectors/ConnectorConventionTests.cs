using System.Text.RegularExpressions;
using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Tests.Repository;
using Xunit.Abstractions;

namespace StoreClaw.Tests.Connectors;

/// <summary>What must hold for the files and data of every connector in the registry.</summary>
public sealed partial class ConnectorConventionTests(ITestOutputHelper output)
{
    /// <summary>Of code, for a shop with four lists, webhooks and stock writing. What outgrows it is likely written alike elsewhere, and belongs into the shared part.</summary>
    private const int MostLines = 350;

    public static TheoryData<string> Ids => new(ConnectorRegistry.All.Select(static connector => connector.Descriptor.Id));

    [Fact]
    public void Ids_are_unique_and_fit_for_addresses_and_settings()
    {
        var ids = ConnectorRegistry.All.Select(static connector => connector.Descriptor.Id).ToList();

        Assert.NotEmpty(ids);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        Assert.All(ids, static id => Assert.Matches("^[a-z][a-z0-9]*$", id));
    }

    [Fact]
    public void The_registry_finds_by_id()
    {
        var registry = new ConnectorRegistry(ConnectorRegistry.All);

        Assert.All(ConnectorRegistry.All, connector => Assert.Same(connector, registry.Find(connector.Descriptor.Id)));
        Assert.Null(registry.Find("no-such-platform"));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Its_descriptor_is_whole(string id)
    {
        var connector = Find(id);
        var descriptor = connector.Descriptor;

        Assert.NotEmpty(descriptor.Name);
        Assert.True(descriptor.Fields.Count > 0 || descriptor.Authorization == AuthorizationMethod.OAuth2);
        Assert.Equal(descriptor.Fields.Count, descriptor.Fields.DistinctBy(static field => field.Name).Count());
        Assert.All(descriptor.Fields, static field => Assert.False(string.IsNullOrWhiteSpace(field.Label)));
        Assert.True(descriptor.Budget is { Burst: > 0, PerSecond: > 0, Concurrent: > 0 });
        Assert.Equal(descriptor.ApiVersion is null, descriptor.ApiVersionEnds is null);
        Assert.Equal(connector.Readers.Keys.Order(), descriptor.Sync.Keys.Order());
        Assert.All(descriptor.Sync.Values, static plan => Assert.True(plan.Every > TimeSpan.Zero && plan.Overlap > TimeSpan.Zero && plan.Lag >= TimeSpan.Zero && plan.PageSize > 0));
        var needed = connector.Capabilities.Where(static capability => capability.StartsWith("read-", StringComparison.Ordinal) || capability == Connector.WritesStock).Select(descriptor.Needs).ToList();
        Assert.Subset(descriptor.Scopes.ToHashSet(), needed.SelectMany(static scopes => scopes).ToHashSet());
        Assert.All(needed, scopes => Assert.Equal(descriptor.Scopes.Count > 0, scopes.Count > 0));
        Assert.Equal(connector.Webhooks is null, descriptor.Topics.Count == 0);
        Assert.All(descriptor.AppSettings, static setting => Assert.Matches("^[A-Z][A-Za-z]*$", setting.Name));
        Assert.Equal(descriptor.Topics.Count, descriptor.Topics.Distinct().Count());
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Its_readme_has_the_settings_and_the_end_of_its_version(string id)
    {
        var descriptor = Find(id).Descriptor;
        var readme = Readme(id);

        Assert.Matches(new Regex(@"^\|.*\|\s*$\n^\|[\s:|-]+\|\s*$", RegexOptions.Multiline), readme);
        Assert.All(descriptor.Fields, field => Assert.Contains($"`{field.Name}`", readme, StringComparison.Ordinal));
        Assert.All(descriptor.AppSettings, setting => Assert.Contains($"`Connectors__{id}__{setting.Name}`", readme, StringComparison.Ordinal));
        if (descriptor.ApiVersionEnds is { } ends)
        {
            Assert.Contains(descriptor.ApiVersion!, readme, StringComparison.Ordinal);
            Assert.Contains(ends.ToString("yyyy-MM-dd"), readme, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void Its_folder_is_small_and_knows_no_other_connector(string id)
    {
        var files = Directory.GetFiles(Folder(id), "*", SearchOption.AllDirectories);
        var code = files.Where(static file => file.EndsWith(".cs", StringComparison.Ordinal)).ToList();
        var lines = code.ToDictionary(static file => Path.GetFileName(file), static file => File.ReadLines(file).Count(IsCode));
        output.WriteLine($"{id}: {lines.Values.Sum()} lines of code in {code.Count} files ({string.Join(", ", lines.Select(static pair => $"{pair.Key} {pair.Value}"))})");

        Assert.InRange(code.Count, 1, 6);
        Assert.Equal(["README.md"], files.Except(code).Select(Path.GetFileName));
        Assert.InRange(lines.Values.Sum(), 1, MostLines);
        var others = ConnectorRegistry.All.Where(other => other.Descriptor.Id != id).Select(static other => other.Descriptor.Name).ToList();
        Assert.All(code, file => Assert.All(others, other => Assert.DoesNotContain(other, File.ReadAllText(file), StringComparison.OrdinalIgnoreCase)));
    }

    [Theory]
    [MemberData(nameof(Ids))]
    public void It_is_proved_by_the_contract_and_by_signatures_computed_elsewhere(string id)
    {
        var name = Path.GetFileName(Folder(id));
        var tests = Path.Combine(Repo.Root, "tests", "StoreClaw.Tests", "Connectors", name);

        Assert.Contains(typeof(ConnectorContract).Assembly.GetTypes(), type => type.IsSubclassOf(typeof(ConnectorContract)) && type.Namespace == $"StoreClaw.Tests.Connectors.{name}");
        Assert.True(File.Exists(Path.Combine(tests, "vectors.json")) || SignsNothing(Find(id)), $"{tests} has no vectors.json");
    }

    [Fact]
    public void No_code_outside_a_connectors_folder_names_it()
    {
        var functions = Path.Combine(Repo.Root, "functions");
        var registry = Path.Combine(functions, "Connectors", "ConnectorRegistry.cs");
        foreach (var connector in ConnectorRegistry.All)
        {
            var name = new Regex($@"\b{Path.GetFileName(Folder(connector.Descriptor.Id))}[A-Z.]|""{connector.Descriptor.Id}""", RegexOptions.None);
            var files = Directory.GetFiles(functions, "*.cs", SearchOption.AllDirectories)
                .Where(file => file != registry && !file.StartsWith(Folder(connector.Descriptor.Id), StringComparison.Ordinal) && !BuildOutput().IsMatch(file));
            Assert.All(files, file => Assert.DoesNotMatch(name, File.ReadAllText(file)));
        }
    }

    /// <summary>What a connector lacks its platform does not have; its README says so, and something is left that it can do.</summary>
    [Theory]
    [MemberData(nameof(Ids))]
    public void What_it_lacks_is_named(string id)
    {
        var connector = Find(id);
        var lacking = new Dictionary<string, bool>
        {
            ["orders"] = !connector.Readers.ContainsKey(Resource.Orders),
            ["products"] = !connector.Readers.ContainsKey(Resource.Products),
            ["stock"] = !connector.Readers.ContainsKey(Resource.Stock),
            ["customers"] = !connector.Readers.ContainsKey(Resource.Customers),
            ["webhooks"] = connector.Webhooks is null,
            ["stock writing"] = connector.StockWriter is null,
            ["research"] = connector.Research is null,
        }.Where(static capability => capability.Value).Select(static capability => capability.Key).ToList();
        output.WriteLine($"{id} lacks: {string.Join(", ", lacking)}");

        Assert.NotEmpty(connector.Capabilities);
        Assert.True(connector.Webhooks is not null || Readme(id).Contains("no webhooks", StringComparison.OrdinalIgnoreCase), $"The README of {id} does not say that there are no webhooks.");
        Assert.True(connector.Readers.Count > 0 || Readme(id).Contains("no orders", StringComparison.OrdinalIgnoreCase), $"The README of {id} does not say that there are no orders.");
    }

    private static string Readme(string id) => File.ReadAllText(Path.Combine(Folder(id), "README.md"));

    /// <summary>Neither deliveries nor calls are signed. Of calls only a README can tell.</summary>
    private static bool SignsNothing(Connector connector) => connector.Webhooks is null && Readme(connector.Descriptor.Id).Contains("nothing is signed", StringComparison.OrdinalIgnoreCase);

    private static Connector Find(string id) => ConnectorRegistry.All.Single(connector => connector.Descriptor.Id == id);

    /// <summary>Named like the id, in the case of a namespace.</summary>
    private static string Folder(string id) =>
        Directory.GetDirectories(Path.Combine(Repo.Root, "functions", "Connectors")).Single(folder => Path.GetFileName(folder).Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Neither empty, nor a comment, nor brackets alone.</summary>
    private static bool IsCode(string line) => line.Trim() is { Length: > 0 } text && !text.StartsWith("//", StringComparison.Ordinal) && text.Trim('{', '}', '(', ')', '[', ']', ';', ',').Length > 0;

    [GeneratedRegex(@"[\\/](bin|obj|artifacts)[\\/]")]
    private static partial Regex BuildOutput();
}
