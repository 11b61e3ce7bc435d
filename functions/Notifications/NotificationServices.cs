using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using StoreClaw.Notifications.WeCom;

namespace StoreClaw.Notifications;

public static class NotificationServices
{
    /// <summary>The way to the team. Wants storage, the vault, the platforms' transport, TimeProvider, IConfiguration and logging from elsewhere.</summary>
    public static IServiceCollection AddNotifications(this IServiceCollection services)
    {
        services.AddSingleton<WeComClient>();
        services.AddSingleton<WeComChannel>();
        services.AddSingleton(static provider => new ChannelRegistry([provider.GetRequiredService<WeComChannel>()]));
        services.AddSingleton<ChannelTable>();
        services.AddSingleton<ChannelPace>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<ChannelTurn>();
        services.AddSingleton<NotificationWork>();
        services.AddSingleton<ChannelDesk>();
        services.TryAddSingleton<INotifier, Notifier>();
        return services;
    }
}
