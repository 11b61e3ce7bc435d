namespace StoreClaw.Connections;

public enum VaultFailure
{
    /// <summary>The app may not read or write the vault; an operator must act.</summary>
    Forbidden,

    /// <summary>Too many calls, retries included; later it works by itself.</summary>
    Throttled,

    /// <summary>Not reached, or failing; later it may work by itself.</summary>
    Unavailable,

    /// <summary>The secret is there and cannot be made sense of; an operator must act.</summary>
    Unreadable,

    /// <summary>Not a secret's name.</summary>
    BadName,

    /// <summary>The bundle is over the vault's limit.</summary>
    TooLarge,

    /// <summary>A setting refers to a secret that is not there.</summary>
    Missing,
}

/// <summary>Why the vault did not serve, and what to do about it. Its text never holds a secret.</summary>
public sealed class VaultException(VaultFailure reason, string problem, string remedy, Exception? cause = null)
    : Exception($"{problem} {remedy}", cause)
{
    public VaultFailure Reason { get; } = reason;

    /// <summary>A sentence for the operator that names the setting or role to change.</summary>
    public string Remedy { get; } = remedy;

    /// <summary>How long the vault asked to be left alone, if it did.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
