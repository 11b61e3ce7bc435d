using System.Diagnostics;

namespace StoreClaw.Tests.Repository;

/// <summary>Runs infra/deploy.sh with stand-ins for the tools it calls.</summary>
public sealed class DeployScriptTests : IDisposable
{
    private static readonly string[] Borrowed = ["bash", "cat", "date", "dirname", "mktemp", "rm"];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storeclaw-deploy-");

    private string Bin => Path.Combine(_folder.FullName, "bin");

    private string Calls => Path.Combine(_folder.FullName, "calls");

    private string Parameters => Path.Combine(_folder.FullName, "my.bicepparam");

    public DeployScriptTests()
    {
        Directory.CreateDirectory(Bin);
        File.WriteAllText(Calls, "");
        File.WriteAllText(Parameters, "using './main.bicep'\n");
    }

    public void Dispose() => _folder.Delete(recursive: true);

    [BashFact]
    public async Task It_deploys_builds_for_Azure_publishes_and_shows_no_key()
    {
        Provide();

        var (code, output) = await RunAsync("--resource-group", "shop", "--location", "westeurope", "--parameters", Parameters);

        Assert.True(code == 0, output);
        var calls = await File.ReadAllLinesAsync(Calls);
        string[] order = ["az group create --name shop --location westeurope", "az deployment group create --resource-group shop", "dotnet publish", "zip ", "az functionapp deployment source config-zip --resource-group shop --name my-functionAppName", "curl "];
        Assert.Equal(order, order.OrderBy(start => Array.FindIndex(calls, call => call.StartsWith(start, StringComparison.Ordinal))));
        Assert.All(order, start => Assert.Contains(calls, call => call.StartsWith(start, StringComparison.Ordinal)));
        Assert.Contains("-p:FunctionsRuntime=Worker", calls.Single(static call => call.StartsWith("dotnet", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain(calls, static call => call.Contains("keys", StringComparison.Ordinal));
        Assert.Contains("my-url", output, StringComparison.Ordinal);
        Assert.Contains("az functionapp keys list --resource-group shop --name my-functionAppName", output, StringComparison.Ordinal);
    }

    [BashFact]
    public async Task What_if_changes_nothing()
    {
        Provide(groupExists: true);

        var (code, output) = await RunAsync("--resource-group", "shop", "--parameters", Parameters, "--what-if");

        Assert.True(code == 0, output);
        Assert.Equal(["az account show", "az group exists", "az deployment group what-if"], (await File.ReadAllLinesAsync(Calls)).Select(static call => call[..call.IndexOf(" --", StringComparison.Ordinal)]));
    }

    [BashFact]
    public async Task It_waits_for_roles_to_spread()
    {
        Provide(groupExists: true, refusals: 2);

        var (code, output) = await RunAsync("--resource-group", "shop", "--parameters", Parameters);

        Assert.True(code == 0, output);
        var calls = await File.ReadAllLinesAsync(Calls);
        Assert.Equal(3, calls.Count(static call => call.Contains("config-zip", StringComparison.Ordinal)));
        Assert.Equal(2, calls.Count(static call => call.StartsWith("sleep", StringComparison.Ordinal)));
    }

    [BashFact]
    public async Task It_gives_up_when_the_package_is_never_taken()
    {
        Provide(groupExists: true, refusals: 100);

        var (code, output) = await RunAsync("--resource-group", "shop", "--parameters", Parameters);

        Assert.Equal(1, code);
        Assert.Contains("could not be published", output, StringComparison.Ordinal);
        Assert.DoesNotContain("StoreClaw runs", output, StringComparison.Ordinal);
    }

    [BashFact]
    public async Task It_names_the_tool_that_is_missing()
    {
        Provide();
        File.Delete(Path.Combine(Bin, "dotnet"));

        var (code, output) = await RunAsync("--resource-group", "shop", "--parameters", Parameters);

        Assert.Equal(1, code);
        Assert.Contains("dotnet is missing", output, StringComparison.Ordinal);
        Assert.Empty(await File.ReadAllTextAsync(Calls));
    }

    [BashFact]
    public async Task It_explains_itself()
    {
        Provide();

        foreach (var (arguments, expected) in new[] { (new[] { "--help" }, 0), (["--resource-group", "shop"], 2), (["--resource-group"], 2), (["--colour", "red"], 2) })
        {
            var (code, output) = await RunAsync(arguments);

            Assert.Equal(expected, code);
            Assert.Contains("usage: infra/deploy.sh", output, StringComparison.Ordinal);
        }

        Assert.Empty(await File.ReadAllTextAsync(Calls));
    }

    private void Provide(bool groupExists = false, int refusals = 0)
    {
        foreach (var tool in Borrowed)
        {
            File.CreateSymbolicLink(Path.Combine(Bin, tool), BashFactAttribute.Find(tool)!);
        }

        Write("az", $$"""
            case "$*" in
              "group exists"*) echo {{(groupExists ? "true" : "false")}} ;;
              "deployment group show"*) name="$*"; name="${name#*properties.outputs.}"; echo "my-${name%%.value*}" ;;
              *config-zip*) echo x >> "{{_folder.FullName}}/tries"; mapfile -t tries < "{{_folder.FullName}}/tries"; [ "${#tries[@]}" -gt {{refusals}} ] ;;
            esac
            """);
        Write("dotnet", """
            for last; do :; done
            "$BASH" -c 'command -p mkdir -p "$1"' - "$last"
            """);
        Write("zip", "");
        Write("curl", "");
        Write("sleep", "");
    }

    private void Write(string tool, string script)
    {
        var path = Path.Combine(Bin, tool);
        File.WriteAllText(path, $"#!{BashFactAttribute.Find("bash")}\necho \"{tool} $*\" >> \"{Calls}\"\n{script}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private async Task<(int Code, string Output)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(Bin, "bash"), [Path.Combine(Repo.Root, "infra", "deploy.sh"), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = Bin;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }
}

/// <summary>Left out, and said so, where there is no bash.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BashFactAttribute : FactAttribute
{
    public BashFactAttribute()
    {
        if (OperatingSystem.IsWindows() || Find("bash") is null)
        {
            Skip = "There is no bash.";
        }
    }

    internal static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
}
