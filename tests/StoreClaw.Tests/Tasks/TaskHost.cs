using System.Text.Json;
using Azure;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StoreClaw.Approvals;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;
using StoreClaw.Notifications.WeCom;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Storage;
using StoreClaw.Tasks;
using StoreClaw.Tests.Approvals;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Reports.Research;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Tasks;

/// <summary>What several hosts of one team share: the storage account, the clock, the shop, what the team was told.</summary>
internal sealed class Team
{
    private Team(string storage, DateTimeOffset start)
    {
        Storage = storage;
        Time = new ManualTime(start);
    }

    public static DateTimeOffset Start { get; } = new(2026, 3, 2, 6, 0, 0, TimeSpan.Zero);

    public string Storage { get; }

    public ManualTime Time { get; }

    public RecordingNotifier Notifier { get; } = new();

    public OrderList History { get; } = new([.. SampleShop.Orders()]);

    public MarketList Market { get; } = new();

    public SimulatedShelves Stock { get; } = new();

    public MemoryVault Vault { get; } = new();

    public List<Connection> Connections { get; } = [OrderList.Connection()];

    public static async Task<Team> NewAsync(DateTimeOffset? start = null) => new(await TestStorage.NewAccountAsync(), start ?? Start);

    public TaskHost NewHost(HttpPipelineTransport? wire = null) => new(this, wire);
}

/// <summary>One process: the services of tasks and reports over the team's storage.</summary>
internal sealed class TaskHost
{
    private readonly ServiceProvider _services;

    public TaskHost(Team team, HttpPipelineTransport? wire)
    {
        var settings = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?>(TestStorage.Settings(team.Storage)) { ["PublicBaseUrl"] = "https://storeclaw.example.com" })
            .Build();
        var services = new ServiceCollection();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton<IConfiguration>(settings);
        services.AddSingleton(new AppSettings(settings));
        services.AddSingleton<TimeProvider>(team.Time);
        services.AddSingleton<Randomness, SystemRandomness>();
        services.AddSingleton<IConnectionDirectory>(new Directory(team.Connections));
        services.AddSingleton<IOrderHistory>(team.History);
        services.AddSingleton<IDayBooks, DayBooks>();
        services.AddSingleton<IMarketData>(team.Market);
        services.AddSingleton<IStockBook>(team.Stock);
        services.AddSingleton<IStockActions>(team.Stock);
        services.AddSingleton(new ConnectorRegistry(ConnectorRegistry.All));
        services.AddSingleton<INotifier>(team.Notifier);
        services.AddSingleton(new CachedSecretVault(team.Vault, team.Time));
        services.AddSingleton<SigningKey>();
        services.AddSingleton(new ChannelRegistry([new WeComChannel(null!)]));
        if (wire is not null)
        {
            services.AddSingleton(wire);
        }

