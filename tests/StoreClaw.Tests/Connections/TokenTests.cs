using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections;

public sealed class TokenTests
{
    [Fact]
    public async Task Fifty_callers_on_five_hosts_make_one_refresh_and_nobody_is_logged_out()
    {
        var platform = new DemoPlatform();
        await using var first = await DemoApp.StartAsync(platform: platform);
        var hosts = new List<TestApp> { first.App };
        for (var n = 1; n < 5; n++)
        {
            hosts.Add(await TestApp.StartAsync(first.App.Options));
        }

        var sessions = new List<(TestApp Host, ConnectedStore Store)>();
        foreach (var host in hosts)
        {
            for (var n = 0; n < 10; n++)
            {
                sessions.Add((host, (await host.Services.GetRequiredService<StoreSessions>().OpenAsync(first.Connection, CancellationToken.None))!));
            }
        }

        await Task.WhenAll(sessions.Select(caller => caller.Host.Services.GetRequiredService<ITokenRefresher>().RefreshAsync(caller.Store.Connector, caller.Store.Session, CancellationToken.None)));
        Assert.Equal(1, platform.Refreshes);
        Assert.All(sessions, static caller => Assert.Equal("refresh-1", caller.Store.Session.Secrets["refreshToken"].Reveal()));
        Assert.Equal("connected", (await first.App.GetAsync($"/api/connections/{first.Connection}")).GetProperty("status").GetString());
        foreach (var host in hosts.Skip(1))
        {
            await host.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_rejected_grant_asks_for_a_new_authorization_with_one_notice()
    {
        var platform = new DemoPlatform();
        await using var demo = await DemoApp.StartAsync(platform: platform);
        platform.BeforePage = static _ => throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "revoked", "The grant was revoked. Connect the store again."));
        await demo.App.PostAsync($"/api/connections/{demo.Connection}/sync", new { resources = new[] { "orders" } }, 202);
        await Eventually.GetAsync(
            async () => (await demo.App.GetAsync($"/api/connections/{demo.Connection}")).GetProperty("status").GetString(), static status => status == "reauthorization-required");
        var notice = Assert.Single(demo.Notifier.Notices, static notice => notice.Cause.StartsWith("authorization|", StringComparison.Ordinal));
        Assert.Contains("shop-1", notice.Message.English.Title, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_uninstall_is_believed_only_when_the_platform_confirms_it()
    {
        var platform = new DemoPlatform();
        await using var demo = await DemoApp.StartAsync(platform: platform);
        using var lie = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "uninstalled", "{}"u8.ToArray()));
        await demo.EventsAsync(static seen => seen.Count == 1);
        Assert.Equal("connected", (await demo.App.GetAsync($"/api/connections/{demo.Connection}")).GetProperty("status").GetString());

        platform.BeforePage = static _ => throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "gone", "Uninstalled."));
        using var truth = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "uninstalled", """{"again":1}"""u8.ToArray()));
        await Eventually.GetAsync(
            async () => (await demo.App.GetAsync($"/api/connections/{demo.Connection}")).GetProperty("status").GetString(), static status => status == "disconnected");
    }
}
