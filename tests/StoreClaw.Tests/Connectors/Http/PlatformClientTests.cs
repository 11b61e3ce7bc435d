using System.Globalization;
using System.Net;
using System.Text;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors.Http;

public sealed class PlatformClientTests : IDisposable
{
    private const string Url = "https://api.test.example/v2/orders?page=1&key=query-secret";

    private static readonly string[] Canaries = ["query-secret", "token-one", "token-two", "body-secret", "header-secret"];

    private readonly SkippingTime _time = new(new DateTimeOffset(2026, 8, 20, 9, 0, 0, TimeSpan.Zero));
    private readonly ScriptedWire _wire = new();
    private readonly Pipeline _pipeline;

    public PlatformClientTests() => _pipeline = new Pipeline("test", null, _time, _wire);

    public void Dispose()
    {
        _pipeline.Log.AssertFreeOf(Canaries);
        _pipeline.Dispose();
        _wire.Dispose();
    }

    [Fact]
    public async Task An_answer_comes_back_whole()
    {
        _wire.Answer(200, "body-secret");

        var response = await Store().SendAsync(Get(), CancellationToken.None);

        Assert.Equal((200, "text/plain", "body-secret"), (response.Status, response.ContentType, Encoding.UTF8.GetString(response.Body.Span)));
        Assert.Equal("Bearer token-one", Assert.Single(_wire.Requests).Headers.Authorization!.ToString());
        Assert.StartsWith("StoreClaw/", _wire.Requests[0].Headers.UserAgent.ToString(), StringComparison.Ordinal);
        Assert.Contains(_pipeline.Log.Lines, static line => line.Contains("GET /v2/orders gave 200 ok", StringComparison.Ordinal) && line.Contains("connection-1", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("2.5", 2.5)]
    [InlineData("Thu, 20 Aug 2026 09:00:03 GMT", 3)]
    public async Task A_throttled_call_waits_as_told(string retryAfter, double seconds)
    {
        _wire.Answer(429, retryAfter: retryAfter);
        _wire.Answer(200);

        await Store().SendAsync(Get(), CancellationToken.None);

        Assert.InRange((_time.GetUtcNow() - Start).TotalSeconds, seconds, (seconds * 1.1) + 0.1);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("soon")]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("Thu, 20 Aug 2020 09:00:00 GMT")]
    public async Task Without_a_readable_wait_the_backoff_decides(string? retryAfter)
    {
        _wire.Answer(429, retryAfter: retryAfter);
        _wire.Answer(503);
        _wire.Answer(200);

        await Store().SendAsync(Get(), CancellationToken.None);

        Assert.Equal(2, _time.Waits.Count);
        Assert.All(_time.Waits, static wait => Assert.InRange(wait.TotalSeconds, 0, 5));
    }

    [Theory]
    [InlineData("21", 21)]
    [InlineData("99999999999999999999", 86400)]
    [InlineData("Sat, 21 Aug 2027 09:00:00 GMT", 86400)]
    public async Task A_longer_wait_than_twenty_seconds_is_the_callers(string retryAfter, double seconds)
    {
        _wire.Answer(429, retryAfter: retryAfter);

        var fault = await FaultAsync();

        Assert.Equal((FaultKind.Throttled, TimeSpan.FromSeconds(seconds)), (fault.Kind, fault.RetryAfter));
        Assert.Empty(_time.Waits);
        Assert.Single(_wire.Requests);
    }

    [Fact]
    public async Task What_does_not_pass_is_tried_five_times()
    {
        _wire.Always(500);

        var fault = await FaultAsync();

        Assert.Equal(FaultKind.PlatformFailure, fault.Kind);
        Assert.Equal(5, _wire.Requests.Count);
        Assert.Equal(4, _time.Waits.Count);
    }

    [Theory]
    [InlineData(301, FaultKind.Invalid)]
    [InlineData(400, FaultKind.Invalid)]
    [InlineData(402, FaultKind.StoreUnavailable)]
    [InlineData(403, FaultKind.ScopeMissing)]
    [InlineData(404, FaultKind.NotFound)]
    [InlineData(409, FaultKind.Conflict)]
    [InlineData(410, FaultKind.NotFound)]
    [InlineData(422, FaultKind.Invalid)]
    [InlineData(423, FaultKind.StoreUnavailable)]
    public async Task What_cannot_pass_is_not_tried_again(int status, FaultKind kind)
    {
        _wire.Answer(status);

        Assert.Equal(kind, (await FaultAsync()).Kind);
        Assert.Single(_wire.Requests);
    }

    [Fact]
    public async Task Trouble_with_status_200_is_the_protocols_to_see()
    {
        _wire.Answer(200, "throttled in disguise");
        _wire.Answer(200, "quota");

        Assert.Equal(FaultKind.QuotaExhausted, (await FaultAsync()).Kind);
        Assert.InRange(_time.Waits[0].TotalSeconds, 2, 2.2);
    }

    [Fact]
    public async Task A_call_that_must_not_act_twice_is_repeated_only_when_it_never_left()
    {
        _pipeline.Line.NextUnreachable(2);
        _wire.Answer(200);
        await Store().SendAsync(Get() with { Repeatable = false }, CancellationToken.None);
        Assert.Single(_wire.Requests);

        _wire.Answer(500);
        Assert.Equal(FaultKind.PlatformFailure, (await FaultAsync(Get() with { Repeatable = false })).Kind);
        _wire.Break();
        Assert.Equal((FaultKind.Unreachable, PlatformTransport.NoAnswer), Kind(await FaultAsync(Get() with { Repeatable = false })));
        Assert.Equal(3, _wire.Requests.Count);
    }

    [Fact]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        _wire.Break();
        _wire.Answer(200, "whole");

        Assert.Equal("whole", Encoding.UTF8.GetString((await Store().SendAsync(Get(), CancellationToken.None)).Body.Span));
    }

