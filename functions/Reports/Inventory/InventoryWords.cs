using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Inventory;

/// <summary>How an inventory review is said in one language.</summary>
internal abstract class InventoryWords
{
    public static InventoryWords English { get; } = new EnglishWords();

    public static InventoryWords Chinese { get; } = new ChineseWords();

    /// <summary>The words it has in common with the sales report.</summary>
    public abstract SalesWords Sales { get; }

    public abstract string Out { get; }

    public abstract string Restock { get; }

    public abstract string Overstock { get; }

    public abstract string Dead { get; }

    public abstract string NothingToDo { get; }

    public abstract string Summary(StockCounts counts);

    public abstract string Order(decimal units);

    public abstract string Sells(decimal velocity);

    /// <summary>What is there and how long it lasts.</summary>
    public abstract string Left(decimal onHand, decimal? days);

    public abstract string TooMuch(int rows, decimal units);

    public abstract string Unsold(int rows, decimal units);

    /// <summary>More rows to order are in the full report.</summary>
    public abstract string MoreToOrder(int rows);

    public abstract string At(string place);

    public abstract string ShortHistory(string store, int days);

    public abstract string NoStock(string store);

    public string Title(InventoryReport report)
    {
        var zone = WallClock.TryFindZone(report.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        return Title(zone.LocalDay(report.AsOf), Sales.Stores(SalesWords.Names(report)));
    }

    protected abstract string Title(DateOnly day, string stores);

    private sealed class EnglishWords : InventoryWords
    {
        public override SalesWords Sales => SalesWords.English;

        public override string Out => "Out of stock";

        public override string Restock => "Order now";

        public override string Overstock => "Too much in stock";

        public override string Dead => $"Not sold for {DemandForecaster.HistoryDays} days";

        public override string NothingToDo => "Nothing is out of stock and nothing needs to be ordered.";

        public override string Summary(StockCounts counts) =>
            $"{Figures.Read(counts.Out)} out of stock · {Figures.Read(counts.Restock)} to order · {Figures.Read(counts.Overstock)} too many · {Figures.Read(counts.Dead)} not selling";

        public override string Order(decimal units) => $"order {Figures.Read(units)}";

        public override string Sells(decimal velocity) => $"sells {Velocity(velocity)} a day";

        public override string Left(decimal onHand, decimal? days) => days is { } known ? $"{Figures.Read(onHand)} left for {Days(known)} {(Days(known) == "1" ? "day" : "days")}" : $"{Figures.Read(onHand)} left";

        public override string TooMuch(int rows, decimal units) => $"{Figures.Read(rows)} {(rows == 1 ? "article" : "articles")}, {Figures.Read(units)} units more than needed";

        public override string Unsold(int rows, decimal units) => $"{Figures.Read(rows)} {(rows == 1 ? "article" : "articles")}, {Figures.Read(units)} units";

        public override string MoreToOrder(int rows) => $"{Figures.Read(rows)} more to order in the full report.";

        public override string At(string place) => $"at {place}";

        public override string ShortHistory(string store, int days) => $"Only {days} {(days == 1 ? "day" : "days")} of sales {(days == 1 ? "is" : "are")} known of {store}: its forecasts are rough.";

        public override string NoStock(string store) => $"No stock is counted for {store}, or none was read yet.";

        protected override string Title(DateOnly day, string stores) => string.Create(CultureInfo.InvariantCulture, $"Stock on {Sales.Day(day)} {day.Year} · {stores}");
    }

    private sealed class ChineseWords : InventoryWords
    {
        public override SalesWords Sales => SalesWords.Chinese;

        public override string Out => "已缺货";

        public override string Restock => "现在补货";

        public override string Overstock => "库存过多";

        public override string Dead => $"{DemandForecaster.HistoryDays} 天无销售";

        public override string NothingToDo => "没有缺货,也没有需要补货的商品。";

        public override string Summary(StockCounts counts) =>
            $"缺货 {Figures.Read(counts.Out)} · 需补货 {Figures.Read(counts.Restock)} · 库存过多 {Figures.Read(counts.Overstock)} · 滞销 {Figures.Read(counts.Dead)}";

        public override string Order(decimal units) => $"补 {Figures.Read(units)} 件";

        public override string Sells(decimal velocity) => $"日销 {Velocity(velocity)} 件";

        public override string Left(decimal onHand, decimal? days) => days is { } known ? $"剩 {Figures.Read(onHand)} 件,可售 {Days(known)} 天" : $"剩 {Figures.Read(onHand)} 件";

        public override string TooMuch(int rows, decimal units) => $"{Figures.Read(rows)} 个商品,超出所需 {Figures.Read(units)} 件";

        public override string Unsold(int rows, decimal units) => $"{Figures.Read(rows)} 个商品,共 {Figures.Read(units)} 件";

        public override string MoreToOrder(int rows) => $"另有 {Figures.Read(rows)} 个需补货,见完整报告。";

        public override string At(string place) => $"仓库 {place}";

        public override string ShortHistory(string store, int days) => $"{store} 只有 {days} 天的销售记录,预测仅供参考。";

        public override string NoStock(string store) => $"{store} 没有可统计的库存,或尚未读取。";

        protected override string Title(DateOnly day, string stores) => string.Create(CultureInfo.InvariantCulture, $"{day.Year}年{Sales.Day(day)}库存检查 · {stores}");
    }

    private static string Velocity(decimal velocity) => velocity is > 0 and < 0.1m ? "<0.1" : velocity.ToString("#,##0.#", CultureInfo.InvariantCulture);

    private static string Days(decimal days) => days is > 0 and < 1 ? "<1" : Math.Floor(days).ToString("#,##0", CultureInfo.InvariantCulture);
}
