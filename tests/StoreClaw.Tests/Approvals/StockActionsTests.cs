using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Approvals;
using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Notifications;
using StoreClaw.Tests.EndToEnd;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Approvals;

/// <summary>What a connector's word on a write comes to.</summary>
public sealed class StockActionsTests : IAsyncLifetime, IStockWriter, IReader
{
    private readonly Dictionary<string, decimal> _levels = [];
    private Func<StockWrite, StockWriteResult> _answer = static write => new StockWriteResult(write, null);
    private TestApp _app = null!;
    private string _connection = null!;

    private IStockActions Actions => _app.Services.GetRequiredService<IStockActions>();

    public async Task InitializeAsync()
    {
        var demo = new DemoPlatform().Connector;
        var connector = demo with
        {
            StockWriter = this,
            Readers = new Dictionary<Resource, IReader> { [Resource.Stock] = this },
            Descriptor = demo.Descriptor with { Sync = new Dictionary<Resource, SyncPlan> { [Resource.Stock] = demo.Descriptor.Sync[Resource.Orders] } },
        };
        _app = await TestApp.StartAsync(new TestAppOptions
        {
            Services = services =>
            {
                services.AddSingleton(new ConnectorRegistry([connector]));
                services.AddSingleton<INotifier>(new RecordingNotifier());
            },
        });
        _connection = await _app.ConnectAsync("demo", new { shop = "shop-1", key = "demo-key-canary" });
    }

    public async Task DisposeAsync() => await _app.DisposeAsync();

    [Fact]
    public async Task Each_write_has_the_answer_to_it()
    {
        (_levels["stale"], _levels["as-wished"], _levels["as-before"]) = (3, 9, 5);
        _answer = static write => write.ItemId switch
        {
            "set" => new StockWriteResult(write, null),
            "later" => new StockWriteResult(write, null, Settled: false),
            "wrong" => new StockWriteResult(write, new PlatformFault(FaultKind.Invalid, "E1", "Not that.")),
            "busy" => new StockWriteResult(write, new PlatformFault(FaultKind.Throttled, "E2", "Slow down.", TimeSpan.FromSeconds(90))),
            _ => new StockWriteResult(write, new PlatformFault(FaultKind.Conflict, "E3", "It was changed.")),
        };

        var answers = await SetAsync("set", "later", "wrong", "busy", "stale", "as-wished", "as-before", "unknown");

        Assert.Equal(
            [
                new StockAnswer(ActionOutcome.Done, "Demo has set it."),
                new StockAnswer(ActionOutcome.Taken, "Demo has taken it in and applies it later."),
                new StockAnswer(ActionOutcome.Failed, "Not that.", "E1"),
                new StockAnswer(ActionOutcome.Waiting, "Slow down.", "E2", Wait: TimeSpan.FromSeconds(90)),
                new StockAnswer(ActionOutcome.Changed, "It was changed.", "E3", 3),
                new StockAnswer(ActionOutcome.Done, "It stands at this number already.", "E3", 9),
                new StockAnswer(ActionOutcome.Failed, "It was changed.", "E3", 5),
                new StockAnswer(ActionOutcome.Changed, "It was changed.", "E3"),
            ],
            answers);
        var followed = await Actions.FollowAsync(_connection, Writes("later"), CancellationToken.None);
        Assert.Equal(ActionOutcome.Done, Assert.Single(followed).Outcome);
    }

    [Fact]
    public async Task A_call_that_fails_is_tried_again_or_looked_into()
    {
        _answer = static _ => throw new PlatformException(new PlatformFault(FaultKind.Unreachable, "down", "No answer."));
        Assert.All(await SetAsync("a", "b"), static answer => Assert.Equal((ActionOutcome.Waiting, "No answer."), (answer.Outcome, answer.Text)));

        (_levels["a"], _levels["b"]) = (9, 5);
        _answer = static _ => throw new PlatformException(new PlatformFault(FaultKind.ScopeMissing, "scope", "Not allowed."));
        var answers = await SetAsync("a", "b", "c", "a");
        Assert.Equal([ActionOutcome.Done, ActionOutcome.Failed, ActionOutcome.Failed, ActionOutcome.Failed], answers.Select(static answer => answer.Outcome));
        Assert.Equal((5m, false, true), (answers[1].Found!.Value, answers[1].Text.Contains("not known", StringComparison.Ordinal), answers[2].Text.EndsWith("is not known.", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_store_that_is_not_connected_any_more_is_named_and_a_dead_grant_noted()
    {
        _answer = static _ => throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "gone", "The key was withdrawn."));
        Assert.Equal(ActionOutcome.Failed, Assert.Single(await SetAsync("a")).Outcome);
        Assert.Equal("reauthorization-required", await _app.StatusAsync(_connection));
        using var gone = await _app.Client.DeleteAsync($"/api/connections/{_connection}");
        Assert.Equal("not-connected", Assert.Single(await SetAsync("a")).Code);
    }

    public Task<IReadOnlyList<StockWriteResult>> SetAsync(StoreSession store, IReadOnlyList<StockWrite> writes, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<StockWriteResult>>([.. writes.Select(_answer)]);

    public Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken) => Task.FromResult(new Page([], null));

    public Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RecordChange>>(
        _levels.TryGetValue(id.Split('@')[0], out var level)
            ? [new StockChange(new StockLevel { ItemId = "another", LocationId = "here", UpdatedAt = DateTimeOffset.UnixEpoch, Available = 1 }), new StockChange(new StockLevel { ItemId = id.Split('@')[0], LocationId = "here", UpdatedAt = DateTimeOffset.UnixEpoch, Available = level })]
            : []);

    private Task<IReadOnlyList<StockAnswer>> SetAsync(params IEnumerable<string> items) => Actions.SetAsync(_connection, Writes(items), CancellationToken.None);

    private static List<StockWrite> Writes(params IEnumerable<string> items) => [.. items.Select(static item => new StockWrite(item, "here", 9, 5, $"key-{item}"))];
}
