namespace StoreClaw.Reports.StockSync;

/// <summary>How a stock sync is said in one language.</summary>
internal abstract class StockSyncWords
{
    private const int StoreBytes = 48;

    public static StockSyncWords English { get; } = new EnglishWords();

    public static StockSyncWords Chinese { get; } = new ChineseWords();

    public abstract string FullReport { get; }

    public abstract string Title(StockSyncReport report);

    /// <summary>How many articles were compared, and how many levels are as they should be.</summary>
    public abstract string Compared(StockSyncReport report);

    /// <summary>What the levels are held against.</summary>
    public abstract string Rule(StockSyncReport report);

    /// <summary>More proposals are in the full report.</summary>
    public abstract string More(int count);

    /// <summary>More differ than one run proposes.</summary>
    public abstract string Left(int count);

    public abstract string Why(SkipReason reason);

    public abstract string Skipped(SkipReason reason, IReadOnlyList<string> names, int more);

    /// <summary>Null for the lowest.</summary>
    protected static string? Source(StockSyncReport report) =>
        report.Stores.FirstOrDefault(store => store.Connection == report.Parameters.Source) is { } store ? ReadableText.Cut(store.Name, StoreBytes) : null;

    protected static int Changes(StockSyncReport report) => report.Proposals.Count + report.Left;

    private sealed class EnglishWords : StockSyncWords
    {
        public override string FullReport => "Full report";

        public override string Title(StockSyncReport report) => Changes(report) switch
        {
            0 => "Stock sync: nothing to change",
            1 => "Stock sync: 1 change proposed",
            var count => $"Stock sync: {Figures.Read(count)} changes proposed",
        };

        public override string Compared(StockSyncReport report) =>
            $"{Figures.Read(report.Compared)} {(report.Compared == 1 ? "article" : "articles")} compared across {report.Stores.Count} stores, {Figures.Read(report.InStep)} {(report.InStep == 1 ? "level" : "levels")} as they should be.";

        public override string Rule(StockSyncReport report) =>
            $"{(Source(report) is { } store ? $"{store} is the source" : "The store that has least of an article is its source")}{(report.Parameters.Buffer > 0 ? $"; the others get {Figures.Read(report.Parameters.Buffer)} less, and never less than 0" : "; the others get what it has, and never less than 0")}.";

        public override string More(int count) => $"{Figures.Read(count)} more in the full report.";

        public override string Left(int count) => $"{Figures.Read(count)} more {(count == 1 ? "level differs" : "levels differ")} and {(count == 1 ? "is" : "are")} left to the next run.";

        public override string Why(SkipReason reason) => reason switch
        {
            SkipReason.Missing => "not in the store",
            SkipReason.Untracked => "the store does not count it",
            SkipReason.Ambiguous => "several variants or places have this SKU, or share its number",
            _ => "the store must be connected again",
        };

        public override string Skipped(SkipReason reason, IReadOnlyList<string> names, int more) =>
            $"Left as they are ({Why(reason)}): {string.Join(", ", names)}{(more == 0 ? "" : $" and {Figures.Read(more)} more")}";
    }

    private sealed class ChineseWords : StockSyncWords
    {
        public override string FullReport => "查看完整报告";

        public override string Title(StockSyncReport report) => Changes(report) is > 0 and var count ? $"库存同步：建议修改 {Figures.Read(count)} 项" : "库存同步：无需修改";

        public override string Compared(StockSyncReport report) => $"在 {report.Stores.Count} 家店铺间比对了 {Figures.Read(report.Compared)} 个商品，{Figures.Read(report.InStep)} 项库存一致。";

        public override string Rule(StockSyncReport report) =>
            $"以{(Source(report) is { } store ? $" {store} " : "库存最少的店铺")}为准{(report.Parameters.Buffer > 0 ? $"，其他店铺少放 {Figures.Read(report.Parameters.Buffer)} 件" : "")}，不低于 0。";

        public override string More(int count) => $"另有 {Figures.Read(count)} 项，见完整报告。";

        public override string Left(int count) => $"还有 {Figures.Read(count)} 项不一致，留待下次运行。";

        public override string Why(SkipReason reason) => reason switch
        {
            SkipReason.Missing => "店铺中没有",
            SkipReason.Untracked => "店铺未跟踪库存",
            SkipReason.Ambiguous => "多个规格或仓库使用同一 SKU，或共用库存",
            _ => "店铺需要重新连接",
        };

        public override string Skipped(SkipReason reason, IReadOnlyList<string> names, int more) =>
            $"保持不变（{Why(reason)}）：{string.Join("、", names)}{(more == 0 ? "" : $" 等 {Figures.Read(names.Count + more)} 项")}";
    }
}
