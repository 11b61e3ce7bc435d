using System.Globalization;
using System.Text.Json;
using StoreClaw.Approvals;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.StockSync;

/// <summary>Keeps the stock of the same article equal across stores: reports where it differs and proposes the changes, which wait for approval.</summary>
public sealed class StockSyncKind(IStockBook book) : ReportKind<StockSyncParameters, StockSyncReport>, IActingKind
{
    public const string Name = "stock-sync";

    /// <summary>The most changes that one run proposes: what a person can still look over.</summary>
    public const int MostProposals = 500;

    private const int MostSkus = 200;
    private const int LongestSku = 128;
    private const int MostBuffer = 1_000_000;
    private const int LeastStores = 2;

    private static readonly string SkusRemedy = string.Create(CultureInfo.InvariantCulture, $"Give 1 to {MostSkus} SKUs of at most {LongestSku} characters, or leave it out for all that at least two of the stores have.");

    public override string Id => Name;

    public override IReadOnlyList<string> Capabilities => [Connector.Reads(Resource.Stock), Connector.WritesStock];

    public IReadOnlyDictionary<string, string> CheckTogether(JsonElement parameters, IReadOnlyList<string> connections)
    {
        var errors = new Dictionary<string, string>();
        var source = Read(new ParameterReader(parameters)).Source;
        if (connections.Count < LeastStores)
        {
            errors["connections"] = "Give at least two connections: the store whose stock is the truth and those that are to follow it.";
        }

        if (source != StockSyncParameters.Lowest && !connections.Contains(source))
        {
            errors["parameters.source"] = $"Must be one of the task's connections, or \"{StockSyncParameters.Lowest}\"; '{ReadableText.Cut(source, LongestSku)}' is not among {string.Join(", ", connections)}.";
        }

        return errors;
    }

    public IReadOnlyList<ApprovalAction> Actions(Report report) =>
    [
        .. ((StockSyncReport)report).Proposals.Select(static proposal => new ApprovalAction(
            proposal.Connection, ApprovalAction.SetStock, proposal.Item, proposal.Location, proposal.Sku, proposal.Title.Length > 0 ? proposal.Title : null, proposal.From, proposal.To)),
    ];

    protected override StockSyncParameters Read(ParameterReader reader)
    {
        var skus = reader.Texts("skus", MostSkus, ReadSku, SkusRemedy, least: 1);
        var source = reader.Text("source", static text => text.Trim() is { Length: > 0 } id ? id : null, "Give the id of a connection of the task.");
        var buffer = reader.Integer("buffer", 0, MostBuffer, 0);
        if (source is null)
        {
            reader.Refuse("source", $"Give the id of the connection whose stock is the truth, or \"{StockSyncParameters.Lowest}\" for the store that has least.");
        }
        else if (source == StockSyncParameters.Lowest && buffer > 0)
        {
            // The store that was lowered becomes the lowest, and each run would lower the others further.
            reader.Refuse("buffer", $"Leave it out, or name a connection as the source: kept back from the lowest level it would lower the stock anew with each run.");
        }

        return new StockSyncParameters(skus.Count == 0 ? null : skus, source ?? "", buffer);
    }

    protected override async Task<StockSyncReport> ComputeAsync(ReportContext context, StockSyncParameters parameters, CancellationToken cancellationToken)
    {
        var stores = context.Connections.Where(static connection => connection.Status == ConnectionStatus.Connected).ToList();
        if (stores.Count < LeastStores || (parameters.Source != StockSyncParameters.Lowest && stores.TrueForAll(store => store.Id != parameters.Source)))
        {
            var gone = string.Join(", ", context.Connections.Except(stores).Select(static connection => connection.Name));
            throw new ProblemException(new Problem(409, "STORE_NOT_CONNECTED", ProblemCategory.Authentication, $"Without {gone} there is nothing to go by. Connect it again and run the task once more."));
        }

        var stocks = new List<StoreStock>();
        foreach (var store in stores)
        {
            stocks.Add(new StoreStock(store.Id, await book.EntriesAsync(store.Id, cancellationToken)));
        }

        var plan = StockSyncPlan.Make(stocks, parameters);
        return new StockSyncReport
        {
            Id = context.ReportId,
            Kind = Id,
            TimeZone = context.Zone.Id,
            Period = new ReportPeriod(context.GeneratedAt, context.GeneratedAt),
            AsOf = context.AsOf.ToUniversalTime(),
            GeneratedAt = context.GeneratedAt,
            Connections = [.. context.Connections.Select(static connection => connection.Id)],
            Stores = context.Stores,
            Parameters = parameters,
            Compared = plan.Compared,
            InStep = plan.InStep,
            Proposals = [.. plan.Proposals.Take(MostProposals)],
            Left = Math.Max(0, plan.Proposals.Count - MostProposals),
            Skipped = [.. context.Connections.Except(stores).Select(static connection => new SkippedArticle("", connection.Id, SkipReason.NotConnected)), .. plan.Skipped],
        };
    }

    protected override string Markdown(StockSyncReport report) => StockSyncDocuments.Markdown(report);

    protected override string Html(StockSyncReport report) => StockSyncDocuments.Html(report);

    protected override LocalizedMessage Message(StockSyncReport report, Uri? link) => new(
        StockSyncMessage.Render(report, link, StockSyncWords.English),
        StockSyncMessage.Render(report, link, StockSyncWords.Chinese));

    private static string? ReadSku(string text) => text.Trim() is { Length: > 0 and <= LongestSku } sku ? sku : null;
}
