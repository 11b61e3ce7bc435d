using StoreClaw.Connections;
using StoreClaw.Connectors;

namespace StoreClaw.Reports.Research;

/// <summary>
/// Answers to questions about a market. The same question is put to a connection at most once a day (UTC): every call counts against what the account's plan allows.
/// </summary>
public interface IMarketData
{
    /// <inheritdoc cref="IResearch.KeywordsAsync"/>
    Task<IReadOnlyList<KeywordFigures>> KeywordsAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken);

    /// <inheritdoc cref="IResearch.BestSellersAsync"/>
    Task<IReadOnlyList<ProductFigures>> BestSellersAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken);

    /// <inheritdoc cref="IResearch.LookUpAsync"/>
    Task<IReadOnlyList<ProductFigures>> LookUpAsync(Connection connection, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken);
}
