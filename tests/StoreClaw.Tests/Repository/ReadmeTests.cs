using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Azure.Functions.Worker;
using StoreClaw.Approvals;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Reports;
using StoreClaw.Reports.StockSync;
using StoreClaw.Sync;
using StoreClaw.Tasks;
using StoreClaw.Triggers;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Repository;

/// <summary>What README says can be done with the app, the app can do.</summary>
public sealed partial class ReadmeTests
{
    private static readonly string Readme = Repo.Read("README.md");

    /// <summary>Every HTTP door as "GET /api/tasks/*".</summary>
    private static IReadOnlyList<string> Routes { get; } =
    [
        .. typeof(Door).Assembly.GetTypes()
            .SelectMany(static type => type.GetMethods())
            .SelectMany(static method => method.GetParameters())
            .Select(static parameter => parameter.GetCustomAttribute<HttpTriggerAttribute>())
            .OfType<HttpTriggerAttribute>()
            .SelectMany(static trigger => (trigger.Methods ?? []).Select(method => $"{method.ToUpperInvariant()} /{Variable().Replace(trigger.Route!, "*$1")}")),
    ];

    [Fact]
    public void Every_request_in_a_command_has_a_door()
    {
        var requests = Commands().Select(static command => ApiCall().Match(command) is { Success: true } call
            ? $"{call.Groups[1].Value} {Path(call.Groups[2].Value)}"
            : CurlCall().Match(command) is { Success: true } curl ? $"GET {Path(curl.Groups[1].Value)}" : null).OfType<string>().ToList();

        Assert.True(requests.Count > 10, "The walk-through's commands were not found.");
        Assert.All(requests, static request => Assert.Contains(Routes, route => Leads(request, route)));
    }

    [Fact]
    public void Every_body_in_a_command_is_JSON()
    {
        var bodies = Commands().Select(static command => Body().Match(command)).Where(static match => match.Success).Select(static match => Variables().Replace(match.Groups[1].Value, "x")).ToList();

        Assert.True(bodies.Count > 5, "The walk-through's bodies were not found.");
        Assert.All(bodies, static body => Assert.Equal(JsonValueKind.Object, JsonElement.Parse(body).ValueKind));
    }

    [Fact]
    public void The_table_of_the_API_is_whole_and_true()
    {
        var documented = Repo.Table(Readme, "## API").SelectMany(static row => Repo.Code(row[0])).Select(static request => Variable().Replace(request, "*$1")).ToList();

        Assert.All(documented, static request => Assert.Contains(Routes, route => Leads(request, route)));
        Assert.All(Routes, route => Assert.Contains(documented, request => Leads(request, route)));
    }

    [Fact]
    public void The_fields_of_the_walk_through_are_those_the_connectors_want()
    {
        foreach (var command in Commands().Where(static command => command.Contains("/connections -d", StringComparison.Ordinal)))
        {
            var id = ApiCall().Match(command).Groups[2].Value.Split('/')[3];
            var known = ConnectorRegistry.All.Where(connector => connector.Descriptor.Id == id).SelectMany(static connector => connector.Descriptor.Fields).Select(static field => field.Name);
            var given = JsonElement.Parse(Body().Match(command).Groups[1].Value).GetProperty("fields").EnumerateObject().Select(static field => field.Name);

            Assert.Subset(known.ToHashSet(), given.ToHashSet());
        }
    }

    [Fact]
    public void Its_links_lead_somewhere()
    {
        var headings = Heading().Matches(Readme).Select(static match => Anchor(match.Groups[1].Value)).ToHashSet();
        foreach (var target in Link().Matches(Readme).Select(static match => match.Groups[1].Value).Where(static target => !target.StartsWith("http", StringComparison.Ordinal)))
        {
            Assert.True(
                target.StartsWith('#') ? headings.Contains(target[1..]) : System.IO.Path.Exists(System.IO.Path.Combine(Repo.Root, target)),
                $"README links to {target}, which is not there.");
        }
    }

