namespace StoreClaw.Reports.Customers;

/// <summary>New customers month by month as bars; the month the period ends in stands out.</summary>
internal static class CustomerChart
{
    private const int Height = 120;
    private const int Bar = 32;
    private const int Step = 40;

    public static Html Render(CustomerSummary report)
    {
        var cohorts = CustomerTables.Peopled(report);
        if (cohorts.Count < 2)
        {
            return default;
        }

        var (best, last) = (cohorts.MaxBy(static cohort => cohort.Size)!, cohorts[^1]);
        var text = $"New customers by month, {cohorts[0].Month} to {last.Month}: most in {best.Month} with {Figures.Read(best.Size)}, {Figures.Read(last.Size)} in {last.Month} up to the period's end.";
        return Html.Of(
            $"""
            <h2>New customers by month</h2>
            <svg viewBox="0 0 {cohorts.Count * Step} {Height}" role="img" aria-label="{text}">
            {Html.Of(cohorts.Select((cohort, index) => BarOf(cohort, index, best.Size, index == cohorts.Count - 1)))}</svg>
            <p class="soft">{text}</p>

            """);
    }

    private static Html BarOf(Cohort cohort, int index, int best, bool now)
    {
        var height = Math.Max(1, (int)((long)cohort.Size * Height / best));
        return Html.Of(
            $"""
            <rect class="{(now ? "now" : "then")}" x="{index * Step}" y="{Height - height}" width="{Bar}" height="{height}"><title>{cohort.Month}: {Figures.Read(cohort.Size)}</title></rect>

            """);
    }
}
