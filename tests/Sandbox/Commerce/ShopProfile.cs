namespace StoreClaw.Sandbox.Commerce;

/// <param name="Rate">Presentment units for one unit of the shop's currency.</param>
/// <param name="Share">The part of all orders that is paid in it, 0 to 1.</param>
public sealed record PresentmentCurrency(string Code, decimal Rate, double Share);

/// <param name="TaxRate">Of the goods after discounts, e.g. 0.19.</param>
/// <param name="Share">Relative weight among the shop's countries.</param>
public sealed record Market(string Country, decimal TaxRate, double Share);

/// <summary>One day of the generated period that stands out.</summary>
/// <param name="DaysBeforeEnd">Local days before the end's local day.</param>
/// <param name="Factor">5 is a spike, 0.1 a slump.</param>
public sealed record AnomalyDay(int DaysBeforeEnd, double Factor);

/// <summary>What a shop is like. Shares are parts of all orders, 0 to 1.</summary>
public sealed record ShopProfile
{
    public required string Name { get; init; }

    /// <summary>IANA zone in which the shop's days and hours run.</summary>
    public required string TimeZone { get; init; }

    public required string Currency { get; init; }

    public IReadOnlyList<PresentmentCurrency> OtherCurrencies { get; init; } = [];

    public IReadOnlyList<Market> Markets { get; init; } = [new("US", 0.07m, 1)];

    public IReadOnlyList<string> Locations { get; init; } = ["Main warehouse"];

    /// <summary>Ids count up from here with gaps; above 2^53 they show who reads them as floating point.</summary>
    public long FirstId { get; init; } = 1_001;

    public IReadOnlyList<ProductIdea> Ideas { get; init; } = Catalogue.Fashion;

    public int Products { get; init; } = 40;

    /// <summary>Customers from before the generated period.</summary>
    public int EarlierCustomers { get; init; } = 200;

    public int Days { get; init; } = 90;

    public double OrdersPerDay { get; init; } = 12;

    /// <summary>Growth of the daily level a year; 0.3 is 30 percent.</summary>
    public double YearlyGrowth { get; init; } = 0.3;

    /// <summary>Monday first.</summary>
    public IReadOnlyList<double> Weekdays { get; init; } = [1.05, 0.95, 0.92, 0.95, 1.0, 1.05, 1.2];

    /// <summary>Relative weight of each local hour.</summary>
    public IReadOnlyList<double> Hours { get; init; } =
        [0.5, 0.3, 0.2, 0.15, 0.15, 0.25, 0.5, 0.9, 1.2, 1.4, 1.5, 1.5, 1.6, 1.5, 1.4, 1.4, 1.5, 1.6, 1.8, 2.1, 2.3, 2.1, 1.6, 0.9];

    public double ReturningShare { get; init; } = 0.35;

    public double GuestShare { get; init; } = 0.12;

    public double LineDiscountShare { get; init; } = 0.12;

    public double OrderDiscountShare { get; init; } = 0.15;

    public double CancelledShare { get; init; } = 0.03;

    public double RefundedShare { get; init; } = 0.05;

    public double TestShare { get; init; } = 0.004;

    public decimal ShippingFee { get; init; } = 5.90m;

    /// <summary>Goods worth this much are sent free.</summary>
    public decimal FreeShippingFrom { get; init; } = 80m;

    public AnomalyDay? Anomaly { get; init; }

    /// <summary>A United States fashion shop that also sells to Canada and Mexico.</summary>
    public static ShopProfile AmericanFashion { get; } = new()
    {
        Name = "Harbor & Pine",
        TimeZone = "America/New_York",
        Currency = "USD",
        OtherCurrencies = [new("CAD", 1.37m, 0.12)],
        Markets = [new("US", 0.07m, 80), new("CA", 0.05m, 14), new("MX", 0.16m, 6)],
        Locations = ["Newark", "Reno"],
        FirstId = 820_982_911_946_000_000,
    };

    /// <summary>The same shop's branch in Singapore.</summary>
    public static ShopProfile SingaporeFashion { get; } = AmericanFashion with
    {
        Name = "Harbor & Pine Singapore",
        TimeZone = "Asia/Singapore",
        Currency = "SGD",
        OtherCurrencies = [],
        Markets = [new("SG", 0.09m, 90), new("MY", 0.10m, 10)],
        Locations = ["Tuas"],
    };

    /// <summary>A household shop in Germany with customers all over the euro zone.</summary>
    public static ShopProfile EuropeanHome { get; } = new()
    {
        Name = "Haus & Herd",
        TimeZone = "Europe/Berlin",
        Currency = "EUR",
        Ideas = Catalogue.Home,
        Markets = [new("DE", 0.19m, 62), new("AT", 0.20m, 16), new("NL", 0.21m, 12), new("FR", 0.20m, 10)],
        OrdersPerDay = 8,
        FreeShippingFrom = 60m,
        ShippingFee = 4.90m,
    };

    /// <summary>A stationery shop in Japan: a currency without decimals and a zone without daylight saving.</summary>
    public static ShopProfile JapaneseStationery { get; } = new()
    {
        Name = "文具の森",
        TimeZone = "Asia/Tokyo",
        Currency = "JPY",
        Ideas = Catalogue.Stationery,
        Markets = [new("JP", 0.10m, 95), new("TW", 0.05m, 5)],
        OrdersPerDay = 20,
        FreeShippingFrom = 5_000m,
        ShippingFee = 600m,
    };
}
