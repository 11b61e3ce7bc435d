using StoreClaw.Commerce;

namespace StoreClaw.Alerts;

/// <summary>A message of the queue of alert checks: what is to be looked at of one store.</summary>
/// <param name="Connection">Or <see cref="AlertTable.App"/> for what is about no store.</param>
public sealed record AlertCheck(string Connection)
{
    /// <summary>Orders, access, syncs, silence.</summary>
    public bool All { get; init; }

    /// <summary>Items whose stock fell to little or rose from it.</summary>
    public IReadOnlyList<string> Stock { get; init; } = [];

    public IReadOnlyList<PriceMove> Prices { get; init; } = [];
}

/// <summary>A variant's price is another one now.</summary>
/// <param name="Article">What the reader knows it by.</param>
public sealed record PriceMove(string Variant, string Article, decimal Before, decimal Now)
{
    public bool IsAbsurd => IsFarFrom(Before, Now);

    /// <summary>Whether one of the two prices must be a mistake.</summary>
    public static bool IsFarFrom(decimal before, decimal now) => before > 0 && (now <= 0 || now < before * AlertPolicy.LeastPrice || now > before * AlertPolicy.MostPrice);

    /// <summary>Those that a stored product shows.</summary>
    public static IEnumerable<PriceMove> Of(RecordWrite write) => write is not { Record: Product { Deleted: false } product, PricesBefore.Count: > 0 } ? []
        : product.Variants.Where(static variant => variant.Price is not null).DistinctBy(static variant => variant.Id)
            .Where(variant => write.PricesBefore.ContainsKey(variant.Id))
            .Select(variant => new PriceMove(variant.Id, ArticleNames.Of(product, variant), write.PricesBefore[variant.Id], variant.Price!.Value));
}
