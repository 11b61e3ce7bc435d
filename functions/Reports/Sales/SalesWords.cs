using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Notifications;

namespace StoreClaw.Reports.Sales;

/// <summary>How a sales report is said in one language.</summary>
internal abstract class SalesWords
{
    private const int StoreBytes = 64;

    public static SalesWords English { get; } = new EnglishWords();

    public static SalesWords Chinese { get; } = new ChineseWords();

    public abstract string Sales { get; }

    public abstract string Orders { get; }

    public abstract string AverageOrder { get; }

    public abstract string TopSellers { get; }

    public abstract string NothingSold { get; }

    public abstract string FullReport { get; }

    public abstract string MoreCurrencies(int count);

    public abstract string Sold(decimal units);

    public abstract string Refunded(string refunds, string net);

    public abstract string Cancelled(int orders);

    public abstract string NotConnected(string stores);

    public abstract string WithoutAmounts(string store, int orders);

    /// <summary>A share of change and what it is against.</summary>
    public abstract string Against(string change, string what);

    /// <summary>"Sun 1 Mar".</summary>
    public abstract string Day(DateOnly day);

    /// <summary>The days from first to last.</summary>
    public abstract string Days(DateOnly first, DateOnly last);

    public abstract string Stores(IReadOnlyList<string> names);

    public abstract string Title(SalesReport report);

    /// <summary>What the previous period is called next to a change.</summary>
    public abstract string PreviousName(SalesReport report);

    public abstract string WeekdayName(DayOfWeek day);

    /// <param name="named">Counts name their currency too, since there are several.</param>
    public abstract string Sentence(SalesAnomaly anomaly, bool named);

