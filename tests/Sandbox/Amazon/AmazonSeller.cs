using System.Globalization;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Sandbox.Amazon;

/// <summary>One seller on one marketplace: its shop, its tokens, and the changes of listings that were taken in and are not applied yet.</summary>
public sealed class AmazonSeller
{
    private static readonly Dictionary<string, (string Id, string Region, string Central)> Marketplaces = new()
    {
        ["US"] = ("ATVPDKIKX0DER", "na", "sellercentral.amazon.com"),
        ["DE"] = ("A1PA6795UKMFR9", "eu", "sellercentral-europe.amazon.com"),
        ["JP"] = ("A1VC38T7YXB528", "fe", "sellercentral.amazon.co.jp"),
    };

    private readonly Lock _lock = new();
    private readonly List<(long Variant, int Quantity, DateTimeOffset Due)> _changes = [];
    private readonly TimeProvider _time;

    internal AmazonSeller(string id, string country, SimStore store, TimeProvider time)
    {
        (Id, Store, _time) = (id, store, time);
        (MarketplaceId, Region, SellerCentral) = Marketplaces[country];
    }

    public string Id { get; }

    public SimStore Store { get; }

    public string MarketplaceId { get; }

    /// <summary>How long a change of a listing takes.</summary>
    public TimeSpan ApplyAfter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Orders whose payment is not authorized yet: Amazon tells no amount of them.</summary>
    public HashSet<long> Pending { get; } = [];

    /// <summary>What is wrong with listings, by SKU: the error's code and the attribute it is about.</summary>
    public Dictionary<string, (string Code, string Attribute)> Issues { get; } = new(StringComparer.Ordinal);

    internal string Region { get; }

    internal string SellerCentral { get; }

    internal string? RefreshToken { get; set; }

    internal DateTimeOffset RefreshEnds { get; set; }

    /// <summary>As Amazon writes it, 3-7-7 digits.</summary>
    public static string OrderId(long id)
    {
        var digits = (id % 100_000_000_000_000_000).ToString("D17", CultureInfo.InvariantCulture);
        return $"{digits[..3]}-{digits[3..10]}-{digits[10..]}";
    }

    /// <summary>Every third article lies in Amazon's warehouses.</summary>
    public static bool IsFba(SimVariant variant) => variant.Id % 3 == 0;

    internal static string Asin(SimVariant variant) => $"B{variant.Id % 1_000_000_000:D9}";

    /// <summary>UTC to the second.</summary>
    internal static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    internal void Take(SimVariant variant, int quantity)
    {
        lock (_lock)
        {
            _changes.Add((variant.Id, quantity, _time.GetUtcNow() + ApplyAfter));
        }

        ApplyDue();
    }

    internal void ApplyDue()
    {
        List<(long Variant, int Quantity, DateTimeOffset Due)> due;
        lock (_lock)
        {
            due = _changes.FindAll(change => change.Due <= _time.GetUtcNow());
            _changes.RemoveAll(due.Contains);
        }

        foreach (var (id, quantity, _) in due)
        {
            if (Store.FindVariant(id) is { } found)
            {
                Store.SetStock(id, quantity - found.Variant.Levels.Skip(1).Sum(static level => level.Available));
            }
        }
    }
}
