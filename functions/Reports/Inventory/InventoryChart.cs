using System.Globalization;

namespace StoreClaw.Reports.Inventory;

/// <summary>How long the stock of the most urgent articles lasts, as bars; what is gone before an order arrives stands out.</summary>
internal static class InventoryChart
{
    private const int MostBars = 10;
    private const int Width = 640;
    private const int NameWidth = 220;
    private const int Step = 20;
    private const int Bar = 14;
    private const int NameBytes = 34;

    public static Html Render(InventoryReport report)
    {
        var items = report.Items.Where(static item => item.Status == StockStatus.Restock).Take(MostBars).ToList();
        if (items.Count < 2)
        {
            return default;
        }

        var longest = Math.Max(1, items.Max(static item => item.DaysOfCover ?? 0));
        var lead = report.Parameters.LeadTimeDays;
        var gone = items.Count(item => item.DaysOfCover < lead);
        var text = string.Create(CultureInfo.InvariantCulture, $"Days of stock of the {items.Count} articles to order that last shortest; dark: gone before an order of today arrives ({lead} days), which {(gone == 1 ? "1 is" : $"{gone} are")}.");
        return Html.Of(
            $"""
            <h2>How long it lasts</h2>
            <svg viewBox="0 0 {Width} {items.Count * Step}" role="img" aria-label="{text}">
            {Html.Of(items.Select((item, index) => BarOf(item, index, longest, lead)))}</svg>
            <p class="soft">{text}</p>

            """);
    }

    private static Html BarOf(StockItem item, int index, decimal longest, int lead)
    {
        var days = item.DaysOfCover ?? 0;
        var width = Math.Max(1, (int)(days / longest * (Width - NameWidth - 60)));
        var name = ReadableText.Cut(item.Title.Length > 0 ? item.Title : item.Sku, NameBytes);
        return Html.Of(
            $"""
            <text x="0" y="{(index * Step) + 12}" font-size="12" fill="currentColor">{name}</text>
            <rect class="{(days < lead ? "now" : "then")}" x="{NameWidth}" y="{index * Step}" width="{width}" height="{Bar}"><title>{name}: {Figures.Read(days)} days</title></rect>
            <text x="{NameWidth + width + 6}" y="{(index * Step) + 12}" font-size="12" fill="currentColor">{Figures.Read(days)}</text>

            """);
    }
}
