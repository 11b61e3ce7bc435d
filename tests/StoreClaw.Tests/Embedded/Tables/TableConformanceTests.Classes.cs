using System.Runtime.Serialization;
using Azure;
using Azure.Data.Tables;

namespace StoreClaw.Tests.Embedded.Tables;

public sealed partial class TableConformanceTests
{
    [Fact]
    public async Task A_class_comes_back_as_it_was()
    {
        var order = FullOrder();
        await _table.AddEntityAsync(order);
        var read = (await _table.GetEntityAsync<Order>("shop", "1001")).Value;
        Assert.Equal(order.Comparable(), read.Comparable());
        Assert.Equal(order.Bytes, read.Bytes);
        Assert.Equal(order.Data!.ToArray(), read.Data!.ToArray());
        Assert.NotNull(read.Timestamp);
        Assert.NotEqual(default, read.ETag);
        Assert.Null(read.Secret);
        Assert.Equal("computed 3", (await _table.GetEntityAsync<TableEntity>("shop", "1001")).Value.GetString("Computed"));
    }

    [Fact]
    public async Task A_class_is_stored_with_the_types_of_its_properties()
    {
        await _table.SubmitTransactionAsync([new(TableTransactionActionType.UpsertReplace, FullOrder())]);
        var row = (await _table.GetEntityAsync<TableEntity>("shop", "1001")).Value;
        Assert.Equal(3, row.GetInt32("Count"));
        Assert.Equal(long.MaxValue, row.GetInt64("Cents"));
        Assert.Equal(42L, row.GetInt64("Sequence"));
        Assert.Equal("Paid", row.GetString("State"));
        Assert.Equal("Refunded", row.GetString("MaybeState"));
        Assert.Equal(FullOrder().PlacedAt, row.GetDateTimeOffset("placed"));
        Assert.Equal("base", row.GetString("Inherited"));
        Assert.False(row.ContainsKey("Secret") || row.ContainsKey("PlacedAt") || row.ContainsKey("ETag"));
    }

    [Fact]
    public async Task Missing_columns_leave_a_class_at_its_defaults_and_unknown_ones_are_passed_over()
    {
        await _table.AddEntityAsync(new TableEntity("shop", "1") { ["Count"] = 7, ["Unknown"] = 1L, ["AlsoUnknown"] = new byte[] { 1 } });
        var read = Assert.Single(await AllAsync(_table.QueryAsync<Order>()));
        Assert.Equal((7, null, "unset"), (read.Count, read.MaybeCount, read.Text));
    }

    [Fact]
    public async Task Nulls_of_a_class_are_not_stored_and_a_merge_keeps_what_is_there()
    {
        await _table.AddEntityAsync(FullOrder());
        await _table.UpsertEntityAsync(new Order { PartitionKey = "shop", RowKey = "1001", Text = null!, PlacedAt = DateTimeOffset.UnixEpoch });
        var read = (await _table.GetEntityAsync<Order>("shop", "1001")).Value;
        Assert.Equal((9, FullOrder().Text, DateTimeOffset.UnixEpoch), (read.MaybeCount, read.Text, read.PlacedAt));
    }

    [Fact]
    public async Task Rows_of_many_shapes_are_read_into_one_class()
    {
        for (var number = 0; number < 20; number++)
        {
            var entity = new TableEntity("shop", Row(number)) { ["Text"] = $"order {number}" };
            entity[number % 2 == 0 ? "Count" : "MaybeCount"] = number;
            entity[number % 3 == 0 ? "Cents" : "Z"] = (long)number;
            await _table.AddEntityAsync(entity);
        }

        var orders = await AllAsync(_table.QueryAsync<Order>());
        Assert.All(orders.Index(), order => Assert.Equal(
            Expected(order.Index),
            (order.Item.Text, order.Item.Count, order.Item.MaybeCount, order.Item.Cents)));

        static (string Text, int Count, int? MaybeCount, long Cents) Expected(int number) =>
            ($"order {number}", number % 2 == 0 ? number : 0, number % 2 == 0 ? null : number, number % 3 == 0 ? number : 0);
    }

