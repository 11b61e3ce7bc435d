using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace StoreClaw.Approvals;

public static class ApprovalServices
{
    /// <summary>Proposals, decisions and their execution. Wants storage, TimeProvider, and an <see cref="IRunResumption"/> from the tasks.</summary>
    public static IServiceCollection AddApprovals(this IServiceCollection services)
    {
        services.AddSingleton<ApprovalTable>();
        services.AddSingleton<ApprovalDesk>();
        services.AddSingleton<ApprovalWatch>();
        services.AddSingleton<ApprovalExecution>();
        services.TryAddSingleton<IStockActions, StockActions>();
        return services;
    }
}
