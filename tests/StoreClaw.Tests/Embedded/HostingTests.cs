using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StoreClaw.Embedded;
using StoreClaw.Sandbox.Hosting;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

public sealed class HostingTests : IDisposable
{
    private const string Storage = "AccountName=none;QueueEndpoint=http://127.0.0.1:1/none";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_generated_key_is_kept_for_the_user_alone_and_shown_once()
    {
        var keyFile = _folder.File("data/function-key");
        var plan = new HostPlan(typeof(LockedFunctions)) { Settings = new() { ["Embedded:DataPath"] = "data" }, Folder = _folder.Path, Storage = Storage };
        var lines = new List<string>();
        for (var start = 0; start < 2; start++)
        {
            var terminal = new StringWriter();
            var builder = EmbeddedHost.NewBuilder(plan, _folder.Path, Storage, terminal).ConfigureFunctionsWebApplication();
            using var host = builder.Build();
            await host.StartAsync();
            await host.StopAsync();
            lines.AddRange(terminal.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        }

        var key = (await File.ReadAllTextAsync(keyFile)).Trim();
        Assert.Equal(64, key.Length);
        Assert.Equal(4, lines.Count);
        Assert.All([lines[0], lines[2]], line => Assert.Matches("^Console: +http://127.0.0.1:[0-9]+/$", line));
        Assert.Equal(["Function key: " + key, "Function key: " + key], [lines[1], lines[3]]);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(keyFile));
        }
    }

    [Fact]
    public async Task A_generated_key_opens_and_is_never_logged()
    {
        var plan = new HostPlan(typeof(LockedFunctions)) { Settings = [], Folder = _folder.Path, Storage = Storage };
        var app = await EmbeddedHost.StartAsync(plan);
        var key = (await File.ReadAllTextAsync(_folder.File(".storeclaw/function-key"))).Trim();
        Assert.Equal("in", await app.Client.GetStringAsync("/function?code=" + key));
        await app.StopAsync();
        Assert.DoesNotContain(app.Logs.Lines, line => line.Contains(key, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_from_a_setting_is_not_shown_and_makes_no_file()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(LockedFunctions)) { Storage = Storage });
        Assert.DoesNotContain(EmbeddedHost.Key, app.Terminal.ToString(), StringComparison.Ordinal);
        Assert.Contains("Function key: the one in the setting FunctionKey", app.Terminal.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder.File(".storeclaw")));
    }

    [Fact]
    public void Keys_made_by_several_starts_at_once_are_one_key()
    {
        var keys = new string?[16];
        Parallel.For(0, keys.Length, index => keys[index] = FunctionKeys.Load(null, _folder.Path).Generated);
        Assert.Single(keys.Distinct());
        Assert.Single(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Settings_come_from_the_command_line_then_the_environment_then_the_local_file()
    {
        File.WriteAllText(_folder.File("local.settings.json"), """
            // The comments that the Functions tools write.
            { "IsEncrypted": false, "Values": { "Connectors__shop__BaseUrl": "local", "STORECLAW_TEST_ENV": "local", "FromArgs": "local" }, "Host": { "LocalHttpPort": 7071 } }
            """);
        Environment.SetEnvironmentVariable("STORECLAW_TEST_ENV", "environment");
        try
        {
            var builder = EmbeddedHost.NewBuilder(new HostPlan().With("FromArgs", "arguments"), _folder.Path, Storage, TextWriter.Null);
            Assert.Equal("local", builder.Configuration["Connectors:shop:BaseUrl"]);
            Assert.Equal("environment", builder.Configuration["STORECLAW_TEST_ENV"]);
            Assert.Equal("arguments", builder.Configuration["FromArgs"]);
            Assert.Equal("Production", builder.Environment.EnvironmentName);
            Assert.Equal(_folder.Path, builder.Environment.ContentRootPath);
        }
        finally
        {
            Environment.SetEnvironmentVariable("STORECLAW_TEST_ENV", null);
        }
    }

    [Fact]
    public void Without_urls_the_functions_port_is_taken()
    {
        var builder = FunctionsApplication.CreateBuilder(["--AzureWebJobsStorage", Storage], new EmbeddedOptions { ContentRoot = _folder.Path });
        Assert.Equal("http://127.0.0.1:7071", builder.Configuration["urls"]);
    }

    [Theory]
    [InlineData("AzureFunctionsJobHost:functionTimeout", "soon", "host.json: functionTimeout is 'soon'; give it a duration such as 00:05:00.")]
    [InlineData("AzureFunctionsJobHost:extensions:queues:batchSize", "33", "host.json: extensions.queues.batchSize is '33'; give it a whole number from 1 to 32.")]
    [InlineData("AzureFunctionsJobHost:extensions:queues:messageEncoding", "utf8", "host.json: extensions.queues.messageEncoding is 'utf8'; give it base64 or none.")]
    [InlineData("Embedded:MessageLease", "0", "The setting Embedded__MessageLease is '0'; give it a duration of at least a second, such as 00:00:30.")]
    [InlineData("Embedded:QueuePort", "70000", "The setting Embedded__QueuePort is '70000'; give it a port number.")]
    public void A_wrong_figure_is_named_with_its_remedy(string setting, string value, string message)
    {
        var plan = new HostPlan().With(setting, value);
        Assert.Equal(message, Assert.Throws<InvalidOperationException>(() => EmbeddedHost.NewBuilder(plan, _folder.Path, Storage, TextWriter.Null)).Message);
    }

    [Fact]
    public void The_figures_of_host_json_are_read()
    {
        File.WriteAllText(_folder.File("host.json"), """
            {
              "version": "2.0", // as the tools write it
              "functionTimeout": "00:03:00",
              "extensions": {
                "http": { "routePrefix": "x" },
                "queues": { "batchSize": 4, "maxDequeueCount": 3, "maxPollingInterval": "00:00:07", "visibilityTimeout": "00:00:09", "messageEncoding": "none" }
              }
            }
            """);
        var settings = new ConfigurationManager { ["AzureFunctionsJobHost:extensions:queues:maxDequeueCount"] = "8" };
        var host = HostSettings.Load(_folder.File("host.json"), settings);
        Assert.Equal(("x", TimeSpan.FromMinutes(3), 4, 2, 8), (host.RoutePrefix, host.FunctionTimeout, host.BatchSize, host.NewBatchThreshold, host.MaxDequeueCount));
        Assert.Equal((TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(9), false), (host.MaxPollingInterval, host.RetryDelay, host.Base64Messages));
        var defaults = HostSettings.Load(_folder.File("none.json"), new ConfigurationManager());
        Assert.Equal(("api", TimeSpan.FromMinutes(30), 16, 8, 5), (defaults.RoutePrefix, defaults.FunctionTimeout, defaults.BatchSize, defaults.NewBatchThreshold, defaults.MaxDequeueCount));
        Assert.Equal((TimeSpan.FromMinutes(1), TimeSpan.Zero, true), (defaults.MaxPollingInterval, defaults.RetryDelay, defaults.Base64Messages));
    }

    [Theory]
    [InlineData("Information", new[] { "Information", "Warning" })]
    [InlineData("Debug", new[] { "Debug", "Information", "Warning" })]
    [InlineData("Warning", new[] { "Warning" })]
    public async Task The_log_level_of_host_json_counts(string level, string[] written)
    {
        await using var app = await EmbeddedHost.StartAsync(
            new HostPlan(typeof(LoggingFunctions)) { Storage = Storage }.With("AzureFunctionsJobHost:logging:logLevel:default", level));
        await app.Client.GetStringAsync("/log");
        Assert.Equal(
            written.Select(each => $"{each} {typeof(LoggingFunctions).FullName}: a line "),
            app.Logs.Lines.Where(line => line.Contains(nameof(LoggingFunctions), StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("UseDevelopmentStorage=true", true)]
    [InlineData(" usedevelopmentstorage=TRUE; ", true)]
    [InlineData(Storage, false)]
    public void Only_a_named_account_stands(string? setting, bool replaced)
    {
        var builder = EmbeddedHost.NewBuilder(new HostPlan(), _folder.Path, setting, TextWriter.Null);
        var expected = replaced ? AzuriteServer.ConnectionString(AzuriteServer.DefaultAccount, 10001, 10002) : setting;
        Assert.Equal(expected, builder.Configuration["AzureWebJobsStorage"]);
        Assert.Equal(replaced, builder.Services.Any(service => service.ImplementationType == typeof(LocalStorage)));
    }

    [Fact]
    public async Task Without_an_account_an_emulator_is_started_and_keeps_its_data()
    {
        var (queuePort, tablePort) = (LoopbackServer.FreePort(), LoopbackServer.FreePort());
        var plan = new HostPlan(typeof(WorkFunctions)) { Folder = _folder.Path }
            .With("Embedded:QueuePort", $"{queuePort}").With("Embedded:TablePort", $"{tablePort}").With("Embedded:ShutdownGrace", "00:00:05");
        for (var start = 1; start <= 2; start++)
        {
            var builder = EmbeddedHost.NewBuilder(plan, _folder.Path, null, TextWriter.Null).ConfigureFunctionsWebApplication();
            builder.Services.AddSingleton(plan.Calls);
            var connection = builder.Configuration["AzureWebJobsStorage"]!;
            Assert.Contains($"QueueEndpoint=http://127.0.0.1:{queuePort}/devstoreaccount1;", connection, StringComparison.Ordinal);
            using var host = builder.Build();
            await host.StartAsync();
            var table = new TableClient(connection, "kept");
            await table.CreateIfNotExistsAsync();
            await table.UpsertEntityAsync(new TableEntity("p", $"start {start}"));
            Assert.Equal(start, await table.QueryAsync<TableEntity>().CountAsync());
            var queue = new QueueClient(connection, "work", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
            await queue.CreateIfNotExistsAsync();
            await queue.SendMessageAsync($"start {start}");
            await plan.Calls.WhenAsync(start);
            await host.StopAsync();
            Assert.False(await AzuriteServer.AnswersAsync(queuePort, default));
        }

        // The stop gave the first message back before the emulator went: the second start saw it again.
        Assert.Contains("start 1", plan.Calls.All.Skip(1));
    }

    [Fact]
    public async Task An_emulator_that_runs_already_is_used_and_left_alone()
    {
        await using var running = await AzuriteServer.StartAsync(new AzuriteOptions { QueuePort = 0, TablePort = 0 }, default);
        var plan = new HostPlan().With("Embedded:QueuePort", $"{running.QueuePort}").With("Embedded:TablePort", $"{running.TablePort}");
        using (var host = EmbeddedHost.NewBuilder(plan, _folder.Path, null, TextWriter.Null).Build())
        {
            await host.StartAsync();
            await host.StopAsync();
        }

        Assert.True(await AzuriteServer.AnswersAsync(running.QueuePort, default));
        Assert.False(Directory.Exists(_folder.File(".storeclaw/azurite")));
    }

    [Fact]
    public async Task A_port_that_something_else_holds_stops_the_start()
    {
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var port = ((IPEndPoint)holder.LocalEndpoint).Port;
        var plan = new HostPlan().With("Embedded:QueuePort", $"{port}").With("Embedded:TablePort", $"{LoopbackServer.FreePort()}");
        using var host = EmbeddedHost.NewBuilder(plan, _folder.Path, null, TextWriter.Null).Build();
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());
        Assert.Contains($"Port {port} of 127.0.0.1 is taken", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Storage_that_is_away_holds_up_neither_http_nor_later_work()
    {
        var (queuePort, tablePort) = (LoopbackServer.FreePort(), LoopbackServer.FreePort());
        var storage = AzuriteServer.ConnectionString(AzuriteServer.DefaultAccount, queuePort, tablePort);
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BindingFunctions), typeof(RouteFunctions)) { Storage = storage });
        Assert.Equal("root", await app.Client.GetStringAsync("/"));
        await Eventually.GetAsync(() => Task.FromResult(app.Logs.Lines), lines => lines.Any(line => line.Contains("cannot be read; trying again", StringComparison.Ordinal)));
        await using var late = await AzuriteServer.StartAsync(new AzuriteOptions { QueuePort = queuePort, TablePort = tablePort }, default);
        var queue = new QueueClient(storage, "as-text", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync("at last");
        Assert.Equal("at last", (await app.Calls.WhenAsync(1))[0]);
    }

    [Theory]
    [InlineData("AzureWebJobs.{0}.Disabled", "true")]
    [InlineData("AzureWebJobs.{0}.Disabled", "1")]
    [InlineData("AzureWebJobs:{0}:Disabled", "True")]
    public async Task A_disabled_function_is_not_started_and_the_others_are(string setting, string value)
    {
        string[] disabled = ["Open", "AsText", "AtStart"];
        var plan = disabled.Aggregate(
            new HostPlan(typeof(LockedFunctions), typeof(BindingFunctions), typeof(StartupFunctions)) { Configure = static builder => builder.Services.AddSingleton(TimeProvider.System) },
            (plan, function) => plan.With(string.Format(CultureInfo.InvariantCulture, setting, function), value));
        await using var app = await EmbeddedHost.StartAsync(plan.With("AzureWebJobs.AsData.Disabled", "false"));
        Assert.Equal(disabled.Order(), app.Logs.Lines.Where(static line => line.Contains("is disabled", StringComparison.Ordinal)).Select(static line => line.Split("The function ")[1].Split(' ')[0]).Order());
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync("/open")).StatusCode);
        Assert.Equal("in", await app.Client.GetStringAsync("/function?code=" + EmbeddedHost.Key));
        foreach (var name in new[] { "as-text", "as-data" })
        {
            var queue = new QueueClient(app.Storage, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
            await queue.CreateIfNotExistsAsync();
            await queue.SendMessageAsync($"to {name}");
        }

        Assert.Equal(["to as-data"], await app.Calls.WhenAsync(1));
        Assert.Equal(0, (await new QueueClient(app.Storage, "as-text").PeekMessageAsync()).Value.DequeueCount);
    }

    [Fact]
    public async Task Five_hosts_run_side_by_side()
    {
        var apps = await Task.WhenAll(Enumerable.Range(0, 5).Select(number => EmbeddedHost.StartAsync(
            new HostPlan(typeof(RouteFunctions), typeof(LockedFunctions)) { Storage = Storage }.With("FunctionKey", $"key {number}"))));
        foreach (var (number, app) in apps.Index())
        {
            using var right = new HttpRequestMessage(HttpMethod.Get, "/function") { Headers = { { "x-functions-key", $"key {number}" } } };
            using var wrong = new HttpRequestMessage(HttpMethod.Get, "/function") { Headers = { { "x-functions-key", $"key {number + 1}" } } };
            Assert.Equal([HttpStatusCode.OK, HttpStatusCode.Unauthorized], [(await app.Client.SendAsync(right)).StatusCode, (await app.Client.SendAsync(wrong)).StatusCode]);
        }

        await Task.WhenAll(apps.Select(app => app.DisposeAsync().AsTask()));
    }
}
