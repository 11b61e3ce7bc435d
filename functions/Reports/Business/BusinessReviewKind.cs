using StoreClaw.Commerce;
using StoreClaw.Notifications;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Business;

/// <summary>The week's or the month's review over all its stores: the figures of the sales report, and who moved them.</summary>
public sealed class BusinessReviewKind(IOrderHistory history, IDayBooks books) : ReportKind<SalesParameters, BusinessReport>
{
    public const string Name = "business-review";

    private const int MostMovers = 5;
    private const int MostReturns = 10;

    public override string Id => Name;

    protected override SalesParameters Read(ParameterReader reader) => new(reader.Choice("period", SalesWindows.LongPeriods, SalesWindows.Last7Days));

    protected override async Task<BusinessReport> ComputeAsync(ReportContext context, SalesParameters parameters, CancellationToken cancellationToken)
    {
        var (sales, tally, reaches) = await SalesAnalysis.MakeAsync(history, books, Id, context, parameters, cancellationToken);
        var currencies = sales.Totals.Select(static total => total.Currency).ToList();
        return new BusinessReport(sales)
        {
            Movers = reaches
                ? new Movers([.. currencies.SelectMany(currency => Moved(tally, currency, up: true))], [.. currencies.SelectMany(currency => Moved(tally, currency, up: false))])
                : new Movers([], []),
            Returns = [.. currencies.SelectMany(currency => Returned(tally, currency))],
            ByStore = [.. currencies.SelectMany(currency => Stores(tally, currency, reaches))],
        };
    }

    protected override string Markdown(BusinessReport report) => BusinessPage.Markdown(report);

    protected override string Html(BusinessReport report) => BusinessPage.Html(report);

    protected override LocalizedMessage Message(BusinessReport report, Uri? link) => new(
        BusinessMessage.Render(report, link, BusinessWords.English),
        BusinessMessage.Render(report, link, BusinessWords.Chinese));

    private static IEnumerable<Mover> Moved(SalesTally tally, string currency, bool up) => tally.Products(currency)
        .Select(static product => (Product: product, Change: product.Revenue - product.Before))
        .Where(entry => up ? entry.Change > 0 : entry.Change < 0)
        .OrderByDescending(static entry => Math.Abs(entry.Change))
        .ThenBy(static entry => entry.Product.Sku, StringComparer.Ordinal)
        .ThenBy(static entry => entry.Product.Title, StringComparer.Ordinal)
        .Take(MostMovers)
        .Select(entry => new Mover(entry.Product.Sku, entry.Product.Title, Figures.Money(entry.Product.Revenue), Shift.OfMoney(entry.Product.Revenue, entry.Product.Before), currency));

    private static IEnumerable<ProductReturns> Returned(SalesTally tally, string currency) => tally.Products(currency)
        .Where(static product => product.Refunds != 0 || product.CancelledUnits != 0)
        .OrderByDescending(static product => product.Refunds)
        .ThenByDescending(static product => product.CancelledUnits)
        .ThenBy(static product => product.Sku, StringComparer.Ordinal)
        .ThenBy(static product => product.Title, StringComparer.Ordinal)
        .Take(MostReturns)
        .Select(product => new ProductReturns(product.Sku, product.Title, Figures.Money(product.Refunds), product.CancelledUnits, product.Units, currency));

    private static IEnumerable<StoreSales> Stores(SalesTally tally, string currency, bool reaches) => tally.Stores(currency)
        .Select(store => new StoreSales(
            store.Connection,
            store.Now.Orders,
            Figures.Money(store.Now.Gmv),
            store.Now.AverageOrderValue,
            store.Now.Cancelled,
            Figures.Money(store.Now.Refunds),
            reaches ? Shift.OfMoney(store.Now.Gmv, store.Before.Gmv) : null,
            currency))
        .OrderByDescending(static store => store.Gmv)
        .ThenBy(static store => store.Connection, StringComparer.Ordinal);
}