    [Fact]
    public async Task An_answer_beyond_the_cap_is_refused()
    {
        _wire.Answer(200, new string('x', PlatformTransport.ResponseCap + 1));

        Assert.Equal("too-large", (await FaultAsync()).Code);
        Assert.Single(_wire.Requests);
    }

    [Fact]
    public async Task An_expired_token_is_renewed_once_and_used()
    {
        _wire.Answer(401);
        _wire.Answer(200);

        await Store(refresh: "token-two").SendAsync(Get(), CancellationToken.None);

        Assert.Equal(1, _pipeline.Refreshes);
        Assert.Equal(["Bearer token-one", "Bearer token-two"], _wire.Requests.Select(static request => request.Headers.Authorization!.ToString()));
    }

    [Fact]
    public async Task A_renewed_token_that_is_refused_too_means_the_grant_is_gone()
    {
        _wire.Always(401);
        var store = Store(refresh: "token-two");

        Assert.Equal(FaultKind.CredentialsRejected, (await _pipeline.FaultOfAsync(() => store.SendAsync(Get(), CancellationToken.None))).Kind);
        Assert.Equal((1, 2), (_pipeline.Refreshes, _wire.Requests.Count));
    }

    [Fact]
    public async Task A_call_with_its_own_proof_renews_nothing()
    {
        _wire.Always(401);

        Assert.Equal(FaultKind.CredentialsRejected, (await FaultAsync(Get() with { Authorized = false })).Kind);
        Assert.Equal((0, 1), (_pipeline.Refreshes, _wire.Requests.Count));
        Assert.Null(_wire.Requests[0].Headers.Authorization);
    }