    [Theory]
    [InlineData("Body of a delivery", WebhookReceiver.MostBytes / (1024 * 1024), "MiB")]
    [InlineData("A platform's answer", PlatformTransport.ResponseCap / (1024 * 1024), "MiB")]
    [InlineData("Tries of a message", QueueDoor.MostTries, ", each")]
    [InlineData("Missed hours made up for", OccurrencePlan.MostCaughtUp, "a task")]
    public void Its_limits_are_the_code_s(string limit, int value, string unit) => Assert.StartsWith($"{value}{(unit[0] == ',' ? "" : " ")}{unit}", Limit(limit), StringComparison.Ordinal);

    [Fact]
    public void Its_spans_of_time_are_the_code_s()
    {
        Assert.Equal($"{ReportLinks.Lifetime.TotalDays} days", Limit("Link to a report"));
        Assert.Equal($"{Housekeeping.EventsKept.TotalDays} days", Limit("Timeline"));
        Assert.Equal($"{TaskHistory.Kept.TotalDays} days", Limit("Runs and due hours"));
        Assert.StartsWith($"{Authorizations.Lifetime.TotalMinutes} minutes", Limit("Approval in the browser"), StringComparison.Ordinal);
        Assert.StartsWith($"{Approval.Lifetime.TotalHours} hours", Limit("Approval of changes"), StringComparison.Ordinal);
        Assert.Contains($"a run of a task {TaskRunner.Deadline.TotalMinutes} minutes", Limit("Tries of a message"), StringComparison.Ordinal);
        Assert.Contains($"at most {StockSyncKind.MostProposals} changes", Limit("Approval of changes"), StringComparison.Ordinal);
        Assert.Contains($"the newest {ApprovalTable.Most}", Repo.Table(Readme, "## API").Single(static row => row[0].StartsWith("`GET /api/approvals`", StringComparison.Ordinal))[1], StringComparison.Ordinal);
        Assert.Contains($"the newest {ReportLibrary.Most}", Repo.Table(Readme, "## API").Single(static row => row[0] == "`GET /api/reports`")[1], StringComparison.Ordinal);
    }

    [Fact]
    public void It_tells_how_to_run_what_there_is()
    {
        foreach (var project in DotnetProject().Matches(Readme).Select(static match => match.Groups[1].Value))
        {
            Assert.NotEmpty(Directory.GetFiles(System.IO.Path.Combine(Repo.Root, project), "*.csproj"));
        }

        Assert.True(File.Exists(System.IO.Path.Combine(Repo.Root, "StoreClaw.Functions.sln")));
    }

    private static string Limit(string name) => Repo.Table(Readme, "### Limits").Single(row => row[0].StartsWith(name, StringComparison.Ordinal))[1];

    private static IEnumerable<string> Commands() => Fence().Matches(Readme).SelectMany(static block => block.Groups[1].Value.Split('\n'));

    /// <summary>The path with what varies as *, and without a query.</summary>
    private static string Path(string text) => ShellVariable().Replace(text.Split('?')[0], "*");

    /// <summary>Whether a request reaches a route: * is any one segment, *? may be missing.</summary>
    private static bool Leads(string request, string route) =>
        Regex.IsMatch(request, $"^{Regex.Escape(route).Replace(@"/\*\?", "(/[^/]+)?", StringComparison.Ordinal).Replace(@"\*", "[^/]+", StringComparison.Ordinal)}$");

    private static string Anchor(string heading) => NotInAnchor().Replace(heading.ToLowerInvariant(), "").Replace(' ', '-');

    [GeneratedRegex(@"\{\w+(\??)\}")]
    private static partial Regex Variable();

    [GeneratedRegex(@"```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^api ([A-Z]+) (\S+)")]
    private static partial Regex ApiCall();

    [GeneratedRegex("""^curl .*"\$BASE(/[^"]*)""")]
    private static partial Regex CurlCall();

    [GeneratedRegex("-d '(.*)'")]
    private static partial Regex Body();

    [GeneratedRegex(@"'\$\w+'")]
    private static partial Regex Variables();

    [GeneratedRegex(@"\$\w+")]
    private static partial Regex ShellVariable();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchor();

    [GeneratedRegex(@"--project ([\w/]+)")]
    private static partial Regex DotnetProject();
}
