using System.Text;
using Azure.Storage.Queues;
using Azure.Storage.Sas;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connectors.Http;

/// <summary>A seller's queue, emptied through a SAS URL of the emulator's.</summary>
public sealed class QueueInboxTests : IAsyncLifetime
{
    private QueueClient _queue = null!;

    public async Task InitializeAsync()
    {
        _queue = new QueueClient(await TestStorage.NewAccountAsync(), "inbox");
        await _queue.CreateAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task Everything_is_handed_on_plain_and_deleted()
    {
        foreach (var text in (string[])["""{"a":"漢字 🧵"}""", Convert.ToBase64String(Encoding.UTF8.GetBytes("""{"b":"漢字 🧵"}""")), "not json at all", "abcd"])
        {
            await _queue.SendMessageAsync(text);
        }

        var taken = await DrainAsync(Sas(QueueSasPermissions.Process));

        Assert.Equal(["""{"a":"漢字 🧵"}""", """{"b":"漢字 🧵"}""", "not json at all", "abcd"], taken);
        Assert.Equal(0, await LeftAsync());
    }

    [Fact]
    public async Task What_could_not_be_stored_stays()
    {
        await _queue.SendMessageAsync("1");
        await _queue.SendMessageAsync("2");

        await Assert.ThrowsAsync<InvalidOperationException>(() => QueueInbox.DrainAsync(Sas(QueueSasPermissions.Process), static _ => throw new InvalidOperationException("storage is down"), CancellationToken.None));

        Assert.Equal(2, await LeftAsync());
    }

    [Fact]
    public async Task A_refused_address_says_what_to_do_and_not_its_signature()
    {
        var good = Sas(QueueSasPermissions.Process).Reveal();
        var expired = _queue.GenerateSasUri(QueueSasPermissions.Process, DateTimeOffset.UtcNow.AddHours(-1)).AbsoluteUri;
        foreach (var refused in (string[])[expired, Sas(QueueSasPermissions.Read).Reveal(), good.Replace("sig=", "sig=A", StringComparison.Ordinal)])
        {
            var failed = await Assert.ThrowsAsync<PlatformException>(() => DrainAsync(new Secret(refused)));

            Assert.Equal((FaultKind.CredentialsRejected, "queue-refused"), (failed.Fault.Kind, failed.Fault.Code));
            Assert.Contains("Connect the store again", failed.Fault.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("sig=", failed.ToString(), StringComparison.Ordinal);
        }

        await _queue.DeleteAsync();
        Assert.Equal("queue-gone", (await Assert.ThrowsAsync<PlatformException>(() => DrainAsync(new Secret(good)))).Fault.Code);
        Assert.Equal("queue-unavailable", (await Assert.ThrowsAsync<PlatformException>(() => DrainAsync(new Secret("http://127.0.0.1:9/account/queue?sig=x")))).Fault.Code);
    }

    private static async Task<List<string>> DrainAsync(Secret address)
    {
        var taken = new List<string>();
        await QueueInbox.DrainAsync(
            address,
            body =>
            {
                taken.Add(Encoding.UTF8.GetString(body.Span));
                return Task.CompletedTask;
            },
            CancellationToken.None);
        return taken;
    }

    private Secret Sas(QueueSasPermissions permissions) => new(_queue.GenerateSasUri(permissions, DateTimeOffset.UtcNow.AddHours(1)).AbsoluteUri);

    private async Task<int> LeftAsync() => (await _queue.GetPropertiesAsync()).Value.ApproximateMessagesCount;
}