    [Fact]
    public async Task The_proof_is_made_anew_for_each_attempt_from_the_platforms_clock()
    {
        _wire.Answer(429, retryAfter: "10", date: Start.AddMinutes(4));
        _wire.Answer(200);

        await Store().SendAsync(Get(), CancellationToken.None);

        var stamps = _wire.Requests.Select(static request => DateTimeOffset.Parse(request.Headers.GetValues("X-Stamp").Single(), CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(Start, stamps[0]);
        Assert.InRange((stamps[1] - stamps[0]).TotalSeconds, 250, 251.1);
    }

    [Fact]
    public async Task A_host_that_keeps_failing_is_left_alone_and_others_are_not()
    {
        _wire.AlwaysFor("down.test.example", 500);
        var store = Store();
        PlatformRequest Down() => PlatformRequest.Get("https://down.test.example/");
        await _pipeline.FaultOfAsync(() => store.SendAsync(Down(), CancellationToken.None));
        await _pipeline.FaultOfAsync(() => store.SendAsync(Down(), CancellationToken.None));
        var sent = _wire.Requests.Count;

        var fault = await _pipeline.FaultOfAsync(() => store.SendAsync(Down(), CancellationToken.None));
        Assert.Equal("circuit-open", fault.Code);
        Assert.True(fault.RetryAfter > TimeSpan.Zero);
        Assert.Equal(sent, _wire.Requests.Count);
        _wire.Answer(200);
        await store.SendAsync(PlatformRequest.Get("https://up.test.example/"), CancellationToken.None);

        _time.Advance(TimeSpan.FromSeconds(31));
        _wire.AlwaysFor("down.test.example", 200);
        await store.SendAsync(Down(), CancellationToken.None);
    }

    [Fact]
    public async Task Throttled_answers_do_not_open_the_circuit()
    {
        _wire.Always(429);
        for (var i = 0; i < 4; i++)
        {
            Assert.Equal(FaultKind.Throttled, (await FaultAsync()).Kind);
        }

        Assert.Equal(20, _wire.Requests.Count);
    }

    [Fact]
    public async Task A_platform_that_hangs_is_given_up()
    {
        _wire.Hang(5);

        var fault = await _pipeline.FaultOfAsync(() => Store(timeout: TimeSpan.FromSeconds(20)).SendAsync(Get(), CancellationToken.None));

        Assert.Equal((FaultKind.Unreachable, PlatformTransport.NoAnswer), Kind(fault));
    }

    [Fact]
    public async Task A_cancelled_caller_is_told_so_and_nothing_else_happens()
    {
        using var cancel = new CancellationTokenSource();
        _wire.Hang(1);
        var call = Store().SendAsync(Get(), cancel.Token);

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Single(_wire.Requests);
    }

    [Theory]
    [InlineData(HttpRequestError.NameResolutionError)]
    [InlineData(HttpRequestError.ConnectionError)]
    [InlineData(HttpRequestError.SecureConnectionError)]
    public async Task No_connection_is_unreachable(HttpRequestError error)
    {
        _pipeline.Line.Next((_, _) => throw new HttpRequestException(error), 5);

        Assert.Equal((FaultKind.Unreachable, PlatformTransport.NotReached), Kind(await FaultAsync()));
    }

    [Theory]
    [InlineData("http://api.test.example/")]
    [InlineData("http://localhost/")]
    public async Task Plain_http_is_refused(string url) =>
        Assert.Equal(FaultKind.AddressRefused, (await FaultAsync(PlatformRequest.Get(url))).Kind);

    [Fact]
    public async Task Another_api_version_is_warned_of_once_per_connection()
    {
        _wire.Always(200, version: "3");
        var store = Store();
        await store.SendAsync(Get(), CancellationToken.None);
        await store.SendAsync(Get(), CancellationToken.None);

        Assert.Single(_pipeline.Log.Lines, static line => line.StartsWith("Warning", StringComparison.Ordinal) && line.Contains("API version 3 instead of 2 is served", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_replaced_base_url_takes_every_host_and_tells_the_real_one()
    {
        using var wire = new ScriptedWire();
        using var pipeline = new Pipeline("test", new Uri("http://127.0.0.1:9/sand/box/"), _time, wire);
        wire.Always(200);
        var store = pipeline.Session(TestPlatform.Connector(), "a store", TestPlatform.Secrets("token-one"));

        await store.SendAsync(PlatformRequest.Get("https://shop.test.example/v2/a%2Fb?x=%20y"), CancellationToken.None);
        await store.SendAsync(PlatformRequest.Get("http://shop.test.example:8443/"), CancellationToken.None);

        Assert.Equal(["http://127.0.0.1:9/sand/box/v2/a%2Fb?x=%20y", "http://127.0.0.1:9/sand/box/"], wire.Requests.Select(static request => request.RequestUri!.AbsoluteUri));
        Assert.Equal(["shop.test.example", "shop.test.example:8443"], wire.Requests.Select(static request => request.Headers.GetValues("X-StoreClaw-Original-Host").Single()));
    }

    private static DateTimeOffset Start { get; } = new(2026, 8, 20, 9, 0, 0, TimeSpan.Zero);

    private static PlatformRequest Get() => PlatformRequest.Get(Url) with { Headers = [new("X-Extra", "header-secret")] };

    private static (FaultKind Kind, string Code) Kind(PlatformFault fault) => (fault.Kind, fault.Code);

    private StoreSession Store(string? refresh = null, TimeSpan? timeout = null) => _pipeline.Session(
        TestPlatform.Connector(timeout: timeout, refresh: (store, _) => Task.FromResult(refresh is null ? null : new Grant { Store = store.Store, Secrets = TestPlatform.Secrets(refresh) })),
        "a store",
        TestPlatform.Secrets("token-one"));

    private Task<PlatformFault> FaultAsync(PlatformRequest? request = null) => _pipeline.FaultOfAsync(() => Store().SendAsync(request ?? Get(), CancellationToken.None));
}
