using System.Diagnostics;
using Azure.Storage.Queues.Models;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Storage;

public sealed class WorkQueuesTests
{
    private const string Queue = "store-sync";

    private readonly ManualTime _time = new();

    [Theory]
    [InlineData("plain")]
    [InlineData("订单 🛒👩🏽‍🚀 é ü ￿ <&>\"' \t end")]
    [InlineData("line\nline\r\nline\0\u0001\u001F\u007F\uFFFE")]
    [InlineData("")]
    public async Task Work_is_read_as_it_was_sent(string text)
    {
        var (storage, queues) = await NewAsync();
        var work = new Work(text, 3, [1.25m, -7m]);
        await queues.SendAsync(Queue, work, null, CancellationToken.None);

        var message = Assert.Single(await ReceiveAsync(storage));

        var read = await queues.ReadAsync<Work>(message, CancellationToken.None);
        Assert.Equal((text, 3), (read.Text, read.Number));
        Assert.Equal(work.Amounts, read.Amounts);
        Assert.DoesNotContain("payload\":\"", message.MessageText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plain_text_travels_as_it_is()
    {
        var (storage, queues) = await NewAsync();
        await queues.SendTextAsync(Queue, "w1 🛒 <&>", null, CancellationToken.None);

        Assert.Equal("w1 🛒 <&>", Assert.Single(await ReceiveAsync(storage)).MessageText);
    }

    [Fact]
    public async Task What_is_too_big_for_a_message_travels_beside_it()
    {
        var (storage, queues) = await NewAsync();
        var text = string.Concat(Enumerable.Repeat("🛒", 300 * 1024 / 4));
        await queues.SendAsync(Queue, new Work(text, 3, []), null, CancellationToken.None);

        var message = Assert.Single(await ReceiveAsync(storage));

        Assert.InRange(message.MessageText.Length, 1, 500);
        Assert.Equal(text, (await queues.ReadAsync<Work>(message, CancellationToken.None)).Text);
    }

    /// <summary>Every size around the limit, where an emoji counts four bytes and its JSON text may count more.</summary>
    [Fact]
    public async Task Every_size_around_the_limit_arrives()
    {
        var (storage, queues) = await NewAsync();
        foreach (var length in Enumerable.Range((WorkQueues.Capacity / 4) - 20, 24))
        {
            var text = string.Concat(Enumerable.Repeat("🛒", length));
            await queues.SendAsync(Queue, new Work(text, length, []), null, CancellationToken.None);
            var message = Assert.Single(await ReceiveAsync(storage));
            Assert.Equal(text, (await queues.ReadAsync<Work>(message, CancellationToken.None)).Text);
            await storage.Queue(Queue).DeleteMessageAsync(message.MessageId, message.PopReceipt);
        }
    }

    [Fact]
    public async Task The_trace_of_the_sender_goes_along()
    {
        var (storage, queues) = await NewAsync();
        using var activity = new Activity("sending").Start();
        await queues.SendAsync(Queue, new Work("", 0, []), null, CancellationToken.None);

        Assert.Contains(activity.Id!, Assert.Single(await ReceiveAsync(storage)).MessageText, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"trace":null,"body":7,"payload":null}""")]
    [InlineData("""{"trace":null,"body":null,"payload":"store-sync-gone"}""")]
    public async Task What_is_no_message_of_ours_is_said_to_be_none(string text)
    {
        var (_, queues) = await NewAsync();
        var message = QueuesModelFactory.QueueMessage("1", "1", text, 1, null, null, null);

        await Assert.ThrowsAsync<InvalidDataException>(() => queues.ReadAsync<Work>(message, CancellationToken.None));
    }

    private static async Task<QueueMessage[]> ReceiveAsync(StorageClients storage) => await storage.Queue(Queue).ReceiveMessagesAsync(32);

    private async Task<(StorageClients Storage, WorkQueues Queues)> NewAsync()
    {
        var storage = await Account.NewAsync();
        return (storage, new WorkQueues(storage, new PayloadStore(storage), new SeededRandomness(1), _time));
    }

    public sealed record Work(string Text, int Number, IReadOnlyList<decimal> Amounts);
}
