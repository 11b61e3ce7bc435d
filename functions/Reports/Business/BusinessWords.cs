using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Business;

/// <summary>How a review is said in one language.</summary>
internal abstract class BusinessWords
{
    public static BusinessWords English { get; } = new EnglishWords();

    public static BusinessWords Chinese { get; } = new ChineseWords();

    /// <summary>The words it has in common with the sales report.</summary>
    public abstract SalesWords Sales { get; }

    public abstract string CameBack { get; }

    public abstract string ByStore { get; }

    public abstract string Up(string currency, bool named);

    public abstract string Down(string currency, bool named);

    public abstract string Returned(ProductReturns row);

    public string Title(BusinessReport report)
    {
        var (first, last) = SalesWords.Span(report);
        return Title(Sales.Days(first, last), report.Parameters.Period == SalesWindows.MonthToDate, Sales.Stores(SalesWords.Names(report)));
    }

    protected abstract string Title(string days, bool isOpen, string stores);

    private sealed class EnglishWords : BusinessWords
    {
        public override SalesWords Sales => SalesWords.English;

        public override string CameBack => "Refunded and cancelled";

        public override string ByStore => "By store";

        public override string Up(string currency, bool named) => named ? $"Moved up, {currency}" : "Moved up";

        public override string Down(string currency, bool named) => named ? $"Moved down, {currency}" : "Moved down";

        public override string Returned(ProductReturns row) => string.Join(
            ", ",
            [
                .. row.Refunds != 0 ? [$"{Figures.Read(row.Refunds, row.Currency)} refunded"] : Array.Empty<string>(),
                .. row.CancelledUnits != 0 ? [$"{Figures.Read(row.CancelledUnits)} cancelled"] : Array.Empty<string>(),
            ]);

        protected override string Title(string days, bool isOpen, string stores) => $"Business review {days}{(isOpen ? ", month to date" : "")} · {stores}";
    }

    private sealed class ChineseWords : BusinessWords
    {
        public override SalesWords Sales => SalesWords.Chinese;

        public override string CameBack => "退款与取消";

        public override string ByStore => "各店铺";

        public override string Up(string currency, bool named) => named ? $"上升最多({currency})" : "上升最多";

        public override string Down(string currency, bool named) => named ? $"下降最多({currency})" : "下降最多";

        public override string Returned(ProductReturns row) => string.Join(
            ",",
            [
                .. row.Refunds != 0 ? [$"退款 {Figures.Read(row.Refunds, row.Currency)}"] : Array.Empty<string>(),
                .. row.CancelledUnits != 0 ? [$"取消 {Figures.Read(row.CancelledUnits)} 件"] : Array.Empty<string>(),
            ]);

        protected override string Title(string days, bool isOpen, string stores) => $"{days}经营回顾{(isOpen ? "(本月至今)" : "")} · {stores}";
    }
}
