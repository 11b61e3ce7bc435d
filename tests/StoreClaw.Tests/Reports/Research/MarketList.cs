using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports.Research;

namespace StoreClaw.Tests.Reports.Research;

/// <summary>Market data over lists; counts what is asked and fails as told.</summary>
internal sealed class MarketList : IMarketData
{
    public Dictionary<string, IReadOnlyList<KeywordFigures>> Keywords { get; } = [];

    public Dictionary<string, IReadOnlyList<ProductFigures>> BestSellers { get; } = [];

    public List<ProductFigures> Products { get; } = [];

    /// <summary>What was asked: connection and question, in order.</summary>
    public List<(string Connection, string Question)> Asked { get; } = [];

    /// <summary>The fault a question ends in; null when it is answered.</summary>
    public Func<string, string, FaultKind?> Fault { get; set; } = static (_, _) => null;

    public static Connection Connection(string id = "research", ConnectionStatus status = ConnectionStatus.Connected, string name = "Main account") =>
        new(id, "sellersprite", name.ToLowerInvariant(), status, [], new Dictionary<string, string> { ["name"] = name }, DateTimeOffset.UnixEpoch, null);

    public static ProductFigures Product(string asin, string title = "Harbor storage box", decimal? price = 21.99m, long? units = 26289, double? rating = 4.8, long? rank = 1006) =>
        new() { Asin = asin, Title = title, Brand = "Harbor", Currency = "USD", Price = price, Units = units, Revenue = price * units, UnitsGrowth = -46.3, Rating = rating, Ratings = 29229, Rank = rank };

    public static KeywordFigures Keyword(string text, long? searches = 141356, double? growth = -25.482092, double? year = 8696.27) => new()
    {
        Keyword = text, Currency = "USD", Searches = searches, Growth = growth, YearGrowth = year, Purchases = 4029, PurchaseRate = 0.0285, Products = 173, AveragePrice = 116.24m, AverageRating = 4.5, Bid = 1.26m,
    };

    public Task<IReadOnlyList<KeywordFigures>> KeywordsAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) =>
        AnswerAsync(connection, $"keyword {keyword}", Keywords.GetValueOrDefault(keyword) ?? []);

    public Task<IReadOnlyList<ProductFigures>> BestSellersAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) =>
        AnswerAsync(connection, $"best {keyword}", [.. (BestSellers.GetValueOrDefault(keyword) ?? []).Take(most)]);

    public Task<IReadOnlyList<ProductFigures>> LookUpAsync(Connection connection, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken) =>
        AnswerAsync(connection, "products", [.. Products.Where(product => asins.Contains(product.Asin))]);

    private Task<IReadOnlyList<T>> AnswerAsync<T>(Connection connection, string question, IReadOnlyList<T> answer)
    {
        Asked.Add((connection.Id, question));
        return Fault(connection.Id, question) is { } kind
            ? Task.FromException<IReadOnlyList<T>>(new PlatformException(new PlatformFault(kind, "TEST", $"It ended in {kind}.")))
            : Task.FromResult(answer);
    }
}
