namespace StoreClaw.Sandbox.WeCom;

/// <summary>
/// The platform's figures and the points no public page settles. The defaults are the strict reading: who gets by with them gets by with the real one.
/// </summary>
public sealed record WeComOptions
{
    public int MessagesPerMinute { get; init; } = 20;

    /// <summary>Unconfirmed (secondary source): refused calls, 45009 among them, use up the minute too.</summary>
    public bool FailedCallsCount { get; init; } = true;

    /// <summary>UTF-8 bytes. Error texts of 2022 name 5120; today's page says 2048.</summary>
    public int TextLimit { get; init; } = 2048;

    public int MarkdownLimit { get; init; } = 4096;

    /// <summary>The code table has 45034 for it, the vendor's own news example has none.</summary>
    public bool UrlsNeedScheme { get; init; } = true;

    /// <summary>Unconfirmed: 40033 for <c>\uXXXX</c> in the body. Many clients escape and get through.</summary>
    public bool RefuseEscapes { get; init; }

    /// <summary>Documented as part of the upload; clients that leave it out are reported to get through.</summary>
    public bool UploadsNeedFileLength { get; init; } = true;

    public TimeSpan MediaLifetime { get; init; } = TimeSpan.FromDays(3);
}

/// <summary>What can go wrong with the next send beyond what its content earns.</summary>
public enum WeComFault
{
    /// <summary>No answer until the caller gives up. The message is not in the group.</summary>
    Hang,

    /// <summary>HTTP 500 with a page of a proxy.</summary>
    ServerError,

    /// <summary>errcode -1.</summary>
    Busy,

    /// <summary>The message is in the group, the connection breaks before the answer.</summary>
    DropAfterAccept,
}
