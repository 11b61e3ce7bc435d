using System.Globalization;
using Microsoft.Extensions.Configuration;
using StoreClaw.Notifications;

namespace StoreClaw.Alerts;

/// <summary>Every number that decides when an alert opens, repeats and closes; README beside this has the same.</summary>
public sealed class AlertPolicy
{
    /// <summary>Deviations from the usual from which an hour or a day is unusual, from which it is bad, and below which it is usual again.</summary>
    public const double Unusual = 4;
    public const double Extreme = 7;
    public const double Calm = 2;

    /// <summary>Weeks of the same hour that are compared with, and how many of them it takes.</summary>
    public const int Weeks = 8;
    public const int LeastWeeks = 4;

    /// <summary>Where there are fewer, days of the same hour of the day, and how many of them it takes.</summary>
    public const int Days = 28;
    public const int LeastDays = 14;

    /// <summary>Orders that should have come: a Poisson process is that quiet once in a thousand stretches.</summary>
    public const double QuietOrders = 7;

    /// <summary>Fewer in a day are no surge.</summary>
    public const int LeastCancellations = 3;
    public const int LeastRefunds = 2;

    /// <summary>A price below this share of the former one, or above this multiple of it, or zero, is absurd.</summary>
    public const decimal LeastPrice = 0.2m;
    public const decimal MostPrice = 5m;

    /// <summary>A store is checked this long after an order, and once for all that come meanwhile.</summary>
    public static readonly TimeSpan CheckAfter = TimeSpan.FromMinutes(1);

    public static readonly TimeSpan RepeatWarning = TimeSpan.FromHours(24);
    public static readonly TimeSpan RepeatCritical = TimeSpan.FromHours(4);

    /// <summary>How long closed ones are listed.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    /// <summary>An absurd price that stands so long is taken as meant.</summary>
    public static readonly TimeSpan PriceMeant = TimeSpan.FromHours(24);

    /// <summary>How long a resource goes unread before a failing sync is told.</summary>
    public static readonly TimeSpan SyncFailing = TimeSpan.FromMinutes(15);

    public static readonly TimeSpan TaskLate = TimeSpan.FromMinutes(10);

    private const decimal UsualStockLow = 5;

    public AlertPolicy(IConfiguration configuration)
    {
        StockLow = configuration["Alerts:StockLow"] is not { Length: > 0 } text ? UsualStockLow
            : decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var units) ? units
            : throw new InvalidOperationException("Alerts__StockLow must be a number of units that is not negative, such as 5; 0 switches the alert off.");
    }

    /// <summary>Days before an approval ends at which it is told.</summary>
    public static IReadOnlyList<int> AuthorizationDays { get; } = [14, 7, 1];

    /// <summary>An article with so many or fewer is low; 0 switches that off.</summary>
    public decimal StockLow { get; }

    /// <summary>
    /// How long until an open alert is told once more; null for never. Low and sold-out articles are not repeated: they may stay so for good, and the inventory review lists them. The end of an approval
    /// has its own days.
    /// </summary>
    public static TimeSpan? Repeat(AlertKind kind, Urgency severity) => (kind, severity) switch
    {
        (AlertKind.StockLow or AlertKind.StockOut, _) or (AlertKind.Authorization, Urgency.Warning) or (_, Urgency.Info) => null,
        (_, Urgency.Critical) => RepeatCritical,
        _ => RepeatWarning,
    };
}
