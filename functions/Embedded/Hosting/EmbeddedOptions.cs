namespace StoreClaw.Embedded;

/// <summary>What a test may set; the app itself runs with the defaults.</summary>
internal sealed record EmbeddedOptions
{
    /// <summary>The classes to look for functions in; null means the assembly that holds the embedded runtime.</summary>
    public IReadOnlyList<Type>? FunctionTypes { get; init; }

    /// <summary>Where local.settings.json and the data folder are; null means the current directory.</summary>
    public string? ContentRoot { get; init; }

    /// <summary>Where the start-up lines go; null means standard output.</summary>
    public TextWriter? Terminal { get; init; }

    /// <summary>How long a queue that was found empty is left alone at first.</summary>
    public TimeSpan FirstPollWait { get; init; } = TimeSpan.FromMilliseconds(50);

    /// <summary>How long a handler may go on after its function timed out before it is given up.</summary>
    public TimeSpan Unresponsive { get; init; } = TimeSpan.FromSeconds(5);
}
