using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Common;
using StoreClaw.Connectors.Http;
using StoreClaw.Notifications;
using StoreClaw.Sandbox.WeCom;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Notifications;

/// <summary>A simulated WeCom group with the app connected to it, on a clock of the test's; turns are given by hand, so that an hour passes at once.</summary>
public sealed class Team : IAsyncDisposable
{
    public const string Key = "5a3c9e17-0b6d-4f28-91aa-c0ffee5ecr3t";

    private Team(TestApp app, WeComPlatform weCom, ManualTime time, ConcurrentQueue<Answer> answers)
    {
        App = app;
        WeCom = weCom;
        Time = time;
        Answers = answers;
    }

    /// <summary>What the next calls are answered with in place of the group's own answers.</summary>
    public ConcurrentQueue<Answer> Answers { get; }

    public TestApp App { get; }

    public WeComPlatform WeCom { get; }

    public ManualTime Time { get; }

    /// <summary>What the group has, the test message of connecting left out.</summary>
    public IReadOnlyList<GroupMessage> Messages => [.. WeCom.Messages(Key).Skip(1)];

    public static async Task<Team> StartAsync(string language = "en")
    {
        var time = new ManualTime(new DateTimeOffset(2026, 11, 22, 8, 0, 0, TimeSpan.Zero));
        var weCom = await WeComPlatform.StartAsync(time);
        weCom.AddRobot(Key, "StoreClaw");
        var answers = new ConcurrentQueue<Answer>();
        var team = new Team(await HostAsync(weCom, time, answers, null), weCom, time, answers);
        using var answer = await team.PutAsync(new { webhookUrl = weCom.WebhookUrl(Key), language });
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
        time.Advance(TimeSpan.FromMinutes(2));
        return team;
    }

    /// <summary>Another process of the same app.</summary>
    public Task<TestApp> SecondHostAsync() => HostAsync(WeCom, Time, Answers, App.Options);

    public Task<HttpResponseMessage> PutAsync(object body) => App.Client.PutAsJsonAsync("/api/channels/wecom", body);

    public Task NotifyAsync(Notice notice) => App.Services.GetRequiredService<INotifier>().NotifyAsync(notice, null, CancellationToken.None);

    public Task<TimeSpan?> TurnAsync(TestApp? host = null) => (host ?? App).Services.GetRequiredService<ChannelTurn>().RunAsync("wecom", CancellationToken.None);

    /// <summary>Gives turns when they are asked for, the clock moving on between them, until nothing waits or the time is up.</summary>
    public async Task<TimeSpan> RunAsync(TimeSpan atMost)
    {
        var begun = Time.GetUtcNow();
        while (await TurnAsync() is { } wait && Time.GetUtcNow() - begun + wait <= atMost)
        {
            Time.Advance(wait);
        }

        return Time.GetUtcNow() - begun;
    }

    public async Task<JsonElement> ChannelAsync() => Assert.Single((await App.GetAsync("/api/channels")).GetProperty("channels").EnumerateArray().ToList());

    public static Notice NewNotice(string key, string cause = "cause", Urgency urgency = Urgency.Info, params IReadOnlyList<MessageLine> lines) => new(
        key, cause, urgency, new LocalizedMessage(new ChannelMessage($"About {key}", lines), new ChannelMessage($"关于 {key}", lines)));

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await WeCom.DisposeAsync();
    }

    private static Task<TestApp> HostAsync(WeComPlatform weCom, ManualTime time, ConcurrentQueue<Answer> answers, TestAppOptions? shared) =>
        TestApp.StartAsync((shared ?? new TestAppOptions()) with
        {
            Settings = new Dictionary<string, string?> { ["Channels:WeCom:BaseUrl"] = weCom.BaseAddress.AbsoluteUri },
            Services = services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddSingleton(provider => new PlatformTransport(
                    provider.GetRequiredService<IConfiguration>(), provider.GetRequiredService<AddressGuard>(), _ => new ScriptedLine(answers)));
            },
            Functions = [typeof(Triggers.ChannelsApi), typeof(Triggers.EventsApi)],
        });

    public sealed record Answer(int Status, string Body)
    {
        public static Answer Code(int code, string message = "said so") => new(200, $$"""{"errcode":{{code}},"errmsg":"{{message}}, hint: [1634545457082045439374417], from ip: 10.1.2.3, more info at https://open.work.weixin.qq.com/devtool/query?e={{code}}"}""");
    }

    private sealed class ScriptedLine(ConcurrentQueue<Answer> answers) : DelegatingHandler(PlatformTransport.Handler(null))
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => answers.TryDequeue(out var answer)
            ? Task.FromResult(new HttpResponseMessage((HttpStatusCode)answer.Status) { Content = new StringContent(answer.Body, Encoding.UTF8, "text/plain") })
            : base.SendAsync(request, cancellationToken);
    }
}
