using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Storage;

public sealed class ParkedMessagesTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public async Task What_is_parked_is_listed_newest_first_found_with_its_text_and_removed()
    {
        var parked = await NewAsync();
        var first = await parked.ParkAsync("webhook-events", "w1€🛒", "c1", "orders/create", "FormatException: 'id' is missing.", 5, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        var second = await parked.ParkAsync("task-runs", "", null, null, "TimeoutException", 1, CancellationToken.None);

        Assert.Equal([second, first], await parked.ListAsync(CancellationToken.None));
        Assert.Equal((first, "w1€🛒"), await parked.FindAsync(first.Id, CancellationToken.None));
        Assert.Equal((second, ""), await parked.FindAsync(second.Id, CancellationToken.None));

        await parked.RemoveAsync(first, CancellationToken.None);
        Assert.Null(await parked.FindAsync(first.Id, CancellationToken.None));
        Assert.Equal([second], await parked.ListAsync(CancellationToken.None));
        await parked.RemoveAsync(first, CancellationToken.None);
    }

    [Fact]
    public async Task The_longest_message_and_the_longest_cause_have_room()
    {
        var parked = await NewAsync();
        var text = Convert.ToBase64String(Account.Noise(48 * 1024));

        // Odd on purpose: the cut falls into the middle of an emoji.
        var cause = "!" + string.Concat(Enumerable.Repeat("🛒", 40_000));
        var kept = await parked.ParkAsync("webhook-events", text, "c1", "orders/create", cause, 5, CancellationToken.None);

        var (found, whole) = (await parked.FindAsync(kept.Id, CancellationToken.None))!.Value;
        Assert.Equal(text, whole);
        Assert.InRange(found.Cause.Length, 3990, 4000);
        Assert.StartsWith(found.Cause, cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_id_is_nothing()
    {
        var parked = await NewAsync();

        Assert.Null(await parked.FindAsync("nobody' or RowKey ne '", CancellationToken.None));
        Assert.Empty(await parked.ListAsync(CancellationToken.None));
    }

    private async Task<ParkedMessages> NewAsync() => new(await Account.NewAsync(), new SeededRandomness(1), _time);
}
