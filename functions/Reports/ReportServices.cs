using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Reports.Business;
using StoreClaw.Reports.Customers;
using StoreClaw.Reports.Inventory;
using StoreClaw.Reports.Research;
using StoreClaw.Reports.Sales;
using StoreClaw.Reports.StockSync;

namespace StoreClaw.Reports;

public static class ReportServices
{
    /// <summary>The library, and every kind of report there is.</summary>
    public static IServiceCollection AddReports(this IServiceCollection services)
    {
        services.AddSingleton<IReportKind, SalesReportKind>();
        services.AddSingleton<IReportKind, BusinessReviewKind>();
        services.AddSingleton<IReportKind, InventoryReviewKind>();
        services.AddSingleton<IReportKind, MarketResearchKind>();
        services.AddSingleton<IReportKind, CustomerSummaryKind>();
        services.AddSingleton<IReportKind, StockSyncKind>();
        services.AddSingleton<ReportKinds>();
        services.AddSingleton<ReportLibrary>();
        services.AddSingleton<ReportLinks>();
        return services.AddSingleton<ReportDesk>();
    }
}