        _services = services.AddStorage().AddReports().AddApprovals().AddTasks().BuildServiceProvider();
    }

    public TaskService Tasks => _services.GetRequiredService<TaskService>();

    public DueTasks Due => _services.GetRequiredService<DueTasks>();

    public TaskHistory History => _services.GetRequiredService<TaskHistory>();

    public TaskRunner Runner => _services.GetRequiredService<TaskRunner>();

    public RunTable Runs => _services.GetRequiredService<RunTable>();

    public ReportLibrary Library => _services.GetRequiredService<ReportLibrary>();

    public StorageClients Storage => _services.GetRequiredService<StorageClients>();

    public WorkQueues Queues => _services.GetRequiredService<WorkQueues>();

    public TaskTemplates Templates => _services.GetRequiredService<TaskTemplates>();

    public TaskDesk Desk => _services.GetRequiredService<TaskDesk>();

    public ApprovalTable Approvals => _services.GetRequiredService<ApprovalTable>();

    public ApprovalDesk ApprovalDesk => _services.GetRequiredService<ApprovalDesk>();

    public ApprovalWatch Watch => _services.GetRequiredService<ApprovalWatch>();

    public ReportDesk Reports => _services.GetRequiredService<ReportDesk>();

    public ReportLinks Links => _services.GetRequiredService<ReportLinks>();

    public static TaskInput Daily { get; } = new()
    {
        Name = "Morning",
        Kind = "sales-report",
        Connections = ["shop"],
        Schedule = new ScheduleSpec("0 0 8 * * *", null),
        TimeZone = "UTC",
        Parameters = JsonElement.Parse("""{"period":"yesterday"}"""),
        DeliverTo = ["wecom"],
    };

    public static TaskInput Hourly(string missed = "latest") => Daily with { Schedule = new ScheduleSpec(null, "PT1H"), Missed = missed };

    public async Task<string> CreateAsync(TaskInput input) => (await Tasks.CreateAsync(input, CancellationToken.None)).Task.Id;

    public Task SettleAsync() => Due.SettleAsync(CancellationToken.None);

    /// <summary>Takes messages off the queue of runs; they stay hidden from others for a minute of real time.</summary>
    public async Task<IReadOnlyList<QueueMessage>> ReceiveAsync()
    {
        var queue = Storage.Queue(QueueNames.TaskRuns);
        await queue.CreateIfNotExistsAsync();
        var all = new List<QueueMessage>();
        while ((await queue.ReceiveMessagesAsync(32, TimeSpan.FromMinutes(1))).Value is { Length: > 0 } messages)
        {
            all.AddRange(messages);
        }

        return all;
    }

    public async Task HandleAsync(QueueMessage message)
    {
        await Runner.RunAsync(await Queues.ReadAsync<RunMessage>(message, CancellationToken.None), message.MessageId, CancellationToken.None);
        try
        {
            await Storage.Queue(QueueNames.TaskRuns).DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }
        catch (RequestFailedException gone) when (gone.Status == 404)
        {
            // The client asked twice since the first answer was late.
        }
    }

    /// <summary>Handles all that is on the queue now.</summary>
    public async Task<int> WorkAsync()
    {
        var messages = await ReceiveAsync();
        foreach (var message in messages)
        {
            await HandleAsync(message);
        }

        return messages.Count;
    }

    /// <summary>The newest runs, newest first.</summary>
    public Task<IReadOnlyList<TaskRun>> RunsAsync(string task) => Runs.ListAsync(task, 500, CancellationToken.None);

    /// <summary>How many due instants the ledger knows: those run, those skipped.</summary>
    public async Task<(int Run, int Skipped)> LedgerAsync(string task)
    {
        var table = await Storage.TableAsync(TableNames.Occurrences, CancellationToken.None);
        var (run, skipped) = (0, 0);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {task} and RowKey lt {"cursor"}")))
        {
            run += row.GetString("RunId") is null ? 0 : 1;
            skipped += row.GetInt32("SkippedCount") ?? 0;
        }

        return (run, skipped);
    }

    private sealed class Directory(List<Connection> connections) : IConnectionDirectory
    {
        public Task<Connection?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(connections.Find(connection => connection.Id == id));

        public Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Connection>>(connections);
    }
}

/// <summary>Secrets in memory, one version of each.</summary>
internal sealed class MemoryVault : ISecretVault
{
    private readonly System.Collections.Concurrent.ConcurrentDictionary<string, SecretBundle> _bundles = new();

    public Task<SecretBundle?> GetAsync(string name, CancellationToken cancellationToken) => Task.FromResult(_bundles.GetValueOrDefault(name));

    public Task<SecretBundle?> GetPreviousAsync(string name, CancellationToken cancellationToken) => Task.FromResult<SecretBundle?>(null);

    public Task<string> SetAsync(string name, SecretBundle bundle, CancellationToken cancellationToken)
    {
        _bundles[name] = bundle;
        return Task.FromResult("1");
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken)
    {
        _bundles.TryRemove(name, out _);
        return Task.CompletedTask;
    }

    public IAsyncEnumerable<string> ListNamesAsync(CancellationToken cancellationToken) => _bundles.Keys.ToAsyncEnumerable();
}
