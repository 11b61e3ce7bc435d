using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Alerts;
using StoreClaw.Notifications;
using StoreClaw.Tests.Notifications;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Alerts;

public sealed class AlertStormTests
{
    private const int Sightings = 500;
    private const int Causes = 60;

    [Fact]
    public async Task A_storm_of_500_in_ten_seconds_tells_every_cause_the_urgent_first_within_the_pace_and_survives_a_restart()
    {
        await using var team = await Team.StartAsync();
        var begun = team.Time.GetUtcNow();
        await using (var first = await team.SecondHostAsync())
        {
            await StormAsync(team, first, 0, Sightings / 2);
            await team.TurnAsync(first);
        }

        await using (var second = await team.SecondHostAsync())
        {
            await StormAsync(team, second, Sightings / 2, Sightings);
            Assert.Equal(TimeSpan.FromSeconds(10), team.Time.GetUtcNow() - begun);
            while (await team.TurnAsync(second) is { } wait)
            {
                team.Time.Advance(wait);
            }
        }

        var told = team.Messages;
        Assert.Empty(team.WeCom.Log.Violations);
        Assert.All(told, message => Assert.InRange(told.Count(other => other.SentAt >= message.SentAt && other.SentAt - message.SentAt < TimeSpan.FromMinutes(1)), 1, 20));
        var places = Enumerable.Range(0, Causes).ToDictionary(static cause => cause, cause => told.TakeWhile(message => !message.Text.Contains(Name(cause), StringComparison.Ordinal)).Count());
        Assert.All(places, place => Assert.True(place.Value < told.Count, $"{Name(place.Key)} was not told."));
        Assert.True(places.Where(static place => IsCritical(place.Key)).Max(static place => place.Value) < places.Where(static place => !IsCritical(place.Key)).Min(static place => place.Value));

        var alerts = await team.App.Services.GetRequiredService<AlertTable>().ListAsync(AlertState.Open, CancellationToken.None);
        Assert.Equal((Causes, Sightings), (alerts.Count, alerts.Sum(static alert => alert.Count)));
        Assert.All(alerts, static alert => Assert.Equal(1, alert.Told));
        var channel = await team.ChannelAsync();
        Assert.Equal((0, 0), (channel.GetProperty("waiting").GetInt32(), channel.GetProperty("parked").GetInt32()));
    }

    private static string Name(int cause) => string.Create(CultureInfo.InvariantCulture, $"Cause {cause:D2};");

    private static bool IsCritical(int cause) => cause % 10 == 3;

    private static async Task StormAsync(Team team, TestApp host, int from, int to)
    {
        var book = host.Services.GetRequiredService<AlertBook>();
        foreach (var chunk in Enumerable.Range(from, to - from).Chunk(10))
        {
            await Task.WhenAll(chunk.Select(i => book.SeenAsync(Sighting(i % Causes), CancellationToken.None)));
            team.Time.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    private static AlertSighting Sighting(int cause) => new(
        cause % 2 == 0 ? AlertKind.StockOut : AlertKind.Price,
        cause % 3 == 0 ? "store-a" : "store-b",
        Name(cause),
        IsCritical(cause) ? Urgency.Critical : cause % 3 == 0 ? Urgency.Info : Urgency.Warning,
        new AlertText(Name(cause), Name(cause)),
        AlertText.None)
    {
        About = Name(cause),
    };
}
