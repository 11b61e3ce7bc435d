using System.Globalization;
using StoreClaw.Commerce;
using StoreClaw.Notifications;
using StoreClaw.Reports;

namespace StoreClaw.Alerts;

/// <summary>Articles low or sold out, and prices that must be a mistake. Judges what is there now, so that it does not matter in what order or how often it is asked.</summary>
public sealed class ArticleCheck(CommerceStore store, ArticleNames names, AlertBook book, AlertPolicy policy, TimeProvider time)
{
    private const int NameBytes = 90;

    /// <summary>An item's stock is the sum over its places; one that the platform does not track is never low.</summary>
    public async Task StockAsync(string connection, IReadOnlyList<string> items, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        foreach (var item in items)
        {
            var levels = await store.StockAsync(connection, item, cancellationToken);
            var tracked = levels.Where(static level => level.Available is not null).ToList();
            var left = tracked.Sum(static level => level.Available ?? 0);
            var isTracked = tracked.Count > 0 && tracked.Count == levels.Count;
            var (isOut, isLow) = (isTracked && left <= 0, isTracked && left > 0 && left <= policy.StockLow);
            var article = await NameAsync(connection, item, levels, isOut || isLow, open, cancellationToken);
            var back = isTracked ? AlertWords.InStock(article, left) : null;
            await SetAsync(
                new(AlertKind.StockOut, connection, item, Urgency.Warning, AlertText.None, AlertText.None) { About = article, Occurrence = Text(left) }, isOut ? AlertWords.StockOut(article) : null, open, back, cancellationToken);
            await SetAsync(
                new(AlertKind.StockLow, connection, item, Urgency.Info, AlertText.None, AlertText.None) { About = article, Occurrence = Text(left) }, isLow ? AlertWords.StockLow(article, left) : null, open, isOut ? null : back, cancellationToken);
        }
    }

    /// <summary>A price is held against the former one, and while the alert is open against the one before the mistake.</summary>
    public async Task PricesAsync(string connection, IReadOnlyList<PriceMove> moves, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        foreach (var move in moves)
        {
            var known = open.FirstOrDefault(alert => alert.Kind == AlertKind.Price && alert.Subject == move.Variant);
            var former = known?.Reference ?? move.Before;
            if (PriceMove.IsFarFrom(former, move.Now))
            {
                var article = ReadableText.Cut(move.Article, NameBytes);
                var (cause, advice) = AlertWords.Price(article, former, move.Now);
                await book.SeenAsync(
                    new AlertSighting(AlertKind.Price, connection, move.Variant, Urgency.Critical, cause, advice) { About = article, Occurrence = Text(move.Now), Reference = former }, cancellationToken);
            }
            else if (known is not null)
            {
                await book.GoneAsync(known, AlertWords.PriceBack(known.About, move.Now), cancellationToken);
            }
        }
    }

    /// <summary>What stands for <see cref="AlertPolicy.PriceMeant"/> is meant.</summary>
    public async Task AgeAsync(IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        foreach (var alert in open.Where(alert => alert.Kind == AlertKind.Price && time.GetUtcNow() - alert.LastSeen >= AlertPolicy.PriceMeant))
        {
            await book.GoneAsync(alert, AlertWords.PriceMeant(alert.Cause), cancellationToken);
        }
    }

    /// <summary>As an open alert has it; only what is to be told of anew is looked up.</summary>
    private async Task<string> NameAsync(string connection, string item, IReadOnlyList<StockLevel> levels, bool isTold, IReadOnlyList<Alert> open, CancellationToken cancellationToken)
    {
        if (open.FirstOrDefault(alert => alert.Kind is AlertKind.StockOut or AlertKind.StockLow && alert.Subject == item) is { } known)
        {
            return known.About;
        }

        var name = isTold ? await names.FindAsync(connection, item, cancellationToken) : null;
        return ReadableText.Cut(name ?? levels.Select(static level => level.Sku).FirstOrDefault(static sku => !string.IsNullOrEmpty(sku)) ?? item, NameBytes);
    }

    private static string Text(decimal number) => number.ToString(CultureInfo.InvariantCulture);

    /// <param name="words">Null when it is not so.</param>
    /// <param name="ending">What is told when it is so no more; null for nothing, since another alert says it or there is nothing to say.</param>
    private async Task SetAsync(AlertSighting sighting, (AlertText Cause, AlertText Advice)? words, IReadOnlyList<Alert> open, AlertText? ending, CancellationToken cancellationToken)
    {
        if (words is var (cause, advice))
        {
            await book.SeenAsync(sighting with { Cause = cause, Advice = advice }, cancellationToken);
        }
        else if (open.FirstOrDefault(alert => alert.Kind == sighting.Kind && alert.Subject == sighting.Subject) is { } alert)
        {
            await (ending is null ? book.DropAsync(alert, cancellationToken) : book.GoneAsync(alert, ending, cancellationToken));
        }
    }
}
