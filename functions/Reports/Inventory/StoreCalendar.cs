namespace StoreClaw.Reports.Inventory;

/// <summary>On which days a store did business.</summary>
internal static class StoreCalendar
{
    // With ten orders on an ordinary day, a day without any by chance comes once in 22,000.
    private const double Busy = 10;

    /// <summary>By day, whether it counts as one of business: in a store with many orders a day without any is a holiday, a rest day or a failure, in one with few it is a day like others.</summary>
    public static IReadOnlyList<bool> OpenDays(IReadOnlyList<int> orders)
    {
        var selling = orders.Where(static count => count > 0).Order().ToList();
        var isBusy = selling.Count > 0 && selling[selling.Count / 2] >= Busy;
        return [.. orders.Select(count => count > 0 || !isBusy)];
    }
}
