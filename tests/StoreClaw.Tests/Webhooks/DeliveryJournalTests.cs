using Azure.Storage.Queues.Models;
using StoreClaw.Storage;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Webhooks;

/// <summary>The write before the answer, on a real queue, with a clock that a test moves.</summary>
public sealed class DeliveryJournalTests
{
    private readonly ManualTime _time = new();
    private readonly CuttingTransport _wire = new();

    [Fact]
    public async Task What_arrives_alone_is_seen_at_once()
    {
        var (storage, journal) = await NewAsync();
        foreach (var id in (string[])["1", "2", "3"])
        {
            await journal.AppendAsync(Delivery(id));
            Assert.Equal([[id]], Ids(await TakeAsync(storage)));
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    [Fact]
    public async Task A_stream_is_one_write_a_delivery_and_one_message_after_the_first()
    {
        var (storage, journal) = await NewAsync();
        await journal.AppendAsync(Delivery("0"));
        var calls = _wire.Calls;
        foreach (var n in Enumerable.Range(1, 20))
        {
            await journal.AppendAsync(Delivery($"{n}"));
        }

        Assert.Equal(20, _wire.Calls - calls);
        Assert.Equal([["0"], [.. Enumerable.Range(1, 20).Select(static n => $"{n}")]], Ids(await AllAsync(storage, 2)));
    }

    [Fact]
    public async Task A_message_stops_growing_when_it_is_old()
    {
        var (storage, journal) = await NewAsync();
        foreach (var n in Enumerable.Range(0, 12))
        {
            await journal.AppendAsync(Delivery($"{n}"));
            _time.Advance(TimeSpan.FromMilliseconds(90));
        }

        var sizes = Ids(await AllAsync(storage, 3)).Select(static ids => ids.Count);
        Assert.Equal([1, 6, 5], sizes);
    }

    [Fact]
    public async Task A_message_stops_growing_when_it_is_long()
    {
        var (storage, journal) = await NewAsync();
        foreach (var n in Enumerable.Range(0, 13))
        {
            await journal.AppendAsync(Delivery($"{n}", 1500 + n));
        }

        var messages = await AllAsync(storage, 5);
        Assert.Equal([1, 3, 3, 3, 3], Ids(messages).Select(static ids => ids.Count));
        Assert.All(messages, static message => Assert.InRange(message.MessageText.Length, 2000, 8 * 1024));
    }

    [Fact]
    public async Task One_that_is_too_long_to_be_added_to_is_seen_at_once()
    {
        var (storage, journal) = await NewAsync();
        await journal.AppendAsync(Delivery("0"));
        var calls = _wire.Calls;
        await journal.AppendAsync(Delivery("1", 20_000));
        Assert.Equal(1, _wire.Calls - calls);
        Assert.Equal([["0"], ["1"]], Ids(await TakeAsync(storage)));
    }

    [Fact]
    public async Task A_message_that_somebody_took_is_theirs_and_the_next_delivery_begins_another()
    {
        var (storage, journal) = await NewAsync();
        await journal.AppendAsync(Delivery("0"));
        await journal.AppendAsync(Delivery("1"));
        Assert.Equal([["0"], ["1"]], Ids(await AllAsync(storage, 2)));
        await journal.AppendAsync(Delivery("2"));
        await journal.AppendAsync(Delivery("3"));
        Assert.Equal([["2", "3"]], Ids(await AllAsync(storage, 1)));
    }

    [Fact]
    public async Task A_body_too_big_for_a_message_goes_its_own_way_amid_a_stream()
    {
        var (storage, journal) = await NewAsync();
        foreach (var (id, size) in ((string, int)[])[("0", 100), ("1", 100), ("2", 200_000), ("3", 100)])
        {
            await journal.AppendAsync(Delivery(id, size));
        }

        var taken = Ids(await AllAsync(storage, 4));
        Assert.Equal(["0", "1", "2", "3"], taken.Select(Assert.Single).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_was_answered_stays_when_adding_to_it_fails(bool afterwards)
    {
        var account = await TestStorage.NewAccountAsync();
        var storage = Account.Of(account);
        await storage.Queue(QueueNames.WebhookEvents).CreateAsync();
        var journal = Journal(Account.Of(account, new CuttingTransport(at: 3, afterwards)));
        await journal.AppendAsync(Delivery("0"));
        await journal.AppendAsync(Delivery("1"));
        await Assert.ThrowsAsync<ProcessDiedException>(() => journal.AppendAsync(Delivery("2")));
        Assert.Equal<IEnumerable<List<string>>>([["0"], afterwards ? ["1", "2"] : ["1"]], Ids(await AllAsync(storage, 2)));
    }

    private async Task<(StorageClients Storage, DeliveryJournal Journal)> NewAsync()
    {
        var storage = await Account.NewAsync(_wire);
        await storage.Queue(QueueNames.WebhookEvents).CreateAsync();
        return (storage, Journal(storage));
    }

    private DeliveryJournal Journal(StorageClients storage)
    {
        var payloads = new PayloadStore(storage);
        return new DeliveryJournal(new WorkQueues(storage, payloads, new SeededRandomness(1), _time), payloads, new SeededRandomness(1), _time);
    }

    private static QueuedDelivery Delivery(string id, int size = 50) => new("shop", "orders/create", id, null, DateTimeOffset.UnixEpoch, null, null, null, null, Account.Noise(size));

    private static async Task<QueueMessage[]> TakeAsync(StorageClients storage) => await storage.Queue(QueueNames.WebhookEvents).ReceiveMessagesAsync(32, TimeSpan.FromMinutes(1));

    /// <summary>All of them, as soon as storage shows them.</summary>
    private static async Task<List<QueueMessage>> AllAsync(StorageClients storage, int count)
    {
        var all = new List<QueueMessage>();
        await Eventually.GetAsync(
            async () =>
            {
                all.AddRange(await TakeAsync(storage));
                return all.Count;
            },
            seen => seen >= count);
        Assert.Equal(count, all.Count);
        return all;
    }

    private static List<List<string>> Ids(IEnumerable<QueueMessage> messages) =>
        [.. messages.Select(static message => DeliveryText.Unpack(message.MessageText).Select(static delivery => delivery.DeliveryId!).ToList())];
}
