using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Webhooks;

/// <summary>Canaries in every secret; then everything that was logged, stored, queued or answered is searched for them, plain, URL-encoded and in base64.</summary>
public sealed class SecretLeakTests
{
    private static readonly string[] Canaries = ["demo-key-canary", DemoPlatform.SigningSecret, "access-for-refresh-0", TestApp.Key];

    [Fact]
    public async Task No_secret_is_in_a_log_a_table_a_queue_or_an_answer()
    {
        var said = new StringBuilder();
        await using var demo = await DemoApp.StartAsync(platform: new DemoPlatform
        {
            WhenRead = static delivery => _ = delivery.Topic == "explodes" ? throw new InvalidOperationException("A fault.") : 0,
            BeforePage = static _ => throw new StoreClaw.Connectors.PlatformException(new StoreClaw.Connectors.PlatformFault(StoreClaw.Connectors.FaultKind.Invalid, "bad", "Refused.")),
        });
        using var good = await demo.DeliverAsync(DemoPlatform.NewOrder("1", DateTimeOffset.UtcNow));
        using var bad = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "order", "{"u8.ToArray()));
        using var fault = await demo.App.Client.SendAsync(DemoPlatform.Delivery(demo.Connection, "explodes", "{}"u8.ToArray()));
        await Eventually.GetAsync(async () => (await demo.App.GetAsync("/api/parked")).GetProperty("parked").GetArrayLength(), static parked => parked == 2);
        foreach (var path in (string[])["/api/connectors", "/api/connections", "/api/events", "/api/parked", $"/api/connections/{demo.Connection}"])
        {
            said.AppendLine((await demo.App.GetAsync(path)).GetRawText());
        }

        foreach (var notice in demo.Notifier.Notices)
        {
            said.AppendLine(notice.ToString()).AppendLine(string.Join(' ', notice.Message.English.Lines.SelectMany(static line => line.Spans)));
        }

        demo.App.Log.Lines.ToList().ForEach(line => said.AppendLine(line));
        await ReadStorageAsync(demo.App.Options.Storage!, said);
        var all = said.ToString();
        Assert.Contains(demo.Connection, all, StringComparison.Ordinal);
        foreach (var canary in Canaries)
        {
            foreach (var form in (string[])[canary, Uri.EscapeDataString(canary), Convert.ToBase64String(Encoding.UTF8.GetBytes(canary)).TrimEnd('=')])
            {
                Assert.DoesNotContain(form, all, StringComparison.Ordinal);
            }
        }
    }

    private static async Task ReadStorageAsync(string storage, StringBuilder said)
    {
        var tables = new TableServiceClient(storage);
        await foreach (var table in tables.QueryAsync())
        {
            await foreach (var row in tables.GetTableClient(table.Name).QueryAsync<TableEntity>(""))
            {
                foreach (var (name, value) in row)
                {
                    said.Append(name).Append('=').AppendLine(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString());
                }

                if (Packing.Gather(row) is { Length: > 0 } packed)
                {
                    said.AppendLine(Encoding.UTF8.GetString(Packing.Unpack(packed)));
                }
            }
        }

        var queues = new QueueServiceClient(storage);
        await foreach (var queue in queues.GetQueuesAsync())
        {
            var messages = await queues.GetQueueClient(queue.Name).PeekMessagesAsync(32);
            messages.Value.ToList().ForEach(message => said.AppendLine(message.MessageText));
        }
    }
}
