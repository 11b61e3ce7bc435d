using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Sandbox.Commerce;

namespace StoreClaw.Tests.Connectors;

/// <content>Pages, and trouble while reading them.</content>
public abstract partial class ConnectorContract
{
    [Theory]
    [InlineData(Resource.Orders)]
    [InlineData(Resource.Products)]
    [InlineData(Resource.Customers)]
    public async Task A_backfill_reads_everything_there_was_at_its_start(Resource resource)
    {
        if (!Connector.Readers.ContainsKey(resource))
        {
            return;
        }

        var store = await ConnectAsync();
        var expected = Ids(resource);

        var read = await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 3, Backfill: true), page => Disturb(page));

        Assert.Empty(expected.Except(read.Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task Stock_is_read_whole_with_its_article_numbers()
    {
        if (!Connector.Readers.ContainsKey(Resource.Stock))
        {
            return;
        }

        var store = await ConnectAsync();

        var read = await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 3, Backfill: true));

        var levels = read.Select(static change => (StockLevel)change.Record).DistinctBy(static level => level.Id).ToList();
        var expected = Shop.Products.SelectMany(static product => product.Variants).ToDictionary(static variant => variant.Sku, static variant => (decimal?)variant.Stock);
        Assert.Equal(expected, levels.GroupBy(static level => level.Sku!).ToDictionary(static group => group.Key, static group => group.Sum(static level => level.Available)));
    }

    [Fact]
    public async Task Rows_of_one_second_at_a_page_border_all_come()
    {
        if (Connector.Readers.Count == 0)
        {
            return;
        }

        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var placed = Enumerable.Range(0, 10).Select(_ => Platform.IdOf(Resource.Orders, Place().Id)).ToList();
        Time.Advance(TimeSpan.FromMinutes(10));

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 3, Backfill: false));

        Assert.Empty(placed.Except(read.Select(static change => change.Record.Id)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task What_changes_while_paging_is_in_this_walk_or_the_next(int seed)
    {
        if (Connector.Readers.Count == 0)
        {
            return;
        }

        var random = new Random(seed);
        var store = await ConnectAsync();
        Time.Advance(TimeSpan.FromHours(1));
        var since = Time.GetUtcNow();
        var orders = Enumerable.Range(0, 12).Select(_ => Place().Id).ToList();
        Time.Advance(TimeSpan.FromSeconds(1));
        var plan = Connector.Descriptor.Sync[Resource.Orders];

        var first = await WalkAsync(store, Resource.Orders, new PageRequest(since, Soon(), null, 3, Backfill: false), page =>
        {
            if (page < 10)
            {
                Time.Advance(TimeSpan.FromSeconds(1));
                Shop.UpdateOrder(orders[random.Next(orders.Count)]);
                orders.Add(Place().Id);
            }
        });
        Time.Advance(plan.Lag);
        var second = await WalkAsync(store, Resource.Orders, new PageRequest(since - plan.Overlap, Soon(), null, 3, Backfill: false));

        var newest = first.Concat(second).GroupBy(static change => change.Record.Id).ToDictionary(static group => group.Key, static group => group.Max(static change => change.Record.UpdatedAt));
        Assert.All(orders, id => Assert.Equal(Shop.FindOrder(id)!.UpdatedAt, newest[Platform.IdOf(Resource.Orders, id)]));
    }

    [Theory]
    [InlineData(Resource.Orders)]
    [InlineData(Resource.Products)]
    [InlineData(Resource.Stock)]
    [InlineData(Resource.Customers)]
    public async Task One_record_is_found_as_the_list_has_it(Resource resource)
    {
        if (!Connector.Readers.ContainsKey(resource))
        {
            return;
        }

        var store = await ConnectAsync();
        var page = await Connector.Readers[resource].ReadAsync(store, new PageRequest(null, Soon(), null, 5, Backfill: true), CancellationToken.None);

        foreach (var listed in page.Changes)
        {
            var found = await Connector.Readers[resource].FindAsync(store, listed.Record.Id, CancellationToken.None);
            Assert.Contains(Text(listed), found.Select(Text));
        }

        Assert.Empty(await Connector.Readers[resource].FindAsync(store, Platform.IdOf(resource, 999999999) + (resource == Resource.Stock ? "@999999999" : ""), CancellationToken.None));
    }

    [Fact]
    public async Task A_page_cut_in_the_middle_is_asked_for_again()
    {
        if (Connector.Readers.Count == 0)
        {
            return;
        }

        var store = await ConnectAsync();
        var expected = Ids(Resource.Orders);

        var read = await WalkAsync(store, Resource.Orders, new PageRequest(null, Soon(), null, 5, Backfill: true), _ => Pipeline.Line.NextCut());

        Assert.Empty(expected.Except(read.Select(static change => change.Record.Id)));
    }

    [Fact]
    public async Task A_page_that_stays_cut_fails_and_comes_whole_later()
    {
        var store = await ConnectAsync();
        Pipeline.Line.NextCut(PlatformClient.MaxRepeats + 1);

        Assert.Equal(FaultKind.Unreachable, (await Pipeline.FaultOfAsync(() => CountAsync(store))).Kind);
        Assert.NotEqual(0, await CountAsync(store));
    }

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("3", 3)]
    [InlineData(null, 0)]
    public async Task Too_fast_waits_as_told_and_goes_on(string? retryAfter, double seconds)
    {
        var store = await ConnectAsync();
        var started = Time.GetUtcNow();
        Pipeline.Line.Next(() => Platform.Throttled(retryAfter));

        Assert.NotEqual(0, await CountAsync(store));
        Assert.NotEmpty(Time.Waits);
        Assert.True(Time.GetUtcNow() - started >= TimeSpan.FromSeconds(seconds));
    }

    [Fact]
    public async Task A_wait_too_long_to_sit_out_is_handed_back()
    {
        var store = await ConnectAsync();
        var before = Time.Waits.Count;
        Pipeline.Line.Next(() => Platform.Throttled("3600"));

        var fault = await Pipeline.FaultOfAsync(() => CountAsync(store));

        Assert.Equal((FaultKind.Throttled, TimeSpan.FromHours(1)), (fault.Kind, fault.RetryAfter));
        Assert.Equal(before, Time.Waits.Count);
    }

    [Fact]
    public async Task Four_processes_on_one_account_stay_within_the_published_budget()
    {
        var first = await ConnectAsync();
        Time.Advance(TimeSpan.FromMinutes(5));
        var buckets = new BucketMemory();
        using var line = new MeteredLine(PlatformTransport.Handler(null), Time, Metered, () => Platform.Throttled(null));
        var processes = Enumerable.Range(0, 4).Select(_ => new Pipeline(Connector.Descriptor.Id, Platform.BaseUrl, Time, line, buckets: buckets)).ToList();

        await Task.WhenAll(processes.Select(async process =>
        {
            var store = process.Session(Connector, first.Store, first.Secrets, first.Facts);
            for (var call = 0; call < 25; call++)
            {
                await CountAsync(store);
            }
        }));

        Assert.Equal(0, line.Refused);
        Assert.All(processes, static process => Assert.DoesNotContain(process.Log.Lines, static logged => logged.Contains(nameof(FaultKind.Throttled), StringComparison.Ordinal)));
        processes.ForEach(static process => process.Dispose());
    }

    [Theory]
    [InlineData(500, "{\"errors\":\"Internal Server Error\"}", "application/json")]
    [InlineData(502, "<html><body>Bad gateway</body></html>", "text/html")]
    [InlineData(200, "<html><body>Maintenance</body></html>", "text/html")]
    [InlineData(200, "", "application/json")]
    public async Task A_failing_platform_is_tried_again_and_then_called_so(int status, string body, string contentType)
    {
        var store = await ConnectAsync();
        Pipeline.Line.Next(() => FaultyLine.Answer(status, body, contentType), 2);
        Assert.NotEqual(0, await CountAsync(store));

        var before = Pipeline.Line.Requests.Count;
        Pipeline.Line.Next(() => FaultyLine.Answer(status, body, contentType), PlatformClient.MaxRepeats + 1);
        var fault = await Pipeline.FaultOfAsync(() => CountAsync(store));

        Assert.Equal(FaultKind.PlatformFailure, fault.Kind);
        Assert.Equal(PlatformClient.MaxRepeats + 1, Pipeline.Line.Requests.Count - before);
    }

    protected Task<Page> FirstPageAsync(StoreSession store) =>
        InTurnAsync(() => Connector.Readers[Resource.Orders].ReadAsync(store, new PageRequest(null, Soon(), null, 5, Backfill: true), CancellationToken.None));

    /// <summary>All pages, one after the other, as the sync reads them.</summary>
    protected async Task<IReadOnlyList<RecordChange>> WalkAsync(StoreSession store, Resource resource, PageRequest request, Action<int>? between = null)
    {
        var changes = new List<RecordChange>();
        for (var page = 1; ; page++)
        {
            Assert.True(page < 1000, "The walk does not end.");
            var read = await InTurnAsync(() => Connector.Readers[resource].ReadAsync(store, request, CancellationToken.None));
            changes.AddRange(read.Changes);
            if (read.Next is null)
            {
                return changes;
            }

            between?.Invoke(page);
            request = request with { Cursor = read.Next };
        }
    }

    /// <summary>Reads each resource whole and from two days ago on, and sets one stock level.</summary>
    protected async Task ReadAndWriteAsync(StoreSession store)
    {
        foreach (var resource in Connector.Readers.Keys)
        {
            await WalkAsync(store, resource, new PageRequest(null, Soon(), null, 50, Backfill: true));
            await WalkAsync(store, resource, new PageRequest(Time.GetUtcNow().AddDays(-2), Soon(), null, 50, Backfill: false));
        }

        var level = (StockLevel)(await WalkAsync(store, Resource.Stock, new PageRequest(null, Soon(), null, 50, Backfill: true)))[0].Record;
        Assert.Null((await Connector.StockWriter!.SetAsync(store, [new StockWrite(level.ItemId, level.LocationId, 5, level.Available, "k")], CancellationToken.None))[0].Fault);
    }

    /// <summary>A buyer's order of one piece.</summary>
    protected SimOrder Place() => Shop.PlaceOrder(new OrderDraft
    {
        Lines = [new DraftLine(Shop.Products[0].Variants[0].Id, 2, Discount: 1.5m)],
        CustomerId = Shop.Customers[0].Id,
        Shipping = 5.9m,
        Tax = 1.23m,
        OrderDiscount = 0.75m,
    });

    /// <summary>An end of the window that holds everything there is now.</summary>
    protected DateTimeOffset Soon() => Time.GetUtcNow() + TimeSpan.FromSeconds(1);

    private void Disturb(int page)
    {
        if (page <= 5)
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            Place();
            Shop.UpdateOrder(Shop.Orders[page * 3].Id);
            Shop.SetPrice(Shop.Products[page].Variants[0].Id, 12.5m + page);
        }
    }

    private List<string> Ids(Resource resource) =>
    [
        .. (resource switch
        {
            Resource.Orders => Shop.Orders.Select(static order => order.Id),
            Resource.Products => Shop.Products.Select(static product => product.Id),
            _ => Shop.Customers.Select(static customer => customer.Id),
        }).Select(id => Platform.IdOf(resource, id)),
    ];
}
