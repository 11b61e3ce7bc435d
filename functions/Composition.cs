using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StoreClaw.Alerts;
using StoreClaw.Approvals;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Notifications;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Storage;
using StoreClaw.Sync;
using StoreClaw.Tasks;
using StoreClaw.Triggers;
using StoreClaw.Webhooks;

namespace StoreClaw;

/// <summary>Who is made of whom.</summary>
public static class Composition
{
    /// <summary>Everything the functions need.</summary>
    /// <exception cref="InvalidOperationException">A setting is wrong; names it and says what to do.</exception>
    public static IServiceCollection AddStoreClaw(this IServiceCollection services, IConfiguration configuration)
    {
#pragma warning disable RS0030 // The one place that names the system clock.
        services.TryAddSingleton(TimeProvider.System);
#pragma warning restore RS0030
        services.TryAddSingleton<Randomness, SystemRandomness>();
        services.AddSingleton(new AppSettings(configuration));
        services.AddSecretVault(configuration);
        return services.AddStorage().AddConnectors().AddConnections().AddCommerce().AddWebhooks().AddSync().AddResearch().AddReports().AddApprovals().AddTasks().AddNotifications().AddAlerts(configuration);
    }

    private static IServiceCollection AddConnections(this IServiceCollection services)
    {
        services.AddSingleton<ConnectionTable>();
        services.AddSingleton<IConnectionDirectory>(static provider => provider.GetRequiredService<ConnectionTable>());
        services.AddSingleton<SigningKey>();
        services.AddSingleton<Authorizations>();
        services.AddSingleton<StoreSessions>();
        services.AddSingleton<AppClients>();
        services.AddSingleton<ConnectionSecrets>();
        services.AddSingleton<IBucketStore, BucketTable>();
        services.AddSingleton<ITokenRefresher, TokenRefresher>();
        services.AddSingleton<ConnectionHealth>();
        services.AddSingleton<ConnectionService>();
        services.AddSingleton<IUninstallHandler>(static provider => provider.GetRequiredService<ConnectionService>());
        return services.AddSingleton<CallbackDesk>();
    }

    private static IServiceCollection AddCommerce(this IServiceCollection services)
    {
        services.AddSingleton<CommerceStore>();
        services.AddSingleton<FirstOrders>();
        services.AddSingleton<OrderHistory>();
        services.AddSingleton<IOrderHistory>(static provider => provider.GetRequiredService<OrderHistory>());
        services.AddSingleton<IStockBook, StockBook>();
        services.AddSingleton<DayRollups>();
        return services.AddSingleton<IDayBooks>(static provider => provider.GetRequiredService<DayRollups>());
    }

    private static IServiceCollection AddWebhooks(this IServiceCollection services)
    {
        services.AddSingleton<EventLog>();
        services.AddSingleton<IOrderLog>(static provider => provider.GetRequiredService<EventLog>());
        services.AddSingleton<DeliveryJournal>();
        services.AddSingleton<WebhookReceiver>();
        services.AddSingleton<ParkingLot>();
        services.AddSingleton<Erasure>();
        services.AddSingleton<EventApplier>();
        services.AddSingleton<EventReplay>();
        services.AddSingleton<EventDesk>();
        return services.AddSingleton<QueueDoor>();
    }

    private static IServiceCollection AddSync(this IServiceCollection services)
    {
        services.AddSingleton<SyncCursors>();
        services.AddSingleton<SyncService>();
        services.AddSingleton<SyncSchedule>();
        services.AddSingleton<StoreCare>();
        services.AddSingleton<Housekeeping>();
        services.AddSingleton<IStoreSetup>(static provider => provider.GetRequiredService<StoreCare>());
        return services.AddSingleton<ConnectionDesk>();
    }

    private static IServiceCollection AddResearch(this IServiceCollection services)
    {
        services.AddSingleton<MarketAnswers>();
        return services.AddSingleton<IMarketData, MarketData>();
    }
}
