namespace StoreClaw.Reports.Customers;

/// <summary>Best first, as reports list them.</summary>
public enum CustomerSegment
{
    Champions,
    Loyal,
    New,
    Promising,
    AtRisk,
    CannotLose,
    AboutToSleep,
    Hibernating,
    Lost,
}

/// <summary>
/// Recency, frequency and money by fixed thresholds, so that a customer's segment changes by what they do and not by what others do; only the top fifth is relative.
/// </summary>
internal static class CustomerSegments
{
    public const int Fresh = 30;
    public const int Warm = 90;
    public const int Cool = 180;

    /// <summary>From so many orders on somebody is a big customer whatever they spent.</summary>
    public const int Many = 4;

    /// <summary>Big customers are one in so many.</summary>
    public const int BigShare = 5;

    // Rows: last order within 30, 90, 180 days, longer ago. Columns: big, repeat, once.
    private static readonly CustomerSegment[][] Table =
    [
        [CustomerSegment.Champions, CustomerSegment.Loyal, CustomerSegment.New],
        [CustomerSegment.Loyal, CustomerSegment.Loyal, CustomerSegment.Promising],
        [CustomerSegment.AtRisk, CustomerSegment.AtRisk, CustomerSegment.AboutToSleep],
        [CustomerSegment.CannotLose, CustomerSegment.Hibernating, CustomerSegment.Lost],
    ];

    /// <param name="days">Since the last order; 0 on the period's last day.</param>
    /// <param name="orders">In the look-back and currency; at least one.</param>
    /// <param name="knownBefore">Ordered before the look-back too.</param>
    /// <param name="bigSpender">Among the top fifth of the currency.</param>
    public static CustomerSegment Of(int days, int orders, bool knownBefore, bool bigSpender)
    {
        var row = days switch { < Fresh => 0, < Warm => 1, < Cool => 2, _ => 3 };
        var column = orders >= Many || (orders > 1 && bigSpender) ? 0 : orders > 1 || knownBefore ? 1 : 2;
        return Table[row][column];
    }

    /// <summary>What one must have spent to be a big spender: fewer than a fifth of all spent more. Who spent the same is the same.</summary>
    /// <param name="spent">What each customer spent; left in another order.</param>
    public static decimal BigSpend(decimal[] spent)
    {
        Array.Sort(spent);
        return spent[spent.Length - ((spent.Length + BigShare - 1) / BigShare)];
    }
}
