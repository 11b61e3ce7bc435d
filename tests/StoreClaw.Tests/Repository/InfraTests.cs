using System.Reflection;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Triggers;

namespace StoreClaw.Tests.Repository;

/// <summary>What can be said of the Bicep without compiling it.</summary>
public sealed partial class InfraTests
{
    private static readonly string Folder = Path.Combine(Repo.Root, "infra");

    private static readonly string Main = Repo.Read("infra", "main.bicep");

    private static IReadOnlyDictionary<string, string> Modules { get; } = Directory.GetFiles(Path.Combine(Folder, "modules"), "*.bicep")
        .ToDictionary(static file => Path.GetFileNameWithoutExtension(file), File.ReadAllText);

    private static string All => Main + string.Concat(Modules.Values);

    public static TheoryData<string> Files => new(Directory.GetFiles(Folder, "*", SearchOption.AllDirectories).Select(static file => Path.GetRelativePath(Folder, file)));

    [Theory]
    [MemberData(nameof(Files))]
    public void No_file_holds_or_hands_out_a_secret(string file)
    {
        var text = Repo.Read("infra", file);

        Assert.DoesNotMatch(@"(?i)list(Keys|AccountSas|ServiceSas|Secrets|CallbackUrl)\b|AccountKey|SharedAccess|primaryKey|@secure|getSecret", text);
        Assert.DoesNotMatch("[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==", text);
        Assert.All(OutputLine().Matches(text).Select(static match => match.Value), static output => Assert.DoesNotMatch("(?i)key|secret|connectionString|password|token", output.Replace("keyVault", "", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public void The_only_connection_string_is_where_telemetry_goes()
    {
        var lines = All.Split('\n').Where(static line => line.Contains("ConnectionString", StringComparison.OrdinalIgnoreCase) || line.Contains("CONNECTION_STRING", StringComparison.Ordinal));

        Assert.Equal(["APPLICATIONINSIGHTS_CONNECTION_STRING: insights.properties.ConnectionString"], lines.Select(static line => line.Trim()));
        Assert.Contains("DisableLocalAuth: true", Modules["monitoring"], StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Its_brackets_and_quotes_close(string file)
    {
        if (file.EndsWith(".bicep", StringComparison.Ordinal) || file.EndsWith(".bicepparam", StringComparison.Ordinal))
        {
            Assert.Null(BicepText.Read(Repo.Read("infra", file)).Unbalanced);
        }
    }

    [Theory]
    [InlineData("a: {\n", '{')]
    [InlineData("a: '${b\n", '$')]
    [InlineData("a: 'it\n'", '\'')]
    [InlineData("a: [{]}", ']')]
    [InlineData("a: b)", ')')]
    [InlineData("a: 'it\\'s ${b('}')}' // {\n", null)]
    public void The_check_of_brackets_sees_what_is_open(string text, char? unbalanced) => Assert.Equal(unbalanced, BicepText.Read(text).Unbalanced);

    [Fact]
    public void Every_module_gets_exactly_the_parameters_it_declares()
    {
        var calls = ModuleCall().Matches(Main).ToDictionary(
            static match => match.Groups["file"].Value,
            static match => ParameterGiven().Matches(match.Groups["params"].Value).Select(static given => given.Groups[1].Value).Order(StringComparer.Ordinal));

        Assert.Equal(Modules.Keys.Order(StringComparer.Ordinal), calls.Keys.Order(StringComparer.Ordinal));
        Assert.All(Modules, module => Assert.Equal(Declared(module.Value).Order(StringComparer.Ordinal), calls[module.Key]));
    }

    [Fact]
    public void Every_output_that_is_used_is_there()
    {
        var used = OutputUsed().Matches(Main).Select(static match => (Module: match.Groups[1].Value, Output: match.Groups[2].Value)).Distinct().ToList();

        Assert.NotEmpty(used);
        Assert.All(used, one => Assert.Matches($@"(?m)^output {one.Output} string = ", Modules[one.Module]));
        Assert.All(DeployOutput().Matches(Repo.Read("infra", "deploy.sh")), match => Assert.Matches($"(?m)^output {match.Groups[1].Value} string = ", Main));
    }

    [Fact]
    public void Every_name_that_a_file_uses_is_declared_in_it()
    {
        foreach (var text in Modules.Values.Append(Main))
        {
            var known = Declaration().Matches(text).Concat(LoopVariable().Matches(text)).Select(static match => match.Groups[1].Value).ToHashSet();
            var used = Used().Matches(BicepText.Read(text).Code).Select(static match => match.Groups[1].Value).Where(static name => name is not ("true" or "false"));

            Assert.Subset(known, used.ToHashSet());
            Assert.All(known, name => Assert.True(Regex.Count(text, $@"\b{name}\b") > 1 || text.Contains($"resource {name} ", StringComparison.Ordinal) || text.Contains($"module {name} ", StringComparison.Ordinal), $"{name} is never used."));
        }
    }

    [Fact]
    public void The_example_sets_parameters_that_there_are() =>
        Assert.Subset(Declared(Main).ToHashSet(), ExampleParameter().Matches(Repo.Read("infra", "example.bicepparam")).Select(static match => match.Groups[1].Value).ToHashSet());

    [Fact]
    public void The_identity_has_these_roles_and_no_others()
    {
        Dictionary<string, string> roles = new()
        {
            ["b7e6dc6d-f1e8-4753-8033-0f276bb0955b"] = "Storage Blob Data Owner",
            ["974c5e8b-45b9-4653-ba55-5f855dd0fb88"] = "Storage Queue Data Contributor",
            ["0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3"] = "Storage Table Data Contributor",
            ["b86a8fe4-44ce-4948-aee5-eccb2c155cd7"] = "Key Vault Secrets Officer",
            ["3913510d-42f4-4e42-8a64-420c390055eb"] = "Monitoring Metrics Publisher",
        };
        var granted = RoleId().Matches(All).ToDictionary(static match => match.Groups[1].Value, static match => match.Groups[2].Value);

        Assert.Equal(roles.Keys.Order(StringComparer.Ordinal), granted.Keys.Order(StringComparer.Ordinal));
        Assert.All(granted, role => Assert.StartsWith(roles[role.Key], role.Value, StringComparison.Ordinal));
        Assert.Equal(Regex.Count(All, "Microsoft.Authorization/roleAssignments@"), Regex.Count(All, @"scope: (account|vault|insights)\n  properties: \{\n    principalId: principalId\n"));
    }

    [Theory]
    [InlineData("vault", "enablePurgeProtection: true")]
    [InlineData("vault", "enableSoftDelete: true")]
    [InlineData("vault", "enableRbacAuthorization: true")]
    [InlineData("storage", "allowSharedKeyAccess: false")]
    [InlineData("storage", "allowBlobPublicAccess: false")]
    [InlineData("storage", "supportsHttpsTrafficOnly: true")]
    [InlineData("storage", "minimumTlsVersion: 'TLS1_2'")]
    [InlineData("storage", "publicAccess: 'None'")]
    [InlineData("app", "httpsOnly: true")]
    [InlineData("app", "minTlsVersion: '1.2'")]
    [InlineData("app", "allow: false")]
    [InlineData("app", "name: 'dotnet-isolated'")]
    [InlineData("app", "version: '10.0'")]
    [InlineData("app", "type: 'UserAssignedIdentity'")]
    public void It_is_closed_where_it_can_be(string module, string setting) => Assert.Matches($@"(?m)^\s*{Regex.Escape(setting)}$", Modules[module]);

    [Fact]
    public void Flex_Consumption_is_given_nothing_it_refuses() =>
        Assert.DoesNotMatch(@"(?m)^\s*(ftpsState|linuxFxVersion|alwaysOn|functionAppScaleLimit|netFrameworkVersion|use32BitWorkerProcess|FUNCTIONS_WORKER_RUNTIME|FUNCTIONS_EXTENSION_VERSION|WEBSITE_\w+):", Modules["app"]);

    [Fact]
    public void Everything_that_can_have_tags_has_them()
    {
        var resources = Resource().Matches(All).Where(static match => match.Groups["body"].Value.Contains("\n  location: ", StringComparison.Ordinal)).ToList();

        Assert.True(resources.Count > 7);
        Assert.All(resources, static match => Assert.Contains("\n  tags: tags", match.Groups["body"].Value, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_app_setting_is_explained_in_the_readme()
    {
        var readme = Repo.Read("README.md");
        var documented = Repo.Table(readme, "## Settings").Concat(Repo.Table(readme, "Settings of the platform")).SelectMany(static row => Repo.Code(row[0])).ToHashSet();
        var set = AppSetting().Matches(Modules["app"][Modules["app"].IndexOf("resource appSettings", StringComparison.Ordinal)..]).Select(static match => match.Groups[1].Value).ToHashSet();

        Assert.Subset(documented, set);
        Assert.Superset(new HashSet<string> { "AzureWebJobsStorage__accountName", "AzureWebJobsStorage__clientId", "KeyVault__Uri", "PublicBaseUrl" }, set);
    }

    [Fact]
    public void Every_alert_looks_for_what_the_app_says()
    {
        var lines = LogLine().Matches(string.Concat(Repo.Sources.Values)).Select(static match => LogField().Replace(match.Groups[1].Value, "x")).ToList();
        var patterns = AlertPattern().Matches(Modules["alerts"]).Select(static match => match.Groups[1].Value).ToList();

        Assert.NotEmpty(patterns);
        Assert.All(patterns, pattern => Assert.True(lines.Exists(line => Regex.IsMatch(line, pattern)), $"Nothing logs a line that matches {pattern}."));
        var functions = typeof(Door).Assembly.GetTypes().SelectMany(static type => type.GetMethods()).Select(static method => method.GetCustomAttribute<FunctionAttribute>()?.Name).OfType<string>();
        Assert.Contains(AlertFunction().Match(Modules["alerts"]).Groups[1].Value, functions);
    }

    [Fact]
    public void Every_alert_is_explained_in_the_readme() => Assert.Equal(
        AlertKey().Matches(Modules["alerts"]).Select(static match => match.Groups[1].Value),
        Repo.Table(Repo.Read("README.md"), "### What each alert means").Select(static row => Repo.Code(row[0]).Single()));

    private static IEnumerable<string> Declared(string text) => Parameter().Matches(text).Select(static match => match.Groups[1].Value);

    [GeneratedRegex("^output .+$", RegexOptions.Multiline)]
    private static partial Regex OutputLine();

    [GeneratedRegex(@"^param (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Parameter();

    [GeneratedRegex(@"^(?:// )?param (\w+) = ", RegexOptions.Multiline)]
    private static partial Regex ExampleParameter();

    [GeneratedRegex(@"^module \w+ 'modules/(?<file>\w+)\.bicep' = \{\n  name: '\w+'\n  params: \{\n(?<params>.*?)\n  \}\n\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ModuleCall();

    [GeneratedRegex(@"^    (\w+): ", RegexOptions.Multiline)]
    private static partial Regex ParameterGiven();

    [GeneratedRegex(@"\b(\w+)\.outputs\.(\w+)")]
    private static partial Regex OutputUsed();

    [GeneratedRegex(@"\$\(output (\w+)\)")]
    private static partial Regex DeployOutput();

    [GeneratedRegex(@"^(?:param|var|resource|module) (\w+) ", RegexOptions.Multiline)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"\[for (\w+) in ")]
    private static partial Regex LoopVariable();

    /// <summary>A name that stands for a value: behind a colon or an equals sign, in a call, or in a text.</summary>
    [GeneratedRegex(@"(?:[:=?] |\$\{|\(|, |\bin )([a-zA-Z]\w*)(?=[.,)}:\s]|$)", RegexOptions.Multiline)]
    private static partial Regex Used();

    [GeneratedRegex("'([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})' // (.+)")]
    private static partial Regex RoleId();

    [GeneratedRegex(@"^resource \w+ '[^']+' = (?:\[for [^\n]*: )?\{(?<body>.*?)\n\}", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Resource();

    [GeneratedRegex(@"^    (\w+): ", RegexOptions.Multiline)]
    private static partial Regex AppSetting();

    [GeneratedRegex("""\[LoggerMessage\([^"]*"([^"]+)"\)\]""")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"\{\w+\}")]
    private static partial Regex LogField();

    [GeneratedRegex("""\$\{said\} "([^"]+)""")]
    private static partial Regex AlertPattern();

    [GeneratedRegex("""Name == "(\w+)""")]
    private static partial Regex AlertFunction();

    [GeneratedRegex("^    key: '([^']+)'", RegexOptions.Multiline)]
    private static partial Regex AlertKey();
}
