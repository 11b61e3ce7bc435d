namespace StoreClaw.Tests.Support;

/// <summary>Waits for what happens on another thread; gives up after some minutes (a busy machine may take one) with what was last seen.</summary>
public static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(20);

    public static async Task<T> GetAsync<T>(Func<Task<T>> look, Func<T, bool> good)
    {
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var seen = await look();
            if (good(seen))
            {
                return seen;
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < Patience, $"It did not come to that; last seen: {seen}");
            await Task.Delay(Glance);
        }
    }
}