    [Fact]
    public async Task A_class_may_hide_its_keys()
    {
        var hidden = new Hidden("p", "r") { Value = "v" };
        await _table.AddEntityAsync(hidden);
        var read = (await _table.GetEntityAsync<Hidden>("p", "r")).Value;
        Assert.Equal(("p", "r", "v"), (((ITableEntity)read).PartitionKey, ((ITableEntity)read).RowKey, read.Value));
        await _table.UpdateEntityAsync(read, ((ITableEntity)read).ETag);
    }

    [Fact]
    public async Task A_type_without_a_stored_form_is_refused_before_anything_is_sent() =>
        await Assert.ThrowsAsync<NotSupportedException>(() => _table.AddEntityAsync(new Unstorable { PartitionKey = "p", RowKey = "r" }));

    private static Order FullOrder() => new()
    {
        PartitionKey = "shop",
        RowKey = "1001",
        Text = "it's 😀",
        Flag = true,
        MaybeFlag = false,
        Count = 3,
        MaybeCount = 9,
        Cents = long.MaxValue,
        MaybeCents = long.MinValue,
        Sequence = 42,
        Rate = 0.1,
        MaybeRate = 1e300,
        Id = new Guid("0f8fad5b-d9cb-469f-a165-70867728950e"),
        MaybeId = Guid.Empty,
        Due = new DateTime(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc),
        MaybeDue = new DateTime(1601, 1, 1, 0, 0, 0, DateTimeKind.Utc),
        PlacedAt = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero).AddTicks(7),
        Bytes = EveryByte,
        Data = new BinaryData(EveryByte),
        State = OrderState.Paid,
        MaybeState = OrderState.Refunded,
        Secret = "never stored",
        Inherited = "base",
    };

    private enum OrderState
    {
        New,
        Paid,
        Refunded,
    }

    private abstract class OrderBase
    {
        public string? Inherited { get; init; }
    }

    private sealed class Order : OrderBase, ITableEntity
    {
        public required string PartitionKey { get; set; }

        public required string RowKey { get; set; }

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public string Text { get; init; } = "unset";

        public bool Flag { get; init; }

        public bool? MaybeFlag { get; init; }

        public int Count { get; init; }

        public int? MaybeCount { get; init; }

        public long Cents { get; init; }

        public long? MaybeCents { get; init; }

        public ulong Sequence { get; init; }

        public double Rate { get; init; }

        public double? MaybeRate { get; init; }

        public Guid Id { get; init; }

        public Guid? MaybeId { get; init; }

        public DateTime Due { get; init; } = DateTime.UnixEpoch;

        public DateTime? MaybeDue { get; init; }

        [DataMember(Name = "placed")]
        public DateTimeOffset PlacedAt { get; init; }

        public byte[]? Bytes { get; init; }

        public BinaryData? Data { get; init; }

        public OrderState State { get; init; }

        public OrderState? MaybeState { get; init; }

        public string Computed => $"computed {Count}";

        [IgnoreDataMember]
        public string? Secret { get; init; }

        public object Comparable() => (
            (PartitionKey, RowKey, Text, Inherited, Computed),
            (Flag, MaybeFlag, Count, MaybeCount, Cents, MaybeCents, Sequence),
            (Rate, MaybeRate, Id, MaybeId, Due, Due.Kind, MaybeDue, PlacedAt),
            (State, MaybeState));
    }

    private sealed class Hidden : ITableEntity
    {
        private string _partitionKey;

        private string _rowKey;

        private DateTimeOffset? _timestamp;

        private ETag _etag;

        public Hidden()
            : this("", "")
        {
        }

        public Hidden(string partitionKey, string rowKey) => (_partitionKey, _rowKey) = (partitionKey, rowKey);

        public string Value { get; set; } = "";

        string ITableEntity.PartitionKey
        {
            get => _partitionKey;
            set => _partitionKey = value;
        }

        string ITableEntity.RowKey
        {
            get => _rowKey;
            set => _rowKey = value;
        }

        DateTimeOffset? ITableEntity.Timestamp
        {
            get => _timestamp;
            set => _timestamp = value;
        }

        ETag ITableEntity.ETag
        {
            get => _etag;
            set => _etag = value;
        }
    }

    private sealed class Unstorable : ITableEntity
    {
        public required string PartitionKey { get; set; }

        public required string RowKey { get; set; }

        public DateTimeOffset? Timestamp { get; set; }

        public ETag ETag { get; set; }

        public Uri Address { get; set; } = new("https://example.com/");
    }
}
