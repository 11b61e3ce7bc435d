using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Connectors;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Webhooks;

/// <summary>Deliveries that only name a record: what they say has to be asked of the platform, at its pace.</summary>
public sealed class LookupTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_slow_platform_holds_up_no_delivery_that_needs_no_lookup()
    {
        var (answering, underWay, most) = (new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously), 0, 0);
        var platform = new DemoPlatform
        {
            BeforeFind = async _ =>
            {
                most = Math.Max(most, Interlocked.Increment(ref underWay));
                await answering.Task;
                Interlocked.Decrement(ref underWay);
            },
        };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await SendAsync(demo, [.. Enumerable.Range(1, 6).Select(n => ToLookUp(demo, $"gone-{n}")), Order(demo, "1"), ToLookUp(demo, "gone-1")]);
        await SendAsync(demo, [Order(demo, "2")]);

        await demo.EventsAsync(static seen => seen.Count == 2);
        Assert.Equal(["1", "2"], (await demo.OrdersAsync()).Select(static order => order.Id).Order());
        answering.SetResult();
        var events = await demo.EventsAsync(static seen => seen.Count == 8 && seen.Sum(static one => one.GetProperty("copies").GetInt32()) == 9);
        Assert.All(events, static one => Assert.Equal("applied", one.GetProperty("outcome").GetString()));
        Assert.InRange(most, 1, 2);
    }

    [Fact]
    public async Task A_handful_of_questions_at_once_are_asked_one_after_the_other_and_none_goes_back_on_the_queue()
    {
        await using var demo = await DemoApp.StartAsync(platform: new DemoPlatform { BeforeFind = async _ => await Task.Yield() });
        var applier = demo.App.Services.GetRequiredService<EventApplier>();
        await Task.WhenAll(Enumerable.Range(1, 8).Select(n => applier.ApplyAsync(DeliveryText.PackOne(ToLookUp(demo, $"{n}"))!, $"message-{n}", 1, CancellationToken.None)));
        Assert.Equal(8, (await demo.EventsAsync(static _ => true)).Count);
    }

    [Fact]
    public async Task Deliveries_of_one_message_that_ask_the_same_ask_once()
    {
        var asked = 0;
        var platform = new DemoPlatform { BeforeFind = _ => Task.FromResult(Interlocked.Increment(ref asked)) };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await SendAsync(demo, [.. Enumerable.Range(1, 5).Select(n => ToLookUp(demo, "1", n)), Order(demo, "2")]);
        await demo.EventsAsync(static seen => seen.Count == 6);
        Assert.Equal(1, asked);
    }

    [Theory]
    [InlineData(FaultKind.Throttled)]
    [InlineData(FaultKind.QuotaExhausted)]
    [InlineData(FaultKind.StoreUnavailable)]
    public async Task While_the_platform_cannot_answer_a_delivery_waits_and_spends_no_try(FaultKind kind)
    {
        var asked = 0;
        var platform = new DemoPlatform
        {
            BeforeFind = _ => Interlocked.Increment(ref asked) == 1 ? throw new PlatformException(new PlatformFault(kind, "later", "Not now.")) : Task.CompletedTask,
        };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        await SendAsync(demo, [ToLookUp(demo, "1")]);
        var one = Assert.Single(await demo.EventsAsync(static seen => seen.Count == 1));
        Assert.Equal(("applied", 1, 2), (one.GetProperty("outcome").GetString(), one.GetProperty("tries").GetInt32(), asked));
    }

    [Theory]
    [InlineData(FaultKind.Throttled, 25)]
    [InlineData(FaultKind.Invalid, 0)]
    [InlineData(FaultKind.CredentialsRejected, 0)]
    public async Task What_waiting_does_not_mend_fails_the_message(FaultKind kind, int hours)
    {
        var platform = new DemoPlatform { BeforeFind = _ => throw new PlatformException(new PlatformFault(kind, "no", "No.")) };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        var old = ToLookUp(demo, "1") with { ReceivedAt = DateTimeOffset.UtcNow.AddHours(-hours) };
        var applier = demo.App.Services.GetRequiredService<EventApplier>();
        var failed = await Assert.ThrowsAsync<PlatformException>(() => applier.ApplyAsync(DeliveryText.PackOne(old)!, "message", 1, CancellationToken.None));
        Assert.Equal(kind, failed.Fault.Kind);
    }

    private static QueuedDelivery Order(DemoApp demo, string id) => New(demo, "order", DemoPlatform.BodyOf(DemoPlatform.NewOrder(id, Noon)));

    private static QueuedDelivery ToLookUp(DemoApp demo, string id, int edit = 0) => New(demo, "order-deleted", JsonSerializer.SerializeToUtf8Bytes(new { id, edit }));

    private static QueuedDelivery New(DemoApp demo, string topic, byte[] body) => new(demo.Connection, topic, null, null, DateTimeOffset.UtcNow, null, null, null, null, body);

    private static Task SendAsync(DemoApp demo, QueuedDelivery[] together) => demo.App.Services.GetRequiredService<WorkQueues>().SendTextAsync(
        QueueNames.WebhookEvents, DeliveryText.Pack(new ArraySegment<QueuedDelivery>(together), static one => one).Single().Text!, null, CancellationToken.None);
}