    /// <summary>The first and the last day of a span.</summary>
    public static (DateOnly First, DateOnly Last) Span(Report report, DateTimeOffset from, DateTimeOffset to)
    {
        var zone = WallClock.TryFindZone(report.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var first = zone.LocalDay(from);
        var last = to > from ? zone.LocalDay(to.AddTicks(-1)) : first;
        return (first, last);
    }

    public static (DateOnly First, DateOnly Last) Span(Report report) => Span(report, report.Period.From, report.Period.To);

    public static IReadOnlyList<string> Names(Report report) => [.. report.Stores.Select(static store => ReadableText.Cut(store.Name, StoreBytes))];

    protected static string Amount(SalesAnomaly anomaly, decimal value) =>
        anomaly.Metric is SalesMetric.Orders or SalesMetric.Cancellations ? Figures.Read(value) : Figures.Read(value, anomaly.Currency);

    protected static bool IsExtreme(SalesAnomaly anomaly) => Math.Abs(anomaly.Score) >= SalesAnomalies.Extreme;

    private sealed class EnglishWords : SalesWords
    {
        public override string Sales => "Sales";

        public override string Orders => "Orders";

        public override string AverageOrder => "Average order";

        public override string TopSellers => "Top sellers";

        public override string NothingSold => "No orders, and none in the weeks before.";

        public override string FullReport => "Full report";

        public override string MoreCurrencies(int count) => $"{count} more {(count == 1 ? "currency" : "currencies")} in the full report.";

        public override string Sold(decimal units) => $"{Figures.Read(units)} sold";

        public override string Refunded(string refunds, string net) => $"Refunds {refunds}, net sales {net}";

        public override string Cancelled(int orders) => orders == 1 ? "1 order cancelled" : $"{Figures.Read(orders)} orders cancelled";

        public override string NotConnected(string stores) => $"Not connected any more, so figures may be incomplete: {stores}";

        public override string WithoutAmounts(string store, int orders) => $"The platform gives no amounts for {Figures.Read(orders)} {(orders == 1 ? "order" : "orders")} of {store}: sales leave them out.";

        public override string Against(string change, string what) => $"{change} vs {what}";

        public override string Day(DateOnly day) => day.ToString("ddd d MMM", CultureInfo.InvariantCulture);

        public override string Days(DateOnly first, DateOnly last) => (first, last) switch
        {
            _ when first == last => last.ToString("d MMM yyyy", CultureInfo.InvariantCulture),
            _ when first.Year != last.Year => string.Create(CultureInfo.InvariantCulture, $"{first:d MMM yyyy} – {last:d MMM yyyy}"),
            _ when first.Month != last.Month => string.Create(CultureInfo.InvariantCulture, $"{first:d MMM} – {last:d MMM yyyy}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{first.Day}–{last:d MMM yyyy}"),
        };

        public override string Stores(IReadOnlyList<string> names) => names.Count <= 2 ? string.Join(", ", names) : $"{names[0]}, {names[1]} and {names.Count - 2} more";

        public override string Title(SalesReport report)
        {
            var (first, last) = Span(report);
            var when = report.Parameters.Period switch
            {
                SalesWindows.Yesterday => $"on {Day(first)} {first.Year}",
                SalesWindows.MonthToDate => $"{Days(first, last)}, month to date",
                _ => Days(first, last),
            };
            return $"Sales {when} · {Stores(Names(report))}";
        }

        public override string PreviousName(SalesReport report) => report.Parameters.Period switch
        {
            SalesWindows.Yesterday => Span(report).First.AddDays(-1).ToString("ddd", CultureInfo.InvariantCulture),
            SalesWindows.Last7Days => "the 7 days before",
            SalesWindows.Last30Days => "the 30 days before",
            SalesWindows.Last90Days => "the 90 days before",
            SalesWindows.LastMonth when report.Comparison.Previous is { } previous => Span(report, previous.From, previous.To).First.ToString("MMMM", CultureInfo.InvariantCulture),
            _ when report.Comparison.Previous is { } previous && Span(report, previous.From, previous.To) is var (first, last) => Days(first, last),
            _ => "before",
        };

        public override string WeekdayName(DayOfWeek day) => $"a usual {day.ToString()[..3]}";

        public override string Sentence(SalesAnomaly anomaly, bool named)
        {
            var value = Amount(anomaly, anomaly.Value);
            var currency = named ? $" in {anomaly.Currency}" : "";
            var what = anomaly.Metric switch
            {
                SalesMetric.Orders => $"{value} orders{currency}",
                SalesMetric.Gmv => $"Sales of {value}",
                SalesMetric.AverageOrderValue => $"An average order of {value}",
                SalesMetric.Cancellations => $"{value} cancelled orders{currency}",
                _ => $"Refunds of {value}",
            };
            var where = $"{(IsExtreme(anomaly) ? "far" : "well")} {(anomaly.Direction == AnomalyDirection.High ? "above" : "below")}";
            return $"{what} on {Day(anomaly.Day)}, {where} the usual {Amount(anomaly, anomaly.Expected)}.";
        }
    }

    private sealed class ChineseWords : SalesWords
    {
        public override string Sales => "销售额";

        public override string Orders => "订单";

        public override string AverageOrder => "客单价";

        public override string TopSellers => "热销商品";

        public override string NothingSold => "没有订单,此前几周也没有。";

        public override string FullReport => "查看完整报告";

        public override string MoreCurrencies(int count) => $"另有 {count} 种货币,见完整报告。";

        public override string Sold(decimal units) => $"{Figures.Read(units)} 件";

        public override string Refunded(string refunds, string net) => $"退款 {refunds},净销售额 {net}";

        public override string Cancelled(int orders) => $"取消 {Figures.Read(orders)} 单";

        public override string NotConnected(string stores) => $"以下店铺已断开连接,数据可能不完整:{stores}";

        public override string WithoutAmounts(string store, int orders) => $"平台未提供 {store} 的 {Figures.Read(orders)} 笔订单金额,销售额未计入这些订单。";

        public override string Against(string change, string what) => $"较{what} {change}";

        public override string Day(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{day.Month}月{day.Day}日({Weekday(day.DayOfWeek)})");

        public override string Days(DateOnly first, DateOnly last) => (first, last) switch
        {
            _ when first == last => Full(last),
            _ when first.Year != last.Year => $"{Full(first)}–{Full(last)}",
            _ when first.Month != last.Month => string.Create(CultureInfo.InvariantCulture, $"{Full(first)}–{last.Month}月{last.Day}日"),
            _ => string.Create(CultureInfo.InvariantCulture, $"{Full(first)}–{last.Day}日"),
        };

        public override string Stores(IReadOnlyList<string> names) => names.Count <= 2 ? string.Join("、", names) : $"{names[0]}、{names[1]} 等 {names.Count} 家店";

        public override string Title(SalesReport report)
        {
            var (first, last) = Span(report);
            var when = report.Parameters.Period switch
            {
                SalesWindows.Yesterday => string.Create(CultureInfo.InvariantCulture, $"{first.Year}年{Day(first)}销售日报"),
                SalesWindows.MonthToDate => $"{Days(first, last)}销售报告(本月至今)",
                _ => $"{Days(first, last)}销售报告",
            };
            return $"{when} · {Stores(Names(report))}";
        }

        public override string PreviousName(SalesReport report) => report.Parameters.Period switch
        {
            SalesWindows.Yesterday => Weekday(Span(report).First.AddDays(-1).DayOfWeek),
            SalesWindows.Last7Days => "前7天",
            SalesWindows.Last30Days => "前30天",
            SalesWindows.Last90Days => "前90天",
            SalesWindows.LastMonth when report.Comparison.Previous is { } previous => $"{Span(report, previous.From, previous.To).First.Month}月",
            _ when report.Comparison.Previous is { } previous && Span(report, previous.From, previous.To) is var (first, last) => Days(first, last),
            _ => "此前",
        };

        public override string WeekdayName(DayOfWeek day) => $"往常{Weekday(day)}";

        public override string Sentence(SalesAnomaly anomaly, bool named)
        {
            var currency = named ? $" {anomaly.Currency} " : "";
            var (what, unit) = anomaly.Metric switch
            {
                SalesMetric.Orders => ($"{currency}订单", " 单"),
                SalesMetric.Gmv => ("销售额", ""),
                SalesMetric.AverageOrderValue => ("客单价", ""),
                SalesMetric.Cancellations => ($"{currency}取消订单", " 单"),
                _ => ("退款", ""),
            };
            var where = $"{(IsExtreme(anomaly) ? "远" : "明显")}{(anomaly.Direction == AnomalyDirection.High ? "高于" : "低于")}";
            return $"{Day(anomaly.Day)}{what} {Amount(anomaly, anomaly.Value)}{unit},{where}往常的 {Amount(anomaly, anomaly.Expected)}{unit}。";
        }

        private static string Full(DateOnly day) => string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{day.Month}月{day.Day}日");

        private static string Weekday(DayOfWeek day) => "周" + "日一二三四五六"[(int)day];
    }
}
