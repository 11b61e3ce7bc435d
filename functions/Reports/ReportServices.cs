using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports;

public static class ReportServices
{
    public static IServiceCollection AddReports(this IServiceCollection services)
    {
        services.AddSingleton<IReportKind, SalesReportKind>();
        return services;
    }
}
