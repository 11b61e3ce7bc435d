using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Storage;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Webhooks;

public sealed class DeliveryTextTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void What_was_packed_is_unpacked_in_order() => Prop.ForAll<byte[][], NonNull<string>, bool>((bodies, topic, triggered) =>
    {
        var deliveries = bodies.Select((body, n) => Of(body ?? [], topic.Get) with { DeliveryId = $"{n}", TriggeredAt = triggered ? Noon : null }).ToList();
        var read = DeliveryText.Pack(new ArraySegment<QueuedDelivery>([.. deliveries]), static one => one).SelectMany(static message => DeliveryText.Unpack(message.Text!)).ToList();
        Assert.Equal(deliveries.Count, read.Count);
        Assert.All(deliveries.Zip(read), static pair => AssertSame(pair.First, pair.Second));
    }).QuickCheckThrowOnFailure();

    /// <summary>Bodies from nothing to more than a message, some of noise: what is too big alone gives no text, and every other one arrives.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Messages_hold_what_fits(int seed)
    {
        var random = new Random(seed);
        var deliveries = Enumerable.Range(0, 120).Select(_ => Of(Body(random))).ToArray();
        var messages = DeliveryText.Pack(new ArraySegment<QueuedDelivery>(deliveries), static one => one).ToList();

        Assert.Equal(deliveries, messages.SelectMany(static message => message.Items));
        Assert.All(messages, static message => Assert.True(message.Text is null ? message.Items.Count == 1 : message.Text.Length <= WorkQueues.Capacity));
        Assert.Contains(messages, static message => message.Text is null);
        Assert.Contains(messages, static message => message.Items.Count > 1);
        Assert.All(messages.Where(static message => message.Text is not null), static message =>
            Assert.All(message.Items.Zip(DeliveryText.Unpack(message.Text!)), static pair => AssertSame(pair.First, pair.Second)));
    }

    [Fact]
    public void A_text_is_whole_after_every_addition()
    {
        using var text = new DeliveryText();
        var random = new Random(7);
        var added = new List<QueuedDelivery>();
        while (Of(Body(random)) is var next && text.TryAdd(next, WorkQueues.Capacity))
        {
            added.Add(next);
            var read = DeliveryText.Unpack(text.ToString());
            Assert.Equal((added.Count, added.Count), (text.Count, read.Count));
            Assert.All(added.Zip(read), static pair => AssertSame(pair.First, pair.Second));
            Assert.InRange(text.ToString().Length, 1, text.Length);
        }

        Assert.InRange(added.Count, 2, int.MaxValue);
        Assert.Equal(added.Count, DeliveryText.Unpack(text.ToString()).Count);
    }

    [Fact]
    public void Deliveries_alike_take_little_more_room_than_one()
    {
        var body = System.Text.Encoding.UTF8.GetBytes(string.Join(',', Enumerable.Range(0, 300).Select(static n => $"\"field-{n * 7919}\":\"{n * 104729}\"")));
        var one = DeliveryText.PackOne(Of(body))!.Length;
        var ten = DeliveryText.Pack(new ArraySegment<QueuedDelivery>([.. Enumerable.Repeat(Of(body), 10)]), static each => each).Single().Text!.Length;
        Assert.InRange(ten, one, 2 * one);
    }

    [Theory]
    [InlineData("")]
    [InlineData("w1")]
    [InlineData("w1.1.")]
    [InlineData("w1.-1.AAAA")]
    [InlineData("w1.1.not base64!")]
    [InlineData("w1.1.AAAAAAAA")]
    [InlineData("w9.1.AAAA")]
    [InlineData("{\"trace\":null}")]
    public void Another_text_is_refused(string text) => Assert.Throws<InvalidDataException>(() => DeliveryText.Unpack(text));

    [Fact]
    public void A_text_that_lost_its_end_is_refused()
    {
        var parts = DeliveryText.PackOne(Of(Storage.Account.Noise(3000)))!.Split('.');
        var packed = Convert.FromBase64String(parts[2]);
        Assert.All(Enumerable.Range(1, 20), cut => Assert.Throws<InvalidDataException>(() => DeliveryText.Unpack($"w1.1.{Convert.ToBase64String(packed.AsSpan(0, packed.Length - (cut * 100)))}")));
        Assert.Throws<InvalidDataException>(() => DeliveryText.Unpack($"w1.2.{parts[2]}"));
    }

    private static byte[] Body(Random random)
    {
        var body = new byte[random.Next(8) == 0 ? random.Next(80_000) : random.Next(4_000)];
        if (random.Next(2) == 0)
        {
            random.NextBytes(body);
        }

        return body;
    }

    private static QueuedDelivery Of(byte[] body, string topic = "orders/create") =>
        new("shop", topic, null, null, Noon, "00-trace-01", null, null, null, body);

    private static void AssertSame(QueuedDelivery expected, QueuedDelivery actual)
    {
        Assert.Equal(expected with { Body = default }, actual with { Body = default });
        Assert.Equal(expected.Body.ToArray(), actual.Body.ToArray());
    }
}
