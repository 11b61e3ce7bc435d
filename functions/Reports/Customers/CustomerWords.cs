using System.Globalization;
using StoreClaw.Common;
using StoreClaw.Reports.Sales;

namespace StoreClaw.Reports.Customers;

/// <summary>How a customer summary is said in one language. Days, stores and what is missing are said as in the sales report.</summary>
internal abstract class CustomerWords(SalesWords sales)
{
    private const int StoreBytes = 64;

    public static CustomerWords English { get; } = new EnglishWords();

    public static CustomerWords Chinese { get; } = new ChineseWords();

    public SalesWords Sales => sales;

    public abstract string New { get; }

    public abstract string Returning { get; }

    public abstract string RepeatRate { get; }

    public abstract string Guests { get; }

    public abstract string BestCustomers { get; }

    public string FullReport => sales.FullReport;

    public abstract string Nobody(int days);

    /// <summary>Good customers who stay away, and what they were worth.</summary>
    public abstract string WinBack(int customers, string spent, int days);

    /// <summary>Those who bought once and might buy again now.</summary>
    public abstract string SecondOrder(int customers, string spent);

    public abstract string Known(int total);

    /// <summary>What the repeat rate is a share of.</summary>
    public abstract string Of(int active, int days);

    public abstract string Segment(CustomerSegment segment);

    public abstract string Customers(int customers);

    public abstract string Title(CustomerSummary report);

    /// <summary>"23.4%".</summary>
    public static string Percent(decimal share) => (share * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%";

    protected string Days(CustomerSummary report)
    {
        var zone = WallClock.TryFindZone(report.TimeZone, out var found) ? found : TimeZoneInfo.Utc;
        var (from, to) = (report.Period.From, report.Period.To);
        return sales.Days(zone.LocalDay(from), zone.LocalDay(to > from ? to.AddTicks(-1) : from));
    }

    protected string Stores(CustomerSummary report) => sales.Stores([.. report.Stores.Select(static store => ReadableText.Cut(store.Name, StoreBytes))]);

    private sealed class EnglishWords() : CustomerWords(SalesWords.English)
    {
        public override string New => "New";

        public override string Returning => "Returning";

        public override string RepeatRate => "Repeat rate";

        public override string Guests => "Orders by guests";

        public override string BestCustomers => "Best customers";

        public override string Nobody(int days) => $"No customer has ordered in the last {days} days.";

        public override string WinBack(int customers, string spent, int days) =>
            $"Win back: {Customers(customers)} who bought {spent} in the last {days} days {(customers == 1 ? "has" : "have")} not ordered for {CustomerSegments.Warm} days or more.";

        public override string SecondOrder(int customers, string spent) =>
            $"Second order: {Customers(customers)} bought once, {CustomerSegments.Fresh} to {CustomerSegments.Warm - 1} days ago, for {spent}.";

        public override string Known(int total) => $"{Customers(total)} known";

        public override string Of(int active, int days) => $"of {Customers(active)} in {days} days";

        public override string Segment(CustomerSegment segment) => segment switch
        {
            CustomerSegment.Champions => "Champions",
            CustomerSegment.Loyal => "Loyal",
            CustomerSegment.New => "New",
            CustomerSegment.Promising => "Promising",
            CustomerSegment.AtRisk => "At risk",
            CustomerSegment.CannotLose => "Cannot lose",
            CustomerSegment.AboutToSleep => "About to sleep",
            CustomerSegment.Hibernating => "Hibernating",
            _ => "Lost",
        };

        public override string Customers(int customers) => customers == 1 ? "1 customer" : $"{Figures.Read(customers)} customers";

        public override string Title(CustomerSummary report) =>
            $"Customers {Days(report)}{(report.Parameters.Period == SalesWindows.MonthToDate ? ", month to date" : "")} · {Stores(report)}";
    }

    private sealed class ChineseWords() : CustomerWords(SalesWords.Chinese)
    {
        public override string New => "新客";

        public override string Returning => "回头客";

        public override string RepeatRate => "复购率";

        public override string Guests => "游客订单";

        public override string BestCustomers => "核心客户";

        public override string Nobody(int days) => $"最近 {days} 天没有客户下单。";

        public override string WinBack(int customers, string spent, int days) => $"需要召回:{Customers(customers)}在最近 {days} 天消费 {spent},但已有 {CustomerSegments.Warm} 天以上未下单。";

        public override string SecondOrder(int customers, string spent) => $"促成第二单:{Customers(customers)}在 {CustomerSegments.Fresh}–{CustomerSegments.Warm - 1} 天前只下过一单,共 {spent}。";

        public override string Known(int total) => $"累计客户 {Figures.Read(total)} 位";

        public override string Of(int active, int days) => $"{days} 天内共 {Customers(active)}";

        public override string Segment(CustomerSegment segment) => segment switch
        {
            CustomerSegment.Champions => "冠军客户",
            CustomerSegment.Loyal => "忠诚客户",
            CustomerSegment.New => "新客户",
            CustomerSegment.Promising => "潜力客户",
            CustomerSegment.AtRisk => "流失风险",
            CustomerSegment.CannotLose => "不能失去",
            CustomerSegment.AboutToSleep => "即将沉睡",
            CustomerSegment.Hibernating => "沉睡客户",
            _ => "已流失",
        };

        public override string Customers(int customers) => $"{Figures.Read(customers)} 位客户";

        public override string Title(CustomerSummary report) =>
            $"{Days(report)}客户报告{(report.Parameters.Period == SalesWindows.MonthToDate ? "(本月至今)" : "")} · {Stores(report)}";
    }
}
