using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Notifications;
using StoreClaw.Storage;
using StoreClaw.Sync;
using StoreClaw.Tests.Reports;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Alerts;

/// <summary>One process that keeps alerts: real storage, a clock of the test's, a team that hears.</summary>
internal sealed class AlertHost
{
    private readonly ServiceProvider _services;

    public AlertHost(string storage, ManualTime time, INotifier notifier, IOrderHistory? history = null)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(TestStorage.Settings(storage)).Build();
        var services = new ServiceCollection();
        services.AddLogging(static logging => logging.SetMinimumLevel(LogLevel.None));
        services.AddSingleton<IConfiguration>(settings);
        services.AddSingleton<TimeProvider>(time);
        services.AddSingleton<Randomness, SystemRandomness>();
        services.AddSingleton<IConnectionDirectory>(new Shops());
        services.AddSingleton(notifier);
        services.AddSingleton(history ?? new OrderList());
        services.AddSingleton<IDayBooks, DayBooks>();
        services.AddSingleton<CommerceStore>();
        services.AddSingleton<IStockBook, StockBook>();
        services.AddSingleton<SyncCursors>();
        services.AddSingleton<EventLog>();
        _services = services.AddStorage().AddAlerts(settings).BuildServiceProvider();
    }

    public static Connection Shop { get; } = OrderList.Connection() with { Facts = new Dictionary<string, string> { [Connection.NameFact] = "Harbor & Pine" } };

    public AlertBook Book => Get<AlertBook>();

    public AlertMutes Mutes => Get<AlertMutes>();

    public static async Task<(AlertHost Host, ManualTime Time, RecordingNotifier Told)> NewAsync(IOrderHistory? history = null, DateTimeOffset? now = null)
    {
        var (time, told) = (new ManualTime(now ?? new DateTimeOffset(2026, 3, 2, 6, 0, 0, TimeSpan.Zero)), new RecordingNotifier());
        return (new AlertHost(await TestStorage.NewAccountAsync(), time, told, history), time, told);
    }

    public static AlertSighting Sighting(string subject = "one", AlertKind kind = AlertKind.SyncFailing, Urgency severity = Urgency.Warning, string? occurrence = null, string? connection = "shop") =>
        new(kind, connection, subject, severity, new AlertText($"Trouble with {subject}", $"{subject} 有问题"), new AlertText("Mend it.", "请修复。")) { About = subject, Occurrence = occurrence };

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task SeenAsync(AlertSighting sighting) => Book.SeenAsync(sighting, CancellationToken.None);

    public Task GoneAsync(AlertSighting sighting) => Book.GoneAsync(sighting.Kind, sighting.Connection, sighting.Subject, null, CancellationToken.None);

    public Task SweepAsync(string? connection = "shop") => Book.SweepAsync(connection, CancellationToken.None);

    public Task<IReadOnlyList<Alert>> AlertsAsync(AlertState? state = null) => Get<AlertTable>().ListAsync(state, CancellationToken.None);

    private sealed class Shops : IConnectionDirectory
    {
        public Task<Connection?> FindAsync(string id, CancellationToken cancellationToken) => Task.FromResult(id == Shop.Id ? Shop : null);

        public Task<IReadOnlyList<Connection>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<Connection>>([Shop]);
    }
}
