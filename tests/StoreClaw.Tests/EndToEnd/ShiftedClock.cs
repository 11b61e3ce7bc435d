namespace StoreClaw.Tests.EndToEnd;

/// <summary>The system's clock, set forward by a test: an hour has passed at once, while waits take the time they take.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    private long _ticks;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public override long GetTimestamp() => base.GetTimestamp() + (Interlocked.Read(ref _ticks) * (TimestampFrequency / TimeSpan.TicksPerSecond));

    public void Shift(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
}
