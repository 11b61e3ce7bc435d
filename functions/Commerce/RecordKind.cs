using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Azure.Data.Tables;
using StoreClaw.Common;
using StoreClaw.Storage;

namespace StoreClaw.Commerce;

/// <summary>How the records of one resource lie in their table.</summary>
internal static class RecordKind
{
    /// <summary>The version stamp, in ticks.</summary>
    public const string Version = "V";

    /// <summary>A hash of the record, to tell another state from the same one again.</summary>
    public const string Hash = "H";

    /// <summary>Who wrote it: an event's key, or a sync.</summary>
    public const string By = "By";

    /// <summary>Set on tombstones.</summary>
    public const string Gone = "Gone";

    /// <summary>The order's rows beside it, <see cref="RefundRows.Known"/>, with blanks between.</summary>
    public const string Refunds = "Refunds";

    public const string Sku = "Sku";

    public const string Customer = "Customer";

    /// <summary>A stock level's <see cref="StockTrace"/>.</summary>
    public const string Trace = "Trace";

    /// <summary>What a stock level has available.</summary>
    public const string Available = "Available";

    /// <summary>A product's prices, "{variant}:{price}" with blanks between; left out where they are too many for a property.</summary>
    public const string Prices = "Prices";

    /// <summary>What was in <see cref="Available"/>, or those of <see cref="Prices"/> that are other now, before this was written: whoever finds his own write again finds this too.</summary>
    public const string Was = "Was";

    /// <summary>What deciding needs of a stored row: not its body.</summary>
    public static readonly string[] Head = ["PartitionKey", "RowKey", Version, Hash, By, Gone, Refunds, Sku, Trace, Available, Prices, Was];

    /// <summary>Characters; a property holds twice as many.</summary>
    private const int MostPrices = 16 * 1024;

    public static string Table(Resource resource) => resource switch
    {
        Resource.Orders => TableNames.Orders,
        Resource.Products => TableNames.Products,
        Resource.Stock => TableNames.Stock,
        _ => TableNames.Customers,
    };

    public static string Partition(string connectionId, IRecord record) =>
        record is Order order ? Keys.OfDay(connectionId, order.CreatedAt) : connectionId;

    /// <param name="stored">The row it replaces.</param>
    public static TableEntity ToRow(string connectionId, IRecord record, long hash, byte[] body, string by, TableEntity? stored)
    {
        var row = new TableEntity(Partition(connectionId, record), Keys.Escape(record.Id))
        {
            [Version] = record.UpdatedAt.UtcTicks,
            [Hash] = hash,
            [By] = by,
        };
        if (record.Deleted)
        {
            row[Gone] = true;
        }

        switch (record)
        {
            case Order order:
                row[Refunds] = RefundRows.Known(order) is { Count: > 0 } known ? string.Join(' ', known) : null;
                row[Customer] = order.CustomerId;
                break;
            case StockLevel level:
                row[Sku] = level.Sku;
                row[Trace] = StockTrace.Next(StockTrace.Parse(stored?.GetString(Trace)), level, isNew: stored is null).ToString();
                row[Available] = level.Deleted ? null : level.Available?.ToString(CultureInfo.InvariantCulture);
                row[Was] = stored?.GetString(Available);
                break;
            case Product product:
                var prices = PricesOf(product);
                row[Prices] = prices.Length <= MostPrices ? prices : null;
                row[Was] = stored?.GetString(Prices) is { } before ? string.Join(' ', before.Split(' ', StringSplitOptions.RemoveEmptyEntries).Except(prices.Split(' '))) : null;
                break;
            default:
                break;
        }

        Packing.Lay(row, Packing.Pack(body));
        return row;
    }

    /// <summary>The record as it was written, with what its row tells of the one before.</summary>
    public static RecordWrite ToWrite(IRecord record, TableEntity row) => new(record)
    {
        AvailableBefore = record is StockLevel && row.GetString(Was) is { } available ? decimal.Parse(available, CultureInfo.InvariantCulture) : null,
        PricesBefore = record is Product && row.GetString(Was) is { Length: > 0 } prices ? prices.Split(' ').Select(static price => price.Split(':')).ToDictionary(
            static price => Keys.Unescape(price[0]), static price => decimal.Parse(price[1], CultureInfo.InvariantCulture), StringComparer.Ordinal) : RecordWrite.NoPrices,
    };

    /// <summary>A stock message that does not name its article keeps the name that is stored.</summary>
    public static IRecord Complete(IRecord incoming, TableEntity stored) =>
        incoming is StockLevel { Sku: null } level && stored.GetString(Sku) is { } sku ? level with { Sku = sku } : incoming;

    public static byte[] Serialize(IRecord record) => JsonSerializer.SerializeToUtf8Bytes(record, record.GetType(), JsonText.Options);

    public static T Read<T>(TableEntity row)
        where T : IRecord =>
        JsonSerializer.Deserialize<T>(Packing.Unpack(Packing.Gather(row)), JsonText.Options)
            ?? throw new InvalidDataException(string.Create(CultureInfo.InvariantCulture, $"Row {row.RowKey} holds no record."));

    private static string PricesOf(Product product) => product.Deleted ? "" : string.Join(
        ' ',
        product.Variants.Where(static variant => variant.Price is not null).DistinctBy(static variant => variant.Id).Select(static variant =>
            string.Create(CultureInfo.InvariantCulture, $"{Keys.Escape(variant.Id)}:{variant.Price / 1.0000000000000000000000000000m}")));

    public static long HashOf(ReadOnlySpan<byte> body)
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(body, digest);
        return BinaryPrimitives.ReadInt64LittleEndian(digest);
    }
}
