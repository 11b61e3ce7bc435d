using StoreClaw.Commerce;

namespace StoreClaw.Reports.StockSync;

/// <summary>One store's stock.</summary>
internal sealed record StoreStock(string Connection, IReadOnlyList<StockBookEntry> Entries);

/// <summary>Compares stores article by article. Knows no clock, no storage and no platform.</summary>
internal sealed record StockSyncPlan(int Compared, int InStep, IReadOnlyList<StockProposal> Proposals, IReadOnlyList<SkippedArticle> Skipped)
{
    public static StockSyncPlan Make(IReadOnlyList<StoreStock> stores, StockSyncParameters parameters)
    {
        var shelves = stores.Select(static store => new Shelf(store)).ToList();
        var skus = parameters.Skus ?? [.. shelves.SelectMany(static shelf => shelf.Skus).GroupBy(static sku => sku).Where(static group => group.Count() > 1).Select(static group => group.Key)];
        var (compared, inStep, proposals, skipped) = (0, 0, new List<StockProposal>(), new List<SkippedArticle>());
        foreach (var sku in skus.Order(StringComparer.Ordinal))
        {
            var finds = shelves.ConvertAll(shelf => shelf.Find(sku));
            skipped.AddRange(Skips(sku, finds, parameters));
            if (Source(finds, parameters) is not { } source)
            {
                continue;
            }

            var others = finds.Where(find => find.Entry is not null && find != source).ToList();
            compared += others.Count > 0 ? 1 : 0;
            foreach (var other in others)
            {
                if (Propose(sku, source, other, parameters.Buffer) is { } proposal)
                {
                    proposals.Add(proposal);
                }
                else
                {
                    inStep++;
                }
            }
        }

        return new StockSyncPlan(compared, inStep, proposals, skipped);
    }

    /// <summary>What is asked for by name is missed by name; of all articles those count that a store has, and the source must have each.</summary>
    private static IEnumerable<SkippedArticle> Skips(string sku, List<Found> finds, StockSyncParameters parameters) => finds
        .Where(find => find.Reason is { } reason && (reason != SkipReason.Missing || parameters.Skus is not null || find.Connection == parameters.Source))
        .Select(find => new SkippedArticle(sku, find.Connection, find.Reason!.Value));

    private static Found? Source(List<Found> finds, StockSyncParameters parameters) => parameters.Source == StockSyncParameters.Lowest
        ? finds.Where(static find => find.Entry is not null).MinBy(static find => find.Level)
        : finds.Find(find => find.Entry is not null && find.Connection == parameters.Source);

    private static StockProposal? Propose(string sku, Found source, Found other, int buffer)
    {
        var entry = other.Entry!;

        // Most platforms take whole pieces only, so whole pieces are what is compared.
        var target = decimal.Floor(Math.Max(0, source.Level - buffer));
        return decimal.Floor(other.Level) == target ? null
            : new StockProposal(sku, entry.Title.Length > 0 ? entry.Title : source.Entry!.Title, other.Connection, entry.ItemId, entry.LocationId, other.Level, target, source.Connection, source.Level);
    }

    /// <param name="Entry">Null when there is none to go by, for the reason.</param>
    private sealed record Found(string Connection, StockBookEntry? Entry, SkipReason? Reason)
    {
        public decimal Level => Entry!.Available!.Value;
    }

    private sealed class Shelf(StoreStock store)
    {
        private readonly ILookup<string, StockBookEntry> _bySku = store.Entries.Where(static entry => entry.Sku.Length > 0).ToLookup(static entry => entry.Sku, StringComparer.Ordinal);

        // Variants that draw on one number, as where a product counts for all of them: setting it for one sets it for the others.
        private readonly HashSet<(string, string)> _shared =
        [
            .. store.Entries.GroupBy(static entry => (entry.ItemId, entry.LocationId)).Where(static place => place.DistinctBy(static entry => entry.Sku).Count() > 1).Select(static place => place.Key),
        ];

        public IEnumerable<string> Skus => _bySku.Select(static group => group.Key);

        public Found Find(string sku)
        {
            // The same item may stand under several products; it is still one level.
            var places = _bySku[sku].DistinctBy(static entry => (entry.ItemId, entry.LocationId)).ToList();
            var counted = places.Where(static entry => entry.Available is not null).ToList();
            return (places.Count, counted.Count) switch
            {
                (0, _) => new Found(store.Connection, null, SkipReason.Missing),
                (_, 0) => new Found(store.Connection, null, SkipReason.Untracked),
                (_, 1) when !_shared.Contains((counted[0].ItemId, counted[0].LocationId)) && places.TrueForAll(entry => entry.ItemId == counted[0].ItemId) => new Found(store.Connection, counted[0], null),
                _ => new Found(store.Connection, null, SkipReason.Ambiguous),
            };
        }
    }
}
