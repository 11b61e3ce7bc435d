using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;

namespace StoreClaw.Alerts;

public static class AlertServices
{
    /// <exception cref="InvalidOperationException">A setting is wrong; names it and says what to do.</exception>
    public static IServiceCollection AddAlerts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(new AlertPolicy(configuration));
        services.AddSingleton<AlertTable>();
        services.AddSingleton<AlertMutes>();
        services.AddSingleton<AlertBook>();
        services.AddSingleton<AlertDesk>();
        services.AddSingleton<IWriteWatch, StoreWatch>();
        services.AddSingleton<StoreRhythms>();
        services.AddSingleton<ArticleNames>();
        services.AddSingleton<ArticleCheck>();
        services.AddSingleton<StoreCheck>();
        services.AddSingleton<AppCheck>();
        return services.AddSingleton<AlertChecks>();
    }
}
