using System.Globalization;

namespace StoreClaw.Reports.Inventory;

/// <summary>How long the stock of the most urgent articles lasts, as bars; what is gone before an order arrives stands out.</summary>
internal static class InventoryChart
{
    private const int MostBars = 10;

    // A phone's width: the chart may shrink to one and is never enlarged, so that its letters stay as large as the page's.
    private const int Width = 360;
    private const int NumberWidth = 60;
    private const int Step = 40;
    private const int Letters = 13;
    private const int BarTop = 18;
    private const int Bar = 14;
    private const int NameBytes = 36;
    private const int PlaceBytes = 20;

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
        var text = string.Create(CultureInfo.InvariantCulture, $"Days of stock of the {items.Count} articles to order that last shortest; the stronger bars: gone before an order of today arrives ({lead} days), which {(gone == 1 ? "1 is" : $"{gone} are")}.");
        return Html.Of(
            $"""
            <h2>How long it lasts</h2>
            <svg class="rows" viewBox="0 0 {Width} {items.Count * Step}" role="img" aria-label="{text}">
            {Html.Of(items.Select((item, index) => BarOf(item, index, longest, lead)))}</svg>
            <p class="soft">{text}</p>

            """);
    }

    private static Html BarOf(StockItem item, int index, decimal longest, int lead)
    {
        var days = item.DaysOfCover ?? 0;
        var width = Math.Max(1, (int)(days / longest * (Width - NumberWidth)));
        var name = ReadableText.Cut(item.Title.Length > 0 ? item.Title : item.Sku, NameBytes);
        name = item.Location is { } place ? $"{name} · {ReadableText.Cut(place, PlaceBytes)}" : name;
        return Html.Of(
            $"""
            <text x="0" y="{(index * Step) + Letters}" font-size="{Letters}" fill="currentColor">{name}</text>
            <rect class="{(days < lead ? "now" : "then")}" x="0" y="{(index * Step) + BarTop}" width="{width}" height="{Bar}"><title>{name}: {Figures.Read(days)} days</title></rect>
            <text x="{width + 6}" y="{(index * Step) + BarTop + Letters - 1}" font-size="{Letters}" fill="currentColor">{Figures.Read(days)}</text>

            """);
    }
}
