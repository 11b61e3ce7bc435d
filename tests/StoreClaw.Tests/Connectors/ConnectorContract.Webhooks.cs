using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors;

/// <content>Webhooks and stock writing.</content>
public abstract partial class ConnectorContract
{
    // As long as the longest kind of key asks for.
    private const string One = "one-key-of-thirty-two-characters";
    private const string Two = "two-key-of-thirty-two-characters";
    private const string Three = "third-key-of-32-characters-long!";

    private const string Body = """{"id":1,"note":"naïve café 漢字 🧵"}""";

    public static TheoryData<string> Bodies => new("", "{}", Body, "{\r\n  \"id\": 1\r\n}", "\uFEFF{\"id\":1}", "{\"id\":1}\n", "not json at all");

    private IWebhooks Webhooks => Connector.Webhooks!;

    private string OrderTopic => Connector.Descriptor.Topics.First(static topic => topic.Contains("order", StringComparison.OrdinalIgnoreCase));

    [Theory]
    [MemberData(nameof(Bodies))]
    public void A_good_signature_is_taken_whatever_the_body(string body)
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        Assert.Equal(SignatureResult.Valid, Verify(Signed(body, One), One));
        Assert.Equal(SignatureResult.Mismatch, Verify(Signed(body, One), Two));
    }

    [Fact]
    public void Every_changed_byte_is_noticed()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        var signed = Signed(Body, One);
        for (var i = 0; i < signed.Body.Length; i++)
        {
            var tampered = signed.Body.ToArray();
            tampered[i] ^= 1;
            Assert.Equal(SignatureResult.Mismatch, Verify(signed with { Body = tampered }, One));
        }

        var longer = Verify(signed with { Body = signed.Body.ToArray().Append((byte)'\n').ToArray() }, One);
        Assert.Equal(SignsWhiteSpace ? SignatureResult.Mismatch : SignatureResult.Valid, longer);
    }

    [Fact]
    public void Every_changed_character_of_the_signature_is_noticed()
    {
        if (Connector.Webhooks is null || !SignsInAHeader)
        {
            return;
        }

        var signed = Signed(Body, One);
        var (name, value) = SignatureHeader(signed);
        for (var i = 0; i < value.Length; i++)
        {
            var tampered = $"{value[..i]}{(value[i] is 'A' or 'a' ? 'B' : 'A')}{value[(i + 1)..]}";
            Assert.Equal(SignatureResult.Mismatch, Verify(WithHeader(signed, name, tampered), One));
        }
    }

    [Fact]
    public void No_signature_and_no_secret_are_told_apart()
    {
        if (Connector.Webhooks is null || !SignsInAHeader)
        {
            return;
        }

        var signed = Signed(Body, One);

        Assert.Equal(SignatureResult.MissingSignature, Verify(WithHeader(signed, SignatureHeader(signed).Key, null), One));
        Assert.Equal(SignatureResult.MissingSecret, Verify(signed));
        Assert.Equal(SignatureResult.MissingSecret, Verify(Signed(Body, ""), ""));
    }

    [Fact]
    public void Old_and_new_secret_are_both_good_while_one_replaces_the_other()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        Assert.Equal(SignatureResult.Valid, Verify(Signed(Body, One), Two, One));
        Assert.Equal(SignatureResult.Valid, Verify(Signed(Body, Two), Two, One));
        Assert.Equal(SignatureResult.Mismatch, Verify(Signed(Body, Three), Two, One));
    }

    [Fact]
    public void Verifying_never_throws()
    {
        if (Connector.Webhooks is null || !SignsInAHeader)
        {
            return;
        }

        var name = SignatureHeader(Signed(Body, One)).Key;
        Prop.ForAll<byte[], string?, string?>((body, header, secret) =>
        {
            var request = new WebhookRequest("POST", new HeaderDictionary { [name] = header }, new QueryCollection(), body, new Uri("https://storeclaw.example/webhooks"));
            return Verify(request, secret ?? "") != SignatureResult.Valid;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task What_is_delivered_is_what_the_list_holds()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Platform.EnterAddress(receiver.Url);
        await Webhooks.EnsureAsync(store, receiver.Url, CancellationToken.None);
        Time.Advance(TimeSpan.FromMinutes(1));
        var order = Place();
        var variant = Shop.Products[1].Variants[0];
        Shop.SetStock(variant.Id, 77);
        Shop.SetPrice(variant.Id, 99.5m);
        await Platform.DeliverAsync();

        var changes = await AcceptAsync(store, receiver.Received);

        await AssertSameAsFoundAsync(store, Resource.Orders, order.Id, changes);
        foreach (var (resource, id) in ((Resource, long)[])[(Resource.Products, Shop.Products[1].Id), (Resource.Customers, order.CustomerId!.Value)])
        {
            if (Told.Contains(resource))
            {
                await AssertSameAsFoundAsync(store, resource, id, changes);
            }
        }
    }

    [Fact]
    public async Task Every_kind_of_change_in_a_shop_is_delivered_and_understood()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        await using var receiver = await WebhookReceiver.StartAsync();
        var store = await ConnectAsync();
        Platform.EnterAddress(receiver.Url);
        await Webhooks.EnsureAsync(store, receiver.Url, CancellationToken.None);
        var order = Place();
        Time.Advance(TimeSpan.FromSeconds(2));
        Shop.RefundOrder(order.Id, 3.5m);
        var cancelled = Place();
        Time.Advance(TimeSpan.FromSeconds(2));
        Shop.CancelOrder(cancelled.Id);
        Shop.DeleteProduct(Shop.Products[^1].Id);
        await Platform.DeliverAsync();

        var changes = await AcceptAsync(store, receiver.Received);
        var newest = await ResolveAsync(store, changes);
        Assert.Equal(TellsRefunds ? 3.5m : 0, ((Order)newest[Platform.IdOf(Resource.Orders, order.Id)].Record).Refunds.Sum(static refund => refund.Amount));
        Assert.NotNull(((Order)newest[Platform.IdOf(Resource.Orders, cancelled.Id)].Record).CancelledAt);
        Assert.True(!Told.Contains(Resource.Products) || changes.Exists(static change => change is LookupChange { Resource: Resource.Products, MayBeGone: true } or ProductChange { Product.Deleted: true }));
    }

    [Fact]
    public async Task A_repeated_delivery_carries_the_same_id()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        var store = await ConnectAsync();
        var request = Platform.Sign(OrderTopic, BodyOf(OrderTopic), One);

        Assert.NotNull(Webhooks.Head(request).DeliveryId);
        Assert.Equal(Webhooks.Head(request), Webhooks.Head(request with { Headers = new HeaderDictionary(new Dictionary<string, StringValues>(request.Headers, StringComparer.OrdinalIgnoreCase)) }));
        Assert.Equal(OrderTopic, Webhooks.Head(request).Topic);
    }

    [Fact]
    public async Task An_unknown_topic_is_nothing()
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        var store = await ConnectAsync();

        Assert.Equal([new NothingChange("moons/eclipse")], Webhooks.Read(Delivered("moons/eclipse", "{}"), store));
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("{\"id\":{}}")]
    [InlineData("{\"id\":\"\\ud800\"}")]
    public async Task A_body_that_is_not_what_the_topic_promises_is_a_format_error(string body)
    {
        if (Connector.Webhooks is null)
        {
            return;
        }

        var store = await ConnectAsync();
        foreach (var topic in Connector.Descriptor.Topics)
        {
            try
            {
                Assert.All(Webhooks.Read(Delivered(topic, body), store), static change => Assert.True(change is UninstalledChange or NothingChange));
            }
            catch (FormatException e)
            {
                Assert.NotEmpty(e.Message);
            }
        }
    }

    [Fact]
    public async Task Registering_twice_registers_once_and_a_lost_one_comes_back()
    {
        if (Connector.Webhooks is null || !RegistersByApi)
        {
            return;
        }

        var callback = new Uri("https://storeclaw.example/webhooks/x/connection-1");
        var store = await ConnectAsync();

        var first = await Webhooks.EnsureAsync(store, callback, CancellationToken.None);
        var second = await Webhooks.EnsureAsync(store, callback, CancellationToken.None);
        Assert.Equal(Connector.Descriptor.Topics.Order(), first.Restored.Order());
        Assert.Empty(second.Restored);
        Assert.Equal(Connector.Descriptor.Topics.Order(), Platform.Registrations.Select(static registration => registration.Key).Order());
        Assert.All(Platform.Registrations, registration => Assert.Equal(callback, registration.Value));

        Platform.DropRegistration(OrderTopic);
        Assert.Equal([OrderTopic], (await Webhooks.EnsureAsync(store, callback, CancellationToken.None)).Restored);
    }

    [Fact]
    public async Task Removing_leaves_others_registrations_alone()
    {
        if (Connector.Webhooks is null || !RegistersByApi)
        {
            return;
        }

        var ours = new Uri("https://storeclaw.example/webhooks/x/connection-1");
        var others = new Uri("https://other.example/hook");
        var store = await ConnectAsync();
        await Webhooks.EnsureAsync(store, others, CancellationToken.None);
        await Webhooks.EnsureAsync(store, ours, CancellationToken.None);
        if (!HoldsSeveralAddresses)
        {
            // The other has taken its topics back.
            await Webhooks.EnsureAsync(store, others, CancellationToken.None);
        }

        await Webhooks.RemoveAsync(store, ours, CancellationToken.None);
        await Webhooks.RemoveAsync(store, ours, CancellationToken.None);

        Assert.Equal(Connector.Descriptor.Topics.Count, Platform.Registrations.Count);
        Assert.All(Platform.Registrations, registration => Assert.Equal(others, registration.Value));
    }

    [Fact]
    public async Task Stock_is_set_where_it_is_as_expected_and_left_where_it_is_not()
    {
        if (Connector.StockWriter is null)
        {
            return;
        }

        var store = await ConnectAsync();
        var levels = (await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true)))
            .Select(static change => (StockLevel)change.Record).Where(static level => level.Available is not null).Take(2).ToList();
        var good = new StockWrite(levels[0].ItemId, levels[0].LocationId, levels[0].Available!.Value + 5, levels[0].Available, "4c8a77a4-0000-4000-8000-000000000001");
        var stale = new StockWrite(levels[1].ItemId, levels[1].LocationId, 3, levels[1].Available + 1, "4c8a77a4-0000-4000-8000-000000000002");
        var unknown = new StockWrite(Platform.IdOf(Resource.Stock, 999999999), levels[1].LocationId, 3, null, "4c8a77a4-0000-4000-8000-000000000003");

        var results = await SettledAsync(store, await Connector.StockWriter!.SetAsync(store, ComparesStock ? [good, stale, unknown] : [good, unknown], CancellationToken.None));

        Assert.Null(results[0].Fault);
        Assert.NotNull(results[^1].Fault);
        Assert.Equal(good.Quantity, await AvailableAsync(store, levels[0].Id));
        if (ComparesStock)
        {
            Assert.Equal(FaultKind.Conflict, results[1].Fault?.Kind);
            Assert.Equal(levels[1].Available, await AvailableAsync(store, levels[1].Id));
        }
    }

    /// <summary>The results once the platform has applied what it only took in.</summary>
    private async Task<IReadOnlyList<StockWriteResult>> SettledAsync(StoreSession store, IReadOnlyList<StockWriteResult> results)
    {
        for (var look = 0; results.Any(static result => !result.Settled); look++)
        {
            Assert.True(look < 10, "A write does not settle.");
            Time.Advance(TimeSpan.FromMinutes(1));
            var followed = await Connector.StockWriter!.FollowAsync(store, [.. results.Where(static result => !result.Settled).Select(static result => result.Write)], CancellationToken.None);
            results = [.. results.Select(result => followed.FirstOrDefault(later => later.Write == result.Write) ?? result)];
        }

        return results;
    }

    private async Task<decimal?> AvailableAsync(StoreSession store, string id) =>
        (await Connector.Readers[Resource.Stock].FindAsync(store, id, CancellationToken.None))
            .Select(static change => (StockLevel)change.Record).Single(level => level.Id == id).Available;

    /// <summary>A delivery's body of that topic, for platforms that name topic and delivery in it.</summary>
    protected virtual byte[] BodyOf(string topic) => Encoding.UTF8.GetBytes(Body);

    private WebhookRequest Signed(string body, string secret) => Platform.Sign(OrderTopic, Encoding.UTF8.GetBytes(body), secret);

    private SignatureResult Verify(WebhookRequest request, params string[] secrets) =>
        Webhooks.Verify(request, [.. secrets.Select(secret => new Secret(Platform.KeyOf(secret)))], Time.GetUtcNow());

    /// <summary>The header whose loss makes the signature go missing.</summary>
    private KeyValuePair<string, string> SignatureHeader(WebhookRequest signed) =>
        signed.Headers.Where(header => Verify(WithHeader(signed, header.Key, null), One) == SignatureResult.MissingSignature)
            .Select(static header => KeyValuePair.Create(header.Key, header.Value.ToString())).Single();

    private static WebhookRequest WithHeader(WebhookRequest request, string name, string? value)
    {
        var headers = new HeaderDictionary(new Dictionary<string, StringValues>(request.Headers, StringComparer.OrdinalIgnoreCase));
        headers.Remove(name);
        if (value is not null)
        {
            headers[name] = value;
        }

        return request with { Headers = headers };
    }

    private Delivery Delivered(string topic, string body) => new(topic, "d-1", null, Time.GetUtcNow(), Encoding.UTF8.GetBytes(body));

    private async Task<List<Change>> AcceptAsync(StoreSession store, IEnumerable<WebhookRequest> requests)
    {
        var changes = new List<Change>();
        foreach (var request in requests)
        {
            changes.AddRange(await AcceptAsync(store, request));
        }

        return changes;
    }

    /// <summary>A real delivery, through verification and reading as the app takes it.</summary>
    private async Task<IReadOnlyList<Change>> AcceptAsync(StoreSession store, WebhookRequest request)
    {
        if (Webhooks.Answer(request, store.Secrets) is not null)
        {
            return [];
        }

        Assert.Equal(SignatureResult.Valid, Webhooks.Verify(request, await Webhooks.KeysAsync(request, store, CancellationToken.None), Time.GetUtcNow()));
        var head = Webhooks.Head(request);
        Assert.NotNull(head.DeliveryId);
        return Webhooks.Read(new Delivery(head.Topic, head.DeliveryId, head.TriggeredAt, Time.GetUtcNow(), request.Body), store);
    }

    private async Task AssertSameAsFoundAsync(StoreSession store, Resource resource, long id, IReadOnlyList<Change> changes)
    {
        var found = (await Connector.Readers[resource].FindAsync(store, Platform.IdOf(resource, id), CancellationToken.None)).Where(change => change.Resource == resource).Select(Text).Single();
        var delivered = changes.OfType<RecordChange>().Where(change => change.Resource == resource && change.Record.Id == Platform.IdOf(resource, id)).ToList();
        Assert.True(
            delivered.Count > 0 || changes.Any(change => change is LookupChange lookup && lookup.Resource == resource && lookup.Id == Platform.IdOf(resource, id)),
            $"No delivery told of {resource} {id}.");
        if (delivered.Count > 0)
        {
            Assert.Equal(found, Text(delivered.OrderBy(static change => change.Record.UpdatedAt).Last()));
        }
    }

    /// <summary>What the deliveries lead to: the newest of each record, with lookups looked up.</summary>
    private async Task<Dictionary<string, RecordChange>> ResolveAsync(StoreSession store, IReadOnlyList<Change> changes)
    {
        var records = changes.OfType<RecordChange>().ToList();
        foreach (var lookup in changes.OfType<LookupChange>())
        {
            records.AddRange(await Connector.Readers[lookup.Resource].FindAsync(store, lookup.Id, CancellationToken.None));
        }

        return records.Where(static change => change.Resource == Resource.Orders).GroupBy(static change => change.Record.Id)
            .ToDictionary(static group => group.Key, static group => group.OrderBy(static change => change.Record.UpdatedAt).Last());
    }
}
