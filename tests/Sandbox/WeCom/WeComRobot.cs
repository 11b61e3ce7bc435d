namespace StoreClaw.Sandbox.WeCom;

internal enum RobotState
{
    Active,
    Disabled,
    Deleted,
}

/// <summary>One robot of one group: its minute, its uploads, its messages. Not safe for two threads; the platform holds the lock.</summary>
internal sealed class WeComRobot(string name, WeComOptions options)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    private readonly List<DateTimeOffset> _calls = [];
    private readonly Dictionary<string, (FileContent File, DateTimeOffset UploadedAt)> _media = new(StringComparer.Ordinal);

    public string Name => name;

    public RobotState State { get; set; }

    public DateTimeOffset BlockedUntil { get; set; }

    public List<GroupMessage> Messages { get; } = [];

    /// <summary>Counts a call. False when the sliding minute is full or the robot is blocked.</summary>
    public bool TryPass(DateTimeOffset now)
    {
        _calls.RemoveAll(call => now - call >= Window);
        var passes = now >= BlockedUntil && _calls.Count < options.MessagesPerMinute;
        if (passes || options.FailedCallsCount)
        {
            _calls.Add(now);
        }

        return passes;
    }

    /// <summary>The call counted last at that instant was refused.</summary>
    public void Failed(DateTimeOffset at)
    {
        if (!options.FailedCallsCount)
        {
            _calls.Remove(at);
        }
    }

    public void Keep(string mediaId, FileContent file, DateTimeOffset now) => _media[mediaId] = (file, now);

    public FileContent? Media(string mediaId, DateTimeOffset now) =>
        _media.TryGetValue(mediaId, out var found) && now - found.UploadedAt < options.MediaLifetime ? found.File : null;
}
