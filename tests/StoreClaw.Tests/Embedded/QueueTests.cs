using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

public sealed class QueueTests
{
    private static readonly TimeSpan Now = TimeSpan.Zero;

    [Fact]
    public async Task A_message_binds_to_every_supported_type()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BindingFunctions)));
        await SendAsync(app, "as-text", "tëxt");
        Assert.Equal("tëxt", (await app.Calls.WhenAsync(1))[0]);
        await SendAsync(app, "as-bytes", "bytes");
        Assert.Equal("bytes"u8.ToArray(), (await app.Calls.WhenAsync(2))[1]);
        await SendAsync(app, "as-data", "data");
        Assert.Equal("data", (await app.Calls.WhenAsync(3))[2]);
        await SendAsync(app, "as-object", """{"id":"o1","UNITS":3}""");
        Assert.Equal(new Order("o1", 3), (await app.Calls.WhenAsync(4))[3]);
        var sent = await SendAsync(app, "as-message", "whole");
        var message = (QueueMessage)(await app.Calls.WhenAsync(5))[4]!;
        Assert.Equal((sent.MessageId, "whole", 1L), (message.MessageId, message.Body.ToString(), message.DequeueCount));
        Assert.NotNull(message.InsertedOn);
        Assert.NotEmpty(message.PopReceipt);
    }

    [Fact]
    public async Task Metadata_binds_by_name_and_json_properties_hide_it()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BindingFunctions)));
        var sent = await SendAsync(app, "with-metadata", "plain");
        var plain = (Metadata)(await app.Calls.WhenAsync(1))[0]!;
        Assert.Equal(("plain", sent.MessageId, 1), (plain.Message, plain.Id, plain.DequeueCount));
        Assert.NotEmpty(plain.PopReceipt);
        Assert.Equal(sent.InsertionTime.ToUnixTimeSeconds(), plain.Inserted.ToUnixTimeSeconds());
        Assert.Equal(sent.ExpirationTime.ToUnixTimeSeconds(), plain.Expires.ToUnixTimeSeconds());
        Assert.True(plain.NextVisible > plain.Inserted);
        const string Hiding = """{"ID":"mine","dequeueCount":77,"popReceipt":null,"insertionTime":"2020-01-02T03:04:05Z","expirationTime":["not","taken"]}""";
        await SendAsync(app, "with-metadata", Hiding);
        var hidden = (Metadata)(await app.Calls.WhenAsync(2))[1]!;
        Assert.Equal((Hiding, "mine", 77), (hidden.Message, hidden.Id, hidden.DequeueCount));
        Assert.NotEmpty(hidden.PopReceipt);
        Assert.Equal(new DateTimeOffset(2020, 1, 2, 3, 4, 5, Now), hidden.Inserted);
        Assert.True(hidden.Expires > plain.Inserted);
    }

    [Fact]
    public async Task A_handled_message_is_gone()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(WorkFunctions)));
        app.Calls.Gate("work").SetResult();
        await SendAsync(app, "work", "once");
        await Eventually.GetAsync(async () => (await Queue(app.Storage, "work").GetPropertiesAsync()).Value.ApproximateMessagesCount, count => count == 0);
        Assert.Equal(["once"], app.Calls.All);
    }

    [Fact]
    public async Task Plain_encoding_is_taken_as_it_is()
    {
        await using var app = await EmbeddedHost.StartAsync(
            new HostPlan(typeof(BindingFunctions)).With("AzureFunctionsJobHost:extensions:queues:messageEncoding", "none"));
        var queue = new QueueClient(app.Storage, "as-text");
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync("<not base64>");
        Assert.Equal("<not base64>", (await app.Calls.WhenAsync(1))[0]);
    }

    [Fact]
    public async Task A_message_that_keeps_failing_ends_in_the_poison_queue_unchanged()
    {
        await using var app = await EmbeddedHost.StartAsync(Impatient(new HostPlan(typeof(FailingFunctions))));
        await SendAsync(app, "failing", "bäd");
        var parked = await ReceiveAsync(app.Storage, "failing-poison");
        Assert.Equal("bäd", parked.Body.ToString());
        Assert.Equal([1L, 2L], app.Calls.All);
        await Eventually.GetAsync(async () => (await Queue(app.Storage, "failing").GetPropertiesAsync()).Value.ApproximateMessagesCount, count => count == 0);
        Assert.Contains(app.Logs.Lines, line => line.Contains("It fails.", StringComparison.Ordinal));
        Assert.DoesNotContain(app.Logs.Lines, line => line.Contains("bäd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_message_that_took_its_process_with_it_each_time_is_not_tried_again()
    {
        var storage = await TestStorage.NewAccountAsync();
        var queue = Queue(storage, "failing");
        await queue.CreateAsync();
        await queue.SendMessageAsync("deadly");
        for (var death = 0; death < 2; death++)
        {
            var message = (await queue.ReceiveMessageAsync()).Value;
            await queue.UpdateMessageAsync(message.MessageId, message.PopReceipt, visibilityTimeout: Now);
        }

        await using var app = await EmbeddedHost.StartAsync(Impatient(new HostPlan(typeof(FailingFunctions)) { Storage = storage }));
        Assert.Equal("deadly", (await ReceiveAsync(storage, "failing-poison")).Body.ToString());
        Assert.Empty(app.Calls.All);
    }

    [Fact]
    public async Task A_message_that_cannot_be_decoded_is_parked_without_a_try()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(WorkFunctions)));
        var raw = new QueueClient(app.Storage, "work");
        await raw.CreateIfNotExistsAsync();
        await raw.SendMessageAsync("%%%");
        var parked = await Eventually.GetAsync(() => TryReceiveAsync(new QueueClient(app.Storage, "work-poison")), message => message is not null);
        Assert.Equal("%%%", parked!.MessageText);
        Assert.Empty(app.Calls.All);
    }

    [Fact]
    public async Task A_poison_queue_has_no_poison_queue()
    {
        await using var app = await EmbeddedHost.StartAsync(Impatient(new HostPlan(typeof(FailingFunctions))));
        await SendAsync(app, "parked-poison", "parked");
        Assert.Equal([1L, 2L, 3L, 4L, 5L], (await app.Calls.WhenAsync(5)).Cast<long>());
        Assert.False(await Queue(app.Storage, "parked-poison-poison").ExistsAsync());
    }

    [Fact]
    public async Task A_handler_longer_than_the_lease_runs_once()
    {
        var plan = new HostPlan(typeof(WorkFunctions)).With("Embedded:MessageLease", "00:00:01");
        await using var app = await EmbeddedHost.StartAsync(plan);
        await using var other = await EmbeddedHost.StartAsync(plan with { Storage = app.Storage });
        await SendAsync(app, "work", "long");
        await app.Calls.WhenAsync(1);
        await AnotherLeasePassesAsync(app.Storage, TimeSpan.FromSeconds(3));
        app.Calls.Gate("work").SetResult();
        await Eventually.GetAsync(async () => (await Queue(app.Storage, "work").GetPropertiesAsync()).Value.ApproximateMessagesCount, count => count == 0);
        Assert.Equal(["long"], app.Calls.All);
    }

    [Fact]
    public async Task A_message_that_is_no_longer_ours_cancels_its_handler()
    {
        await using var app = await EmbeddedHost.StartAsync(Impatient(new HostPlan(typeof(HeedingFunctions))).With("Embedded:MessageLease", "00:00:01"));
        await SendAsync(app, "heeding", "taken");
        await app.Calls.WhenAsync(1);
        await Queue(app.Storage, "heeding").ClearMessagesAsync();
        Assert.Equal("cancelled", (await app.Calls.WhenAsync(2))[1]);
        await app.StopAsync();
        Assert.False(await Queue(app.Storage, "heeding-poison").ExistsAsync());
        Assert.Equal(2, app.Calls.All.Count);
    }

    [Fact]
    public async Task Two_processes_share_one_queue_and_handle_each_message_once()
    {
        var storage = await TestStorage.NewAccountAsync();
        var plan = new HostPlan(typeof(SharingFunctions)) { Storage = await TestStorage.NewAccountAsync() }
            .With("SharedQueue", "shared-work").With("OtherStorage", storage);
        var queue = Queue(storage, "shared-work");
        await queue.CreateAsync();
        var bodies = Enumerable.Range(0, 32).Select(number => $"message {number}").ToArray();
        await Task.WhenAll(bodies.Select(body => queue.SendMessageAsync(body)));
        await using var one = await EmbeddedHost.StartAsync(plan with { Calls = new CallLog() });
        await using var two = await EmbeddedHost.StartAsync(plan with { Calls = new CallLog() });

        // One process takes batchSize (16) messages and no more before 8 or fewer are left, so 32 in work at once take two.
        await Eventually.GetAsync(() => Task.FromResult((one.Calls.All.Count, two.Calls.All.Count)), counts => counts == (16, 16));
        one.Calls.Gate("share").SetResult();
        two.Calls.Gate("share").SetResult();
        await Eventually.GetAsync(async () => (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount, count => count == 0);
        Assert.Equal(bodies.Order(), one.Calls.All.Concat(two.Calls.All).Cast<string>().Order());
    }

    [Fact]
    public async Task Results_become_messages()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(OutputFunctions)).With("Suffix", "end"));
        await SendAsync(app, "split", "first");
        Assert.Equal("first", (await ReceiveAsync(app.Storage, "out-first")).Body.ToString());
        Assert.Equal("""{"Id":"a","Units":1}""", (await ReceiveAsync(app.Storage, "out-rest")).Body.ToString());
        Assert.Equal("""{"Id":"b","Units":2}""", (await ReceiveAsync(app.Storage, "out-rest")).Body.ToString());
        await SendAsync(app, "pass", "one two");
        Assert.Equal(["one", "two"], (await app.Calls.WhenAsync(2)).Order());
    }

    [Fact]
    public async Task Work_queued_by_a_request_is_seen_at_once_however_long_the_back_off()
    {
        await using var app = await EmbeddedHost.StartAsync(
            new HostPlan(typeof(EnqueueFunctions)) { FirstPollWait = TimeSpan.FromHours(1) }
                .With("AzureFunctionsJobHost:extensions:queues:maxPollingInterval", "02:00:00"));
        await Eventually.GetAsync(async () => (bool)await Queue(app.Storage, "enqueued").ExistsAsync(), exists => exists);
        using var response = await app.Client.PostAsync("/enqueue", null);
        Assert.Equal("from http", (await app.Calls.WhenAsync(1))[0]);
    }

    [Fact]
    public async Task A_handler_past_its_time_failed()
    {
        var plan = Impatient(new HostPlan(typeof(WorkFunctions))).With("AzureFunctionsJobHost:functionTimeout", "00:00:00.2");
        await using var app = await EmbeddedHost.StartAsync(plan);
        await SendAsync(app, "work", "slow");
        Assert.Equal("slow", (await ReceiveAsync(app.Storage, "work-poison")).Body.ToString());
        Assert.Equal(["slow", "slow"], app.Calls.All);
    }

    [Fact]
    public async Task A_stop_cancels_handlers_and_gives_their_messages_back()
    {
        var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(WorkFunctions)));
        await using (app)
        {
            await SendAsync(app, "work", "unfinished");
            await app.Calls.WhenAsync(1);
        }

        var message = (await Queue(app.Storage, "work").ReceiveMessageAsync()).Value;
        Assert.Equal(("unfinished", 2L), (message.Body.ToString(), message.DequeueCount));
    }

    [Fact]
    public async Task A_handler_that_does_not_heed_the_stop_loses_its_message_after_the_grace()
    {
        var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(StubbornFunctions)).With("Embedded:ShutdownGrace", "00:00:01"));
        await using (app)
        {
            await SendAsync(app, "stubborn", "held");
            await app.Calls.WhenAsync(1);
        }

        var queue = Queue(app.Storage, "stubborn");
        Assert.Equal("held", (await queue.PeekMessageAsync()).Value.Body.ToString());
        app.Calls.Gate("stubborn").SetResult();
        Assert.Equal(true, (await app.Calls.WhenAsync(2))[1]);
        Assert.Equal("held", (await queue.PeekMessageAsync()).Value.Body.ToString());
    }

    [Fact]
    public async Task A_stop_lets_a_handler_finish_its_message()
    {
        var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(StubbornFunctions)));
        await SendAsync(app, "stubborn", "finished");
        await app.Calls.WhenAsync(1);
        var stop = app.StopAsync();
        app.Calls.Gate("stubborn").SetResult();
        await stop;
        Assert.Equal(0, (await Queue(app.Storage, "stubborn").GetPropertiesAsync()).Value.ApproximateMessagesCount);
        await app.DisposeAsync();
    }

    private static HostPlan Impatient(HostPlan plan) => plan
        .With("AzureFunctionsJobHost:extensions:queues:maxDequeueCount", "2")
        .With("AzureFunctionsJobHost:extensions:queues:visibilityTimeout", "00:00:00");

    private static QueueClient Queue(string storage, string name) => new(storage, name, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });

    private static async Task<SendReceipt> SendAsync(EmbeddedHost app, string queue, string text)
    {
        var client = Queue(app.Storage, queue);
        await client.CreateIfNotExistsAsync();
        return await client.SendMessageAsync(text);
    }

    private static async Task<QueueMessage> ReceiveAsync(string storage, string queue) =>
        (await Eventually.GetAsync(() => TryReceiveAsync(Queue(storage, queue)), message => message is not null))!;

    private static async Task<QueueMessage?> TryReceiveAsync(QueueClient queue) => await queue.ExistsAsync() ? (await queue.ReceiveMessageAsync()).Value : null;

    // The real service's clock cannot be moved; nobody may see the message while it goes on.
    private static async Task AnotherLeasePassesAsync(string storage, TimeSpan length)
    {
        using var end = new CancellationTokenSource(length);
        while (!end.IsCancellationRequested)
        {
            Assert.Null((await Queue(storage, "work").PeekMessageAsync()).Value);
        }
    }
}
