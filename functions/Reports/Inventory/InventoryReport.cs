using System.Text.Json.Serialization;

namespace StoreClaw.Reports.Inventory;

/// <summary>How long each article lasts and what to order. The period is the days whose sales were looked at; stock is what the platforms told last.</summary>
public sealed record InventoryReport : Report
{
    public required InventoryParameters Parameters { get; init; }

    public required StockCounts Counts { get; init; }

    /// <summary>The most urgent first: what is out by how much is asked for it, then by how long it lasts, then overstock and dead stock by how much of it there is.</summary>
    public required IReadOnlyList<StockItem> Items { get; init; }

    /// <summary>One per connection.</summary>
    public required IReadOnlyList<StockSources> Sources { get; init; }
}

/// <param name="HorizonDays">From one order to the next.</param>
/// <param name="LeadTimeDays">From an order to its arrival.</param>
/// <param name="ServiceLevel">The chance that stock lasts until the next order arrives.</param>
public sealed record InventoryParameters(int HorizonDays, int LeadTimeDays, [property: JsonConverter(typeof(PlainNumberConverter))] decimal ServiceLevel);

/// <summary>An article of a store, at one of its places where the platform has places.</summary>
/// <param name="Sku">Of variants that share their stock all; empty where the shop has none.</param>
/// <param name="Location">The platform's id of the place; null where it has none.</param>
/// <param name="OnHand">What can be sold now; below zero where more is sold than there is.</param>
/// <param name="DailyVelocity">Units a day, as expected of the coming week.</param>
/// <param name="DaysOfCover">Null when nothing is expected to be sold.</param>
/// <param name="Forecast">Units over the horizon.</param>
/// <param name="Target">What should be there or on its way, so that demand over lead time and horizon is met with the service level.</param>
/// <param name="RestockQuantity">Whole units to order. What is on its way already is not known and must be taken off.</param>
/// <param name="DaysOutOfStock">Of the days looked at, those left out because it could not be bought.</param>
/// <param name="Share">Which part of the article's demand this place is taken to serve; null where it has one place only.</param>
/// <param name="SharedBy">What the share rests on; null likewise.</param>
public sealed record StockItem(
    string Connection,
    string Sku,
    string Title,
    string? Location,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal OnHand,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal DailyVelocity,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal? DaysOfCover,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal Forecast,
    ForecastMethod Method,
    StockStatus Status,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal Target,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal RestockQuantity,
    int DaysOutOfStock,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal? Share,
    ShareBasis? SharedBy);

public enum ShareBasis
{
    /// <summary>By how much each place's stock fell in the last four weeks.</summary>
    Outflow,

    /// <summary>By how much each place has, since too little fell to tell.</summary>
    OnHand,

    /// <summary>Alike, since no place has any.</summary>
    Equal,
}

/// <summary>Rows by status, and their units.</summary>
/// <param name="RestockUnits">To order, of what is out too.</param>
/// <param name="OverstockUnits">What is there beyond the target.</param>
public sealed record StockCounts(
    int Out,
    int Restock,
    int Ok,
    int Overstock,
    int Dead,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal RestockUnits,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal OverstockUnits,
    [property: JsonConverter(typeof(PlainNumberConverter))] decimal DeadUnits);

/// <summary>What a store's rows rest on.</summary>
/// <param name="Articles">With counted stock.</param>
/// <param name="Untracked">Articles whose stock the platform does not count; none of them is listed.</param>
/// <param name="HistoryDays">Days of sales there are, of those looked at.</param>
/// <param name="ClosedDays">Of these, days on which the store sold nothing at all and is taken to have been closed.</param>
public sealed record StockSources(string Connection, int Articles, int Untracked, int HistoryDays, int ClosedDays);
