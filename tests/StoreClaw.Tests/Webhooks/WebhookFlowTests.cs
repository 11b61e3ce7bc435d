using System.Net;
using System.Text.Json;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;
using StoreClaw.Triggers;
using StoreClaw.Webhooks;

namespace StoreClaw.Tests.Webhooks;

public sealed class WebhookFlowTests
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_delivery_is_answered_stored_and_shown_on_the_timeline()
    {
        await using var demo = await DemoApp.StartAsync();
        using var answer = await demo.DeliverAsync(DemoPlatform.NewOrder("1001", Noon), "delivery-1");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var events = await demo.EventsAsync(static seen => seen.Count == 1);
        Assert.Equal("applied", events[0].GetProperty("outcome").GetString());
        Assert.Equal("1001", events[0].GetProperty("resourceId").GetString());
        Assert.Equal("delivery-1", events[0].GetProperty("deliveryId").GetString());
        Assert.Equal("1001", Assert.Single(await demo.OrdersAsync()).Id);
    }

    [Fact]
    public async Task A_hundred_copies_at_once_have_one_effect()
    {
        await using var demo = await DemoApp.StartAsync();
        var order = DemoPlatform.NewOrder("1001", Noon);
        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => demo.DeliverAsync(order, "the-same")));
        Assert.All(answers, static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        var events = await demo.EventsAsync(static seen => seen.Sum(static one => one.GetProperty("copies").GetInt32()) == 100);
        Assert.Equal("applied", Assert.Single(events).GetProperty("outcome").GetString());
        Assert.Single(await demo.OrdersAsync());
    }

    [Fact]
    public async Task Whatever_the_order_of_arrival_the_newest_version_stands()
    {
        await using var demo = await DemoApp.StartAsync();
        int[][] permutations = [[1, 2, 3], [1, 3, 2], [2, 1, 3], [2, 3, 1], [3, 1, 2], [3, 2, 1]];
        foreach (var (index, permutation) in permutations.Index())
        {
            foreach (var version in permutation)
            {
                using var answer = await demo.DeliverAsync(DemoPlatform.NewOrder($"order-{index}", Noon, Noon.AddSeconds(version), quantity: version));
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            }
        }

        await demo.EventsAsync(static seen => seen.Count == 18);
        Assert.All(await demo.OrdersAsync(), static order => Assert.Equal(30m, order.Total));
        Assert.Equal(6, (await demo.OrdersAsync()).Count);
    }

    [Fact]
    public async Task Two_edits_within_a_second_both_count_and_the_later_to_arrive_stands()
    {
        await using var demo = await DemoApp.StartAsync();
        var first = DemoPlatform.NewOrder("1", Noon, Noon, quantity: 1);
        var second = DemoPlatform.NewOrder("1", Noon, Noon, quantity: 2);
        using var one = await demo.DeliverAsync(first, "a");
        await demo.EventsAsync(static seen => seen.Count == 1);
        using var two = await demo.DeliverAsync(second, "b");
        await demo.EventsAsync(static seen => seen.Count == 2);
        Assert.Equal(20m, Assert.Single(await demo.OrdersAsync()).Total);

        using var again = await demo.DeliverAsync(first, "a");
        await demo.EventsAsync(static seen => seen.Sum(static one => one.GetProperty("copies").GetInt32()) == 3);
        Assert.Equal(20m, Assert.Single(await demo.OrdersAsync()).Total);
    }

    [Theory]
    [InlineData("wrong", 401)]
    [InlineData(null, 401)]
    public async Task A_wrong_or_missing_signature_is_refused(string? signature, int status)
    {
        await using var demo = await DemoApp.StartAsync();
        var request = DemoPlatform.Delivery(demo.Connection, DemoPlatform.NewOrder("1", Noon));
        request.Headers.Remove("x-demo-signature");
        if (signature is not null)
        {
            request.Headers.Add("x-demo-signature", signature);
        }

        using var answer = await demo.App.Client.SendAsync(request);
        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
        Assert.StartsWith("SIGNATURE_", problem.GetProperty("error_code").GetString(), StringComparison.Ordinal);
        Assert.Equal("authentication", problem.GetProperty("category").GetString());
    }

    [Fact]
    public async Task An_unknown_connection_or_connector_is_404()
    {
        await using var demo = await DemoApp.StartAsync();
        using var connection = await demo.App.Client.SendAsync(DemoPlatform.Delivery("nobody", DemoPlatform.NewOrder("1", Noon)));
        Assert.Equal(HttpStatusCode.NotFound, connection.StatusCode);
        using var connector = await demo.App.Client.PostAsync($"/webhooks/nothing/{demo.Connection}", null);
        Assert.Equal(HttpStatusCode.NotFound, connector.StatusCode);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(48 * 1024)]
    [InlineData(64 * 1024)]
    [InlineData(1024 * 1024)]
    public async Task Bodies_up_to_the_limit_arrive_whole_even_when_they_do_not_compress(int bytes)
    {
        byte[]? read = null;
        var platform = new DemoPlatform { WhenRead = delivery => read = delivery.Body.ToArray() };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        var body = new byte[bytes];
        new Random(7).NextBytes(body);
        using var answer = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "noise", body));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var events = await demo.EventsAsync(static seen => seen.Count == 1);
        Assert.Equal("recorded", events[0].GetProperty("outcome").GetString());
        Assert.Equal(body, read);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_the_limit_is_413_also_without_a_length(bool chunked)
    {
        await using var demo = await DemoApp.StartAsync();
        var request = DemoPlatform.Delivery(demo.Connection, "noise", new byte[(1024 * 1024) + 1]);
        request.Headers.TransferEncodingChunked = chunked;
        using var answer = await demo.App.Client.SendAsync(request);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task What_cannot_be_read_is_parked_with_its_cause_and_told_and_can_be_replayed()
    {
        await using var demo = await DemoApp.StartAsync();
        using var answer = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "order", "not json"u8.ToArray()));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var parked = await Eventually.GetAsync(async () => (await demo.App.GetAsync("/api/parked")).GetProperty("parked"), static seen => seen.GetArrayLength() == 1);
        Assert.Contains("not JSON", parked[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
        Assert.Equal(demo.Connection, parked[0].GetProperty("connection").GetString());
        Assert.Equal("parked", (await demo.EventsAsync(static seen => seen.Count == 1))[0].GetProperty("outcome").GetString());
        Assert.Contains(demo.Notifier.Notices, static notice => notice.Cause.StartsWith("parked|", StringComparison.Ordinal));

        var id = parked[0].GetProperty("id").GetString();
        await demo.App.PostAsync($"/api/parked/{id}/replay", new { }, 202);
        var events = await demo.EventsAsync(static seen => seen.Count == 2);
        Assert.Contains(events, static one => one.GetProperty("attempt").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task One_bad_event_in_a_shared_message_harms_no_other()
    {
        var platform = new DemoPlatform
        {
            WhenRead = static delivery =>
            {
                if (delivery.Topic == "explodes")
                {
                    throw new InvalidOperationException("A fault of ours.");
                }
            },
        };
        await using var demo = await DemoApp.StartAsync(platform: platform);
        var good = Enumerable.Range(0, 40).Select(n => demo.DeliverAsync(DemoPlatform.NewOrder($"o{n}", Noon)));
        var bad = demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "explodes", "{}"u8.ToArray()));
        Assert.All(await Task.WhenAll([.. good, bad]), static answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        await demo.EventsAsync(static seen => seen.Count(static one => one.GetProperty("outcome").GetString() == "applied") == 40);
        var parked = await Eventually.GetAsync(async () => (await demo.App.GetAsync("/api/parked")).GetProperty("parked"), static seen => seen.GetArrayLength() == 1);
        Assert.Contains("A fault of ours", parked[0].GetProperty("cause").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_shared_message_at_its_last_try_is_split_and_not_said_to_be_parked()
    {
        await using var demo = await DemoApp.StartAsync();
        var deliveries = Enumerable.Range(1, 2).Select(n => new QueuedDelivery(
            demo.Connection, "order", null, null, DateTimeOffset.UtcNow, null, null, null, null, DemoPlatform.BodyOf(DemoPlatform.NewOrder($"o{n}", Noon))));
        var text = DeliveryText.Pack(new ArraySegment<QueuedDelivery>([.. deliveries]), static one => one).Single().Text!;
        var message = QueuesModelFactory.QueueMessage("id", "receipt", text, QueueDoor.MostTries);
        await demo.App.Services.GetRequiredService<QueueDoor>().RunAsync(
            QueueNames.WebhookEvents, message, static _ => throw new InvalidOperationException("They failed together."), CancellationToken.None);
        await demo.EventsAsync(static seen => seen.Count(static one => one.GetProperty("outcome").GetString() == "applied") == 2);
        Assert.Equal(0, (await demo.App.GetAsync("/api/parked")).GetProperty("parked").GetArrayLength());
        Assert.Contains(demo.App.Log.Lines, static line => line.Contains("was split into its 2 deliveries", StringComparison.Ordinal) && line.Contains("They failed together", StringComparison.Ordinal));
        Assert.DoesNotContain(demo.App.Log.Lines, static line => line.Contains("was parked", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_unknown_topic_is_recorded_and_done()
    {
        await using var demo = await DemoApp.StartAsync();
        using var answer = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "new/topic", "{}"u8.ToArray()));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var events = await demo.EventsAsync(static seen => seen.Count == 1);
        Assert.Equal(("new/topic", "recorded"), (events[0].GetProperty("topic").GetString(), events[0].GetProperty("outcome").GetString()));
    }

    [Fact]
    public async Task A_done_event_can_be_replayed_on_purpose_after_a_dry_run()
    {
        await using var demo = await DemoApp.StartAsync();
        using var answer = await demo.DeliverAsync(DemoPlatform.NewOrder("1", Noon));
        var id = (await demo.EventsAsync(static seen => seen.Count == 1))[0].GetProperty("id").GetString()!;
        var dry = await demo.App.PostAsync("/api/events/replay", new { ids = new[] { id }, dryRun = true });
        Assert.Equal(1, dry.GetProperty("count").GetInt32());
        Assert.Single(await demo.EventsAsync(static seen => seen.Count > 0));

        await demo.App.PostAsync("/api/events/replay", new { ids = new[] { id }, dryRun = false }, 202);
        var events = await demo.EventsAsync(static seen => seen.Count == 2);
        Assert.Single(events, static one => one.GetProperty("attempt").ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task A_deleted_order_is_looked_up_and_becomes_a_tombstone()
    {
        await using var demo = await DemoApp.StartAsync();
        using var placed = await demo.DeliverAsync(DemoPlatform.NewOrder("1", Noon));
        await demo.EventsAsync(static seen => seen.Count == 1);
        using var deleted = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "order-deleted", """{"id":"1"}"""u8.ToArray()));
        await demo.EventsAsync(static seen => seen.Count == 2);
        Assert.Empty(await demo.OrdersAsync());
    }

    [Fact]
    public async Task Erasure_removes_the_buyer_and_keeps_the_figures()
    {
        await using var demo = await DemoApp.StartAsync();
        using var placed = await demo.DeliverAsync(DemoPlatform.NewOrder("1", Noon, customer: "buyer-7"));
        await demo.EventsAsync(static seen => seen.Count == 1);
        using var erase = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "erase", """{"customer":"buyer-7"}"""u8.ToArray()));
        await demo.EventsAsync(static seen => seen.Count == 2);
        var order = Assert.Single(await demo.OrdersAsync());
        Assert.Null(order.CustomerId);
        Assert.Equal(10m, order.Total);
        Assert.DoesNotContain("buyer-7", (await demo.App.GetAsync("/api/events")).GetRawText(), StringComparison.Ordinal);
    }
}
