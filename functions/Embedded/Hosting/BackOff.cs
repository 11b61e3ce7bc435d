namespace StoreClaw.Embedded;

/// <summary>Delays that double from the first to the longest, and start over after <see cref="Reset"/>.</summary>
internal sealed class BackOff(TimeSpan first, TimeSpan longest)
{
    private TimeSpan _next = first < longest ? first : longest;

    public TimeSpan Next()
    {
        var delay = _next;
        _next = delay * 2 < longest ? delay * 2 : longest;
        return delay;
    }

    public void Reset() => _next = first < longest ? first : longest;
}
