using StoreClaw.Commerce;
using StoreClaw.Common;

namespace StoreClaw.Reports.Sales;

/// <summary>What was sold in a span of time in one currency; sums of it are exact.</summary>
internal sealed class SalesSums
{
    public int Orders { get; set; }

    public decimal Gmv { get; set; }

    public decimal Units { get; set; }

    /// <summary>Of the orders, those the platform gives no amounts for.</summary>
    public int Unpriced { get; set; }

    public int Cancelled { get; set; }

    public decimal Refunds { get; set; }

    public decimal AverageOrderValue => Figures.Ratio(Gmv, Orders - Unpriced);

    public void Add(BookSums other) => Add(other.Orders, other.Gmv, other.Units, other.Unpriced, other.Cancelled, other.Refunds);

    public void Add(SalesSums other) => Add(other.Orders, other.Gmv, other.Units, other.Unpriced, other.Cancelled, other.Refunds);

    private void Add(int orders, decimal gmv, decimal units, int unpriced, int cancelled, decimal refunds)
    {
        Orders += orders;
        Gmv += gmv;
        Units += units;
        Unpriced += unpriced;
        Cancelled += cancelled;
        Refunds += refunds;
    }
}

/// <summary>Sums per currency and stretch of time. Every border of the windows cuts a stretch, so each window is a run of whole ones.</summary>
internal sealed class SalesTimeline
{
    private readonly TimeZoneInfo _zone;
    private readonly long[] _cuts;
    private readonly Dictionary<string, SalesSums>[] _stretches;

    public SalesTimeline(SalesWindows windows)
    {
        _zone = windows.Zone;
        var days = SalesWindows.Between(windows.FirstDay, windows.EndDay.AddDays(1)).Select(_zone.StartOfDay);
        DateTimeOffset[] others = [windows.Period.From, windows.Period.To, windows.Previous.From, windows.Previous.To];
        _cuts = [.. days.Concat(others).Where(cut => cut <= windows.Period.To).Select(static cut => cut.UtcTicks).Distinct().Order()];
        _stretches = new Dictionary<string, SalesSums>[_cuts.Length - 1];
        for (var i = 0; i < _stretches.Length; i++)
        {
            _stretches[i] = new Dictionary<string, SalesSums>(StringComparer.Ordinal);
        }
    }

    /// <summary>The borders of the stretches.</summary>
    public IReadOnlyList<DateTimeOffset> Cuts => [.. _cuts.Select(static cut => new DateTimeOffset(cut, TimeSpan.Zero))];

    /// <summary>Currencies with anything in any stretch.</summary>
    public IReadOnlyCollection<string> Currencies => [.. _stretches.SelectMany(static stretch => stretch.Keys).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>The sums of the stretch that the instant lies in.</summary>
    public SalesSums At(DateTimeOffset instant, string currency)
    {
        var index = Array.BinarySearch(_cuts, instant.UtcTicks);
        var stretch = _stretches[index >= 0 ? index : ~index - 1];
        if (!stretch.TryGetValue(currency, out var sums))
        {
            stretch[currency] = sums = new SalesSums();
        }

        return sums;
    }

    /// <summary>The sums over a window.</summary>
    public SalesSums Over(DateTimeOffset from, DateTimeOffset to, string currency)
    {
        var total = new SalesSums();
        for (var i = 0; i < _stretches.Length; i++)
        {
            if (_cuts[i] >= from.UtcTicks && _cuts[i + 1] <= to.UtcTicks && _stretches[i].TryGetValue(currency, out var sums))
            {
                total.Add(sums);
            }
        }

        return total;
    }

    public SalesSums On(DateOnly day, string currency) => Over(_zone.StartOfDay(day), _zone.StartOfDay(day.AddDays(1)), currency);
}
