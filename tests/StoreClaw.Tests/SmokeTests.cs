using Azure.Storage.Queues;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests;

public sealed class SmokeTests
{
    [Fact]
    public async Task Every_test_account_is_empty_and_works()
    {
        var queue = new QueueClient(await TestStorage.NewAccountAsync(), "smoke");
        Assert.False(await queue.ExistsAsync());
        await queue.CreateAsync();
        await queue.SendMessageAsync("hello");
        Assert.Equal("hello", (await queue.ReceiveMessageAsync()).Value.MessageText);
    }
}
