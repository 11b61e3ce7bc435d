namespace StoreClaw.Connectors.Http;

/// <summary>The Retry-After header in the forms platforms send: seconds, seconds with decimals ("2.0"), an HTTP date.</summary>
public static class RetryAfter
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>The wait, at least zero and at most a day; null when there is no readable header.</summary>
    /// <param name="now">The platform's time, since a date is one by its clock.</param>
    public static TimeSpan? Read(PlatformResponse response, DateTimeOffset now)
    {
        var text = response.Header("Retry-After")?.Trim();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && !double.IsNaN(seconds))
        {
            return TimeSpan.FromSeconds(Math.Clamp(seconds, 0, Longest.TotalSeconds));
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? TimeSpan.FromTicks(Math.Clamp((at - now).Ticks, 0, Longest.Ticks))
            : null;
    }
}
