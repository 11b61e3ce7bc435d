using System.Globalization;
using StoreClaw.Commerce;
using StoreClaw.Connections;
using StoreClaw.Reports;
using StoreClaw.Storage;

namespace StoreClaw.Alerts;

/// <summary>What is said of each cause, and what to do.</summary>
internal static class AlertWords
{
    private const int NameBytes = 90;
    private const int ReasonBytes = 240;

    public static AlertText AccessBack { get; } = new("Connected again", "已重新连接");

    public static (AlertText Cause, AlertText Advice) Orders(Verdict verdict, int hour)
    {
        var (value, usual, clock) = (Figures.Read(verdict.Value), Figures.Read(verdict.Usual), Clock(hour));
        return verdict.Score > 0
            ? (new($"More orders than usual: {value} from {clock}, usually {usual}", $"订单偏多：{clock} 有 {value} 单，通常 {usual} 单"), Surge)
            : (new($"Fewer orders than usual: {value} from {clock}, usually {usual}", $"订单偏少：{clock} 有 {value} 单，通常 {usual} 单"), Slump);
    }

    public static (AlertText Cause, AlertText Advice) Sales(Verdict verdict, string currency, int hour)
    {
        var (value, usual, clock) = (Figures.Read(verdict.Value, currency), Figures.Read(verdict.Usual, currency), Clock(hour));
        return verdict.Score > 0
            ? (new($"Sales higher than usual: {value} from {clock}, usually {usual}", $"销售额偏高：{clock} 为 {value}，通常 {usual}"), Surge)
            : (new($"Sales lower than usual: {value} from {clock}, usually {usual}", $"销售额偏低：{clock} 为 {value}，通常 {usual}"), Slump);
    }

    public static (AlertText Cause, AlertText Advice) Cancellations(Verdict verdict, int placed, DateOnly day)
    {
        var (value, usual, on) = (Figures.Read(verdict.Value), Figures.Read(decimal.Round(verdict.Usual, 1)), Day(day));
        return (
            new($"Cancellations are surging: {value} of {placed} orders of {on}, usually {usual}", $"取消激增：{on} 的 {placed} 单中有 {value} 单取消，通常 {usual} 单"),
            InCommon);
    }

    public static (AlertText Cause, AlertText Advice) LateCancellations(Verdict verdict, DateOnly day)
    {
        var (value, usual, on) = (Figures.Read(verdict.Value), Figures.Read(decimal.Round(verdict.Usual, 1)), Day(day));
        return (
            new($"Cancellations are surging: {value} orders of earlier days were cancelled on {on}, usually {usual}", $"取消激增：{on} 有 {value} 个此前的订单被取消，通常 {usual} 单"),
            InCommon);
    }

    public static (AlertText Cause, AlertText Advice) Refunds(Verdict verdict, string currency, int count)
    {
        var (value, usual) = (Figures.Read(verdict.Value, currency), Figures.Read(verdict.Usual, currency));
        return (
            new($"Refunds are surging: {value} in {count} refunds today, usually {usual} a day", $"退款激增：今天 {count} 笔共 {value}，通常每天 {usual}"),
            new("Look at what the refunded orders have in common, and who gives the refunds.", "请查看退款订单的共同点以及退款操作人。"));
    }

    public static (AlertText Cause, AlertText Advice) StockLow(string article, decimal left) => (
        new($"Low stock: {article}, {Figures.Read(left)} left", $"库存不足：{article}，剩 {Figures.Read(left)} 件"),
        new("Restock it, or slow its ads down.", "请补货，或降低广告投放。"));

    public static (AlertText Cause, AlertText Advice) StockOut(string article) => (
        new($"Sold out: {article}", $"已售罄：{article}"),
        new("Restock it, or stop its ads until it is back.", "请补货，或在到货前暂停广告。"));

    public static AlertText InStock(string article, decimal left) => new($"Back in stock: {article}, {Figures.Read(left)} there", $"已补货：{article}，现有 {Figures.Read(left)} 件");

    public static (AlertText Cause, AlertText Advice) Price(string article, decimal before, decimal now) => (
        new($"Price changed absurdly: {article} from {Figures.Amount(before)} to {Figures.Amount(now)}", $"价格异常：{article} 由 {Figures.Amount(before)} 变为 {Figures.Amount(now)}"),
        new("Correct the price, or mute this alert if it is meant.", "请更正价格；如属有意，可静音此提醒。"));

    public static AlertText PriceBack(string article, decimal now) => new($"Price is plausible again: {article} at {Figures.Amount(now)}", $"价格已恢复正常：{article} 为 {Figures.Amount(now)}");

