using StoreClaw.Commerce;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>Yesterday, the last days or the month so far: what was sold, against what is usual.</summary>
public sealed class SalesReportKind(IOrderHistory history, IDayBooks books) : ReportKind<SalesParameters, SalesReport>
{
    public const string Name = "sales-report";

    public override string Id => Name;

    protected override SalesParameters Read(ParameterReader reader) => new(reader.Choice("period", SalesWindows.Periods, SalesWindows.Yesterday));

    protected override async Task<SalesReport> ComputeAsync(ReportContext context, SalesParameters parameters, CancellationToken cancellationToken) =>
        (await SalesAnalysis.MakeAsync(history, books, Id, context, parameters, cancellationToken)).Report;

    protected override string Markdown(SalesReport report) => SalesMarkdown.Render(report);

    protected override string Html(SalesReport report) => SalesHtml.Render(report);

    protected override LocalizedMessage Message(SalesReport report, Uri? link) => new(
        SalesMessage.Render(report, link, SalesWords.English),
        SalesMessage.Render(report, link, SalesWords.Chinese));
}
