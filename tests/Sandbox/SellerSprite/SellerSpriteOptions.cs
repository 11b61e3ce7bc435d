namespace StoreClaw.Sandbox.SellerSprite;

/// <summary>What a call above the minute's limit gets; no public page says which.</summary>
public enum BurstAnswer
{
    /// <summary>HTTP 429.</summary>
    TooManyRequests,

    /// <summary>HTTP 200 with the code of a used-up plan.</summary>
    VisitMax,
}

public sealed record SellerSpriteOptions
{
    /// <summary>Of the listed plans.</summary>
    public int CallsPerMinute { get; init; } = 40;

    public BurstAnswer Burst { get; init; }
}

public enum KeyState
{
    Good,

    /// <summary>Withdrawn.</summary>
    Void,

    /// <summary>Its plan ran out.</summary>
    Overdue,
}

/// <summary>A customer's key and plan.</summary>
public sealed class SellerSpriteAccount(string key, int monthlyCalls)
{
    private readonly Queue<DateTimeOffset> _minute = new();
    private readonly Dictionary<string, int> _used = [];

    public string Key => key;

    public KeyState State { get; set; }

    /// <summary>The plan's calls per calendar month (UTC); may be raised.</summary>
    public int MonthlyCalls { get; set; } = monthlyCalls;

    /// <summary>Null: the plan has no limit by the day.</summary>
    public int? DailyCalls { get; set; }

    /// <summary>How many calls were answered in the month of that instant.</summary>
    public int UsedInMonth(DateTimeOffset at) => _used.GetValueOrDefault(Month(at));

    internal bool IsTooFast(DateTimeOffset now, int most)
    {
        while (_minute.TryPeek(out var oldest) && oldest <= now.AddMinutes(-1))
        {
            _minute.Dequeue();
        }

        return _minute.Count >= most;
    }

    internal bool IsSpent(DateTimeOffset now) => UsedInMonth(now) >= MonthlyCalls || _used.GetValueOrDefault(Day(now)) >= DailyCalls;

    /// <param name="paid">False for what the plan does not count.</param>
    internal void Count(DateTimeOffset now, bool paid)
    {
        _minute.Enqueue(now);
        foreach (var span in paid ? (string[])[Month(now), Day(now)] : [])
        {
            _used[span] = _used.GetValueOrDefault(span) + 1;
        }
    }

    private static string Month(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM", System.Globalization.CultureInfo.InvariantCulture);

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
