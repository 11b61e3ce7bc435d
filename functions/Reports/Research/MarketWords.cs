using System.Globalization;

namespace StoreClaw.Reports.Research;

/// <summary>How a market research report is said in one language.</summary>
internal abstract class MarketWords
{
    private const int StoreBytes = 64;

    public static MarketWords English { get; } = new EnglishWords();

    public static MarketWords Chinese { get; } = new ChineseWords();

    public abstract string Keywords { get; }

    public abstract string Products { get; }

    public abstract string NoSearches { get; }

    public abstract string FullReport { get; }

    public abstract string Title(MarketReport report);

    /// <summary>The month, or the last 30 days.</summary>
    public abstract string Scope(MarketReport report);

    public abstract string Searches(string count);

    public abstract string OnTheYear(string change);

    public abstract string Units(string count);

    public abstract string Rated(string rating);

    public abstract string Rank(string rank);

    public abstract string Since(DateTimeOffset instant);

    /// <summary>More products are in the full report.</summary>
    public abstract string MoreProducts(int count);

    public abstract string Missing(MissingCause cause, IReadOnlyList<string> names, int more);

    protected static string Store(MarketReport report) => ReadableText.Cut(report.Stores[0].Name, StoreBytes);

    protected static DateOnly? Month(MarketReport report) => report.Parameters.Month is { } month ? DateOnly.ParseExact(month, "yyyyMM", CultureInfo.InvariantCulture) : null;

    private sealed class EnglishWords : MarketWords
    {
        public override string Keywords => "Keywords";

        public override string Products => "Products";

        public override string NoSearches => "no search figures";

        public override string FullReport => "Full report";

        public override string Title(MarketReport report) => $"Market research {report.Parameters.Marketplace}, {Scope(report)} · {Store(report)}";

        public override string Scope(MarketReport report) => Month(report)?.ToString("MMMM yyyy", CultureInfo.InvariantCulture) ?? "last 30 days";

        public override string Searches(string count) => $"{count} searches";

        public override string OnTheYear(string change) => $"{change} on the year";

        public override string Units(string count) => $"{count} a month";

        public override string Rated(string rating) => $"rated {rating}";

        public override string Rank(string rank) => $"rank {rank}";

        public override string Since(DateTimeOffset instant) => $"Changes since {instant.ToString("d MMM", CultureInfo.InvariantCulture)}.";

        public override string MoreProducts(int count) => $"{count} more {(count == 1 ? "product" : "products")} in the full report.";

        public override string Missing(MissingCause cause, IReadOnlyList<string> names, int more) =>
            $"{Why(cause)}: {string.Join(", ", names)}{(more == 0 ? "" : $" and {more} more")}";

        private static string Why(MissingCause cause) => cause switch
        {
            MissingCause.NoData => "The platform has no figures for",
            MissingCause.QuestionRefused => "Not taken by the platform",
            MissingCause.QuotaExhausted => "Left out, since the plan's calls are used up",
            MissingCause.NotConnected => "Left out, since the account must be connected again",
            _ => "Left out, since the platform failed",
        };
    }

    private sealed class ChineseWords : MarketWords
    {
        public override string Keywords => "关键词";

        public override string Products => "关注的商品";

        public override string NoSearches => "暂无搜索数据";

        public override string FullReport => "查看完整报告";

        public override string Title(MarketReport report) => $"{report.Parameters.Marketplace} 站市场调研（{Scope(report)}） · {Store(report)}";

        public override string Scope(MarketReport report) => Month(report) is { } month ? string.Create(CultureInfo.InvariantCulture, $"{month.Year}年{month.Month}月") : "近30天";

        public override string Searches(string count) => $"搜索量 {count}";

        public override string OnTheYear(string change) => $"同比 {change}";

        public override string Units(string count) => $"月销 {count} 件";

        public override string Rated(string rating) => $"评分 {rating}";

        public override string Rank(string rank) => $"排名 {rank}";

        public override string Since(DateTimeOffset instant) => string.Create(CultureInfo.InvariantCulture, $"括号内为较 {instant.Month}月{instant.Day}日 的变化。");

        public override string MoreProducts(int count) => string.Create(CultureInfo.InvariantCulture, $"另有 {count} 个商品，见完整报告。");

        public override string Missing(MissingCause cause, IReadOnlyList<string> names, int more) =>
            $"{Why(cause)}：{string.Join("、", names)}{(more == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" 等 {names.Count + more} 项"))}";

        private static string Why(MissingCause cause) => cause switch
        {
            MissingCause.NoData => "平台暂无数据",
            MissingCause.QuestionRefused => "平台不支持该查询",
            MissingCause.QuotaExhausted => "套餐调用次数已用完，未能查询",
            MissingCause.NotConnected => "账号需要重新连接，未能查询",
            _ => "平台暂时不可用，未能查询",
        };
    }
}
