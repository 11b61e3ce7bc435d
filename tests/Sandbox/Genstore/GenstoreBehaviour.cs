namespace StoreClaw.Sandbox.Genstore;

/// <summary>In which order a list gives its rows; the documentation does not say.</summary>
public enum GenstoreOrder
{
    NewestFirst,
    OldestFirst,
    LastChangedFirst,
}

/// <summary>What becomes of the filter updateTimeMin, whose name is a guess.</summary>
public enum GenstoreFilter
{
    Honoured,
    Ignored,
    Refused,
}

/// <summary>What is left open by the documentation, to be tried out both ways. May be changed while the shop runs.</summary>
public sealed record GenstoreBehaviour
{
    public GenstoreOrder Order { get; init; }

    public GenstoreFilter Filter { get; init; }

    /// <summary>Rows as the documentation prints them say in what currency the shop's money is.</summary>
    public bool TellsCurrency { get; init; } = true;

    /// <summary>A product says when it was changed.</summary>
    public bool TellsProductTimes { get; init; } = true;
}