    public static AlertText PriceMeant(AlertText cause) => new($"Stands for a day and is taken as meant. {cause.English}", $"已持续一天，视为有意。{cause.Chinese}");

    public static (AlertText Cause, AlertText Advice) Quiet(DateTimeOffset since, double expected) => (
        new($"Gone quiet: no order and no webhook since {Time(since)} UTC; about {Figures.Read((decimal)Math.Round(expected))} orders would be usual", $"店铺无动静：自 {Time(since)} UTC 起无订单也无通知，通常应有约 {Figures.Read((decimal)Math.Round(expected))} 单"),
        new("Place a test order; look whether the shop is open and payments work.", "请下测试单，检查店铺是否营业、支付是否正常。"));

    public static (AlertText Cause, AlertText Advice) SyncFailing(Resource resource, string? error)
    {
        var reason = ReadableText.Cut(error ?? "", ReasonBytes);
        var (name, chinese) = resource switch
        {
            Resource.Orders => ("Orders", "订单"),
            Resource.Products => ("Products", "商品"),
            Resource.Stock => ("Stock", "库存"),
            _ => ("Customers", "客户"),
        };
        return (new($"{name} cannot be read: {reason}", $"{chinese}无法同步：{reason}"), new("StoreClaw tries again by itself; figures may be behind until it works.", "StoreClaw 会自动重试；恢复前数据可能滞后。"));
    }

    public static (AlertText Cause, AlertText Advice) Rejected(Connection store, string? reason)
    {
        var why = ReadableText.Cut(reason ?? "", ReasonBytes);
        return (
            new($"{Name(store)} must be connected again{(why.Length > 0 ? $": {why}" : "")}", $"{Name(store)} 需要重新授权{(why.Length > 0 ? $"：{why}" : "")}"),
            new("Until then StoreClaw gets nothing new from it.", "在此之前，StoreClaw 无法获取其新数据。"));
    }

    public static (AlertText Cause, AlertText Advice) Removed(Connection store) => (
        new($"{Name(store)} was disconnected on the platform", $"{Name(store)} 已在平台上断开"),
        new("Its history is kept. Connect the store again to go on.", "历史数据已保留。重新连接店铺即可继续。"));

    public static (AlertText Cause, AlertText Advice) Ends(Connection store, DateOnly until) => (
        new($"The approval of {Name(store)} ends on {Day(until)}", $"{Name(store)} 的授权将于 {Day(until)} 到期"),
        new("Connect the store again before that day.", "请在此之前重新授权。"));

    public static (AlertText Cause, AlertText Advice) Parked(ParkedMessage message)
    {
        var (what, why) = (ReadableText.Cut($"{message.Queue} {message.Subject}".Trim(), NameBytes), ReadableText.Cut(message.Cause, ReasonBytes));
        return (
            new($"A message was set aside: {what}: {why}", $"有消息被搁置：{what}：{why}"),
            new($"GET /api/parked lists all; replay: POST /api/parked/{message.Id}/replay", $"GET /api/parked 查看全部；重放：POST /api/parked/{message.Id}/replay"));
    }

    public static AlertText NoneParked { get; } = new("Nothing is set aside any more", "搁置的消息已清空");

    public static (AlertText Cause, AlertText Advice) TaskLate(string name, DateTimeOffset due)
    {
        var task = ReadableText.Cut(name, NameBytes);
        return (
            new($"Task late: {task} has been due since {Time(due)} UTC and has not run", $"任务延迟：{task} 应于 {Time(due)} UTC 运行，至今未运行"),
            new("GET /api/tasks shows how it is doing; look whether StoreClaw is short of time or its queue stands still.", "可通过 GET /api/tasks 查看状态；请检查 StoreClaw 是否繁忙或队列停滞。"));
    }

    private static AlertText InCommon { get; } = new("Look at what the cancelled orders have in common: an article, a payment, a carrier, one buyer.", "请查看被取消订单的共同点：商品、支付、物流或买家。");

    private static AlertText Slump { get; } = new("Look whether the shop opens, checkout and payments work, and at prices and ads.", "请检查店铺、结账和支付是否正常，以及价格和广告。");

    private static AlertText Surge { get; } = new("Look at prices, promotions and stock: a wrong price sells fast.", "请检查价格、促销和库存：价格错误会导致抢购。");

    private static string Clock(int hour) => string.Create(CultureInfo.InvariantCulture, $"{hour:D2}:00–{(hour + 1) % 24:D2}:00");

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset instant) => instant.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Name(Connection store) => ReadableText.Cut(store.Name, NameBytes);
}
