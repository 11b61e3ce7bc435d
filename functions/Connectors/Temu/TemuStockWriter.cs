using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Commerce;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Connectors.Temu;

/// <summary>
/// Sets the ordinary stock to an absolute value, a call per product, under a key that acts once. There is no compare-and-set: what is expected is read just before. A refusal
/// is not told apart from that of a key that has acted already, so what is there after it is looked at: where it is as wished, it is done.
/// </summary>
internal sealed class TemuStockWriter : IStockWriter
{
    public const string Edit = "bg.local.goods.stock.edit";

    public async Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken)
    {
        var entries = writes.Select(static write => new Entry(write)).ToList();
        foreach (var goods in entries.Where(static entry => entry.Fault is null).GroupBy(static entry => entry.Goods))
        {
            await CompareAsync(store, [.. goods.Where(static entry => entry.Write.Expected is not null)], cancellationToken);

            // A SKU may stand in a call once only: what names it again comes in a later one.
            var left = goods.Where(static entry => entry.Fault is null).GroupBy(static entry => entry.Sku);
            var rounds = left.SelectMany(static sku => sku.Index()).GroupBy(static one => one.Index, static one => one.Item);
            foreach (var some in rounds.SelectMany(static round => round.Chunk(100)))
            {
                await WriteAsync(store, goods.Key, some, cancellationToken);
            }
        }

        return [.. entries.Select(static entry => new StockWriteResult(entry.Write, entry.Fault))];
    }

    private static async Task CompareAsync(StoreSession store, Entry[] entries, CancellationToken cancellationToken)
    {
        var levels = await LevelsAsync(store, entries, cancellationToken);
        Array.ForEach(entries, entry => entry.Fault = entry.Write.WrongTime("Temu", levels.TryGetValue(entry.Write.ItemId, out var available), available));
    }

    private static async Task WriteAsync(StoreSession store, long goods, Entry[] entries, CancellationToken cancellationToken)
    {
        var targets = entries.Select(static entry => new { skuId = entry.Sku, stockTarget = (long)entry.Write.Quantity });
        var fields = new { goodsId = goods, stockType = 0, skuStockTargetList = targets, requestUniqueKey = Key(entries) };
        try
        {
            var faults = await TemuConnector.CallAsync(store, Edit, fields, result => Array.ConvertAll(entries, entry => Told(result, entry.Sku)), cancellationToken);
            entries.Index().ToList().ForEach(one => one.Item.Fault = faults[one.Index]);
        }
        catch (PlatformException e) when (e.Fault.Kind is FaultKind.Invalid or FaultKind.NotFound or FaultKind.Conflict)
        {
            Array.ForEach(entries, entry => entry.Fault = e.Fault);
        }

        Entry[] refused = [.. entries.Where(static entry => entry.Fault is not null)];
        var levels = await LevelsAsync(store, refused, cancellationToken);
        Array.ForEach(refused, entry => entry.Fault = levels.GetValueOrDefault(entry.Write.ItemId) == entry.Write.Quantity ? null : entry.Fault);
    }

    /// <summary>An answer of success tells of each SKU whether it was set.</summary>
    private static PlatformFault? Told(JsonElement result, long sku)
    {
        var told = result.Items("skuStockEditStatusInfoList").Where(row => row.DecimalOrNull("skuId") == sku).Append(result).First();
        return told.Flag("stockEditStatus") || told.Flag("operateResult") ? null
            : new(FaultKind.Invalid, told.TextOrNull("errorCode") ?? "stock-refused", $"Temu does not set this stock: {told.TextOrNull("errorMsg") ?? told.TextOrNull("msg") ?? "no reason is told."}");
    }

    /// <summary>What can be sold now, by item id.</summary>
    private static async Task<Dictionary<string, decimal?>> LevelsAsync(StoreSession store, Entry[] entries, CancellationToken cancellationToken) =>
        (await TemuGoods.SkusAsync(store, entries.Select(static entry => entry.Sku), TemuRecords.Level, cancellationToken))
            .DistinctBy(static level => level.ItemId).ToDictionary(static level => level.ItemId, static level => level.Available);

    /// <summary>The write's own; a call of several has one made of all of theirs.</summary>
    private static string Key(Entry[] entries) => entries is [var only]
        ? only.Write.Key
        : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', entries.Select(static entry => entry.Write.Key)))))[..32];

    private sealed class Entry
    {
        public Entry(StockWrite write)
        {
            Write = write;
            (Goods, Sku) = write.ItemId.Split(':') is [var goods, var sku] ? (Id(goods), Id(sku)) : default;
            Fault = write.WrongTime("Temu", Sku != 0, write.Expected) ?? write.WrongCount("Temu", most: 1_000_000);
        }

        public StockWrite Write { get; }

        public long Goods { get; }

        public long Sku { get; }

        public PlatformFault? Fault { get; set; }

        private static long Id(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;
    }
}
