using System.Text.Json;
using StoreClaw.Notifications;

namespace StoreClaw.Alerts;

/// <summary>What an alert is about; in JSON and in the API as kebab-case words.</summary>
public enum AlertKind
{
    OrderVolume,
    OrderValue,
    Cancellations,
    Refunds,
    StockLow,
    StockOut,
    Price,
    StoreQuiet,
    SyncFailing,
    Authorization,
    Parked,
    TaskLate,
}

public enum AlertState
{
    Open,
    Closed,
}

/// <summary>One sentence in each language a channel may be set to.</summary>
public sealed record AlertText(string English, string Chinese)
{
    public static AlertText None { get; } = new("", "");
}

/// <summary>Somebody sees a cause of an alert, for the first time or again.</summary>
/// <param name="Connection">Null where it is about no store.</param>
/// <param name="Subject">Tells the causes of one kind and store apart; never shown.</param>
/// <param name="Cause">What is the matter: the title of the message, the cause in the API.</param>
/// <param name="Advice">What to do about it.</param>
public sealed record AlertSighting(AlertKind Kind, string? Connection, string Subject, Urgency Severity, AlertText Cause, AlertText Advice)
{
    /// <summary>What the reader knows the subject by, in a few words; empty where the store says it all.</summary>
    public string About { get; init; } = "";

    /// <summary>Sightings of one occurrence in a row count once; null counts each.</summary>
    public string? Occurrence { get; init; }

    /// <summary>A figure to judge later sightings by; that of the first is kept.</summary>
    public decimal? Reference { get; init; }
}

/// <summary>One cause as it stands: opened, seen, told, closed.</summary>
/// <param name="Id">Made from kind, connection and subject: the same when it opens again.</param>
/// <param name="FirstSeen">When it opened this time.</param>
/// <param name="Count">How often it was seen since.</param>
/// <param name="Told">Messages so far about this opening.</param>
/// <param name="ToldSeverity">That of the last of them.</param>
/// <param name="Due">When there is something to tell; null when there is not.</param>
public sealed record Alert(
    string Id,
    AlertKind Kind,
    string? Connection,
    string Subject,
    string About,
    Urgency Severity,
    AlertState State,
    AlertText Cause,
    AlertText Advice,
    DateTimeOffset FirstSeen,
    DateTimeOffset LastSeen,
    int Count,
    string? Occurrence,
    decimal? Reference,
    int Told,
    Urgency ToldSeverity,
    DateTimeOffset? Due,
    DateTimeOffset? ClosedAt,
    AlertText? Ending)
{
    public static string KindName(AlertKind kind) => JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString());
}
