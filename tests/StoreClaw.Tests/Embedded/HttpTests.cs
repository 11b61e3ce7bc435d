using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

public sealed class HttpTests
{
    [Theory]
    [InlineData("/", "root")]
    [InlineData("/ByName", "by name")]
    [InlineData("/byname", "by name")]
    [InlineData("/items/7", "7 none")]
    [InlineData("/items/7/x%20y", "7 x y")]
    [InlineData("/items/seven", "name seven")]
    [InlineData("/files/a/b%2Fc.txt", "a/b%2Fc.txt")]
    [InlineData("/files", "nothing")]
    [InlineData("/typed/9b0e2b3c-98f1-4e0b-9c2f-0c3b1f6f0f11/2026-02-03T04:05:06Z/friday", "9b0e2b3c-98f1-4e0b-9c2f-0c3b1f6f0f11 2026-02-03T04:05:06.0000000+00:00 Friday")]
    public async Task Routes_bind_as_in_asp_net(string path, string answer)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(RouteFunctions)));
        Assert.Equal(answer, await app.Client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("GET", "/nowhere", 404)]
    [InlineData("GET", "/items/7seven", 404)]
    [InlineData("GET", "/items", 404)]
    [InlineData("POST", "/ByName", 404)]
    [InlineData("HEAD", "/ByName", 404)]
    [InlineData("OPTIONS", "/ByName", 404)]
    [InlineData("OPTIONS", "/asked", 204)]
    [InlineData("HEAD", "/asked", 204)]
    [InlineData("DELETE", "/any", 200)]
    [InlineData("HEAD", "/any", 200)]
    [InlineData("GET", "/typed/no-guid/2026-02-03T04:05:06Z/friday", 500)]
    public async Task Methods_and_misses_answer_as_the_functions_host_does(string method, string path, int status)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(RouteFunctions)));
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await app.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("api", "/api/ByName")]
    [InlineData("/v2/x/", "/v2/x/ByName")]
    public async Task The_prefix_of_host_json_stands_before_every_route(string prefix, string path)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(RouteFunctions)).With("AzureFunctionsJobHost:extensions:http:routePrefix", prefix));
        Assert.Equal("by name", await app.Client.GetStringAsync(path));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Client.GetAsync("/ByName")).StatusCode);
        Assert.Equal("root", await app.Client.GetStringAsync(path[..path.LastIndexOf('/')]));
    }

    [Theory]
    [InlineData("/open", null, null, 200)]
    [InlineData("/function", null, null, 401)]
    [InlineData("/function", EmbeddedHost.Key, null, 200)]
    [InlineData("/function", null, EmbeddedHost.Key, 200)]
    [InlineData("/function", "wrong", null, 401)]
    [InlineData("/function", "wrong", EmbeddedHost.Key, 401)]
    [InlineData("/function", "", null, 401)]
    [InlineData("/function", "Test-function-key", null, 401)]
    [InlineData("/function", null, "wrong", 401)]
    [InlineData("/admin-only", null, null, 401)]
    [InlineData("/admin-only", EmbeddedHost.Key, null, 200)]
    [InlineData("/no-level", null, null, 401)]
    [InlineData("/no-level", EmbeddedHost.Key, null, 200)]
    public async Task Keys_open_what_is_not_anonymous(string path, string? header, string? code, int status)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(LockedFunctions)));
        using var request = new HttpRequestMessage(HttpMethod.Get, code is null ? path : $"{path}?code={code}");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("x-functions-key", header);
        }

        using var response = await app.Client.SendAsync(request);
        Assert.Equal(status, (int)response.StatusCode);
        if (status == 401)
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
            var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
            Assert.Equal(401, problem.GetProperty("status").GetInt32());
            Assert.Equal("authentication", problem.GetProperty("category").GetString());
            Assert.Equal(string.IsNullOrEmpty(header ?? code) ? "FUNCTION_KEY_MISSING" : "FUNCTION_KEY_WRONG", problem.GetProperty("error_code").GetString());
            Assert.Equal(32, problem.GetProperty("trace_id").GetString()!.Length);
        }
    }

    [Fact]
    public async Task A_body_arrives_whole_with_and_without_a_length()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BodyFunctions)));
        var body = Enumerable.Range(0, 300_000).Select(number => (byte)number).ToArray();
        var hash = Convert.ToHexStringLower(SHA256.HashData(body));
        foreach (var chunked in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/hash") { Content = new ByteArrayContent(body) };
            request.Headers.TransferEncodingChunked = chunked;
            using var response = await app.Client.SendAsync(request);
            Assert.Equal(hash, await response.Content.ReadAsStringAsync());
        }

        Assert.Equal([300_000L, null], app.Calls.All);
    }

    [Fact]
    public async Task A_body_beyond_the_hosts_limit_is_a_413()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BodyFunctions)));
        using var socket = new TcpClient();
        await socket.ConnectAsync(IPAddress.Loopback, app.Client.BaseAddress!.Port);
        await socket.GetStream().WriteAsync("POST /hash HTTP/1.1\r\nHost: x\r\nContent-Length: 104857601\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(socket.GetStream(), Encoding.ASCII);
        Assert.StartsWith("HTTP/1.1 413", await reader.ReadLineAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/object", 200, """{"answer":42}""")]
    [InlineData("/json", 200, """{"answer":42}""")]
    [InlineData("/content", 201, "made")]
    public async Task Both_kinds_of_result_are_written(string path, int status, string body)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(BodyFunctions)));
        using var response = await app.Client.GetAsync(path);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal(body, await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/throw", "at once")]
    [InlineData("/throw-later", "later")]
    public async Task A_failure_is_an_empty_500_and_a_line_in_the_log(string path, string message)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)));
        using var response = await app.Client.GetAsync(path);
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync());
        Assert.Contains(app.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains(message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_past_its_time_is_cancelled_and_answers_500()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)).With("AzureFunctionsJobHost:functionTimeout", "00:00:00.2"));
        using var response = await app.Client.GetAsync("/wait");
        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Equal(["waiting", "cancelled"], app.Calls.All);
        Assert.Contains(app.Logs.Lines, line => line.Contains("functionTimeout", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_function_that_ignores_its_cancellation_loses_its_connection()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)).With("AzureFunctionsJobHost:functionTimeout", "00:00:00.2"));
        await Assert.ThrowsAsync<HttpRequestException>(() => app.Client.GetAsync("/hang"));
        Assert.Contains(app.Logs.Lines, line => line.Contains("given up", StringComparison.Ordinal));
        app.Calls.Gate("hang").SetResult();
    }

    [Fact]
    public async Task A_caller_that_leaves_cancels_the_function()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)));
        using var leave = new CancellationTokenSource();
        var request = app.Client.GetAsync("/wait", leave.Token);
        await app.Calls.WhenAsync(1);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        Assert.Equal("cancelled", (await app.Calls.WhenAsync(2))[1]);
        await app.StopAsync();
        Assert.DoesNotContain(app.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_stop_lets_running_requests_finish_and_takes_no_new_ones()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)));
        var running = app.Client.GetStringAsync("/wait");
        await app.Calls.WhenAsync(1);
        var stop = app.StopAsync();
        await Eventually.GetAsync(() => RefusesAsync(app.Client.BaseAddress!.Port), refused => refused);
        Assert.False(stop.IsCompleted);
        app.Calls.Gate("wait").SetResult();
        Assert.Equal("waited", await running);
        await stop;
        Assert.Equal(["waiting"], app.Calls.All);
    }

    [Fact]
    public async Task A_stop_cancels_requests_that_outlast_the_grace()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(TroubleFunctions)).With("Embedded:ShutdownGrace", "00:00:01"));
        var running = app.Client.GetAsync("/wait");
        await app.Calls.WhenAsync(1);
        await app.StopAsync();
        Assert.Equal(["waiting", "cancelled"], app.Calls.All);
        Assert.Equal(HttpStatusCode.InternalServerError, (await running).StatusCode);
    }

    [Fact]
    public async Task A_thousand_requests_at_once_are_all_answered_and_none_is_logged()
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(RouteFunctions)));
        var before = app.Logs.Lines;
        var answers = await Task.WhenAll(Enumerable.Range(0, 1000).Select(number => app.Client.GetStringAsync(new Uri($"/items/{number}", UriKind.Relative))));
        Assert.Equal(Enumerable.Range(0, 1000).Select(number => number.ToString(CultureInfo.InvariantCulture) + " none"), answers);
        Assert.Equal(before, app.Logs.Lines);
    }

    private static async Task<bool> RefusesAsync(int port)
    {
        using var socket = new TcpClient();
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port);
            return false;
        }
        catch (SocketException)
        {
            return true;
        }
    }
}
