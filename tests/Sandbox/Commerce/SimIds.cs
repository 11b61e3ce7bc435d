namespace StoreClaw.Sandbox.Commerce;

/// <summary>Ids that only grow, with the gaps that real platforms leave.</summary>
internal sealed class SimIds(long first)
{
    private long _next = first;

    /// <summary>An id no earlier call handed out.</summary>
    public long Peek => _next;

    public long Next()
    {
        var id = _next;
        _next += 1 + (id * 2_654_435_761 % 7 + 7) % 7;
        return id;
    }
}
