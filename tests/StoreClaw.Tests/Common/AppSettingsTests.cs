using Microsoft.Extensions.Configuration;
using StoreClaw.Common;

namespace StoreClaw.Tests.Common;

public sealed class AppSettingsTests
{
    [Theory]
    [InlineData(null, 2)]
    [InlineData("", 2)]
    [InlineData("00:00:01", 1)]
    [InlineData("00:02:00", 120)]
    public void A_try_of_a_call_to_a_queue_takes_as_long_as_was_set(string? text, int seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), AppSettings.ReadQueueTimeout(Settings(text)));

    [Theory]
    [InlineData("0")]
    [InlineData("2")]
    [InlineData("00:00:00.9")]
    [InlineData("00:02:01")]
    [InlineData("two seconds")]
    public void Another_span_stops_the_start(string text)
    {
        var wrong = Assert.Throws<InvalidOperationException>(() => new AppSettings(Settings(text)));
        Assert.Contains("Storage__QueueTimeout must be a time from 00:00:01 to 00:02:00", wrong.Message, StringComparison.Ordinal);
    }

    private static IConfiguration Settings(string? text) => new ConfigurationBuilder().AddInMemoryCollection([new("Storage:QueueTimeout", text)]).Build();
}
