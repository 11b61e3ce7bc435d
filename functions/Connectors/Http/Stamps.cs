namespace StoreClaw.Connectors.Http;

/// <summary>Instants as platforms write them in questions and headers.</summary>
public static class Stamps
{
    /// <summary>"2026-08-20T09:00:00": to the second, in UTC, with no zone behind it.</summary>
    public static string Second(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>"2026-08-20T09:00:00.123": to the millisecond, in UTC, with no zone behind it.</summary>
    public static string Millisecond(this DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff", CultureInfo.InvariantCulture);

    /// <summary>Null for what is no instant; one without an offset is UTC already.</summary>
    public static DateTimeOffset? Read(string? text) => DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;
}
