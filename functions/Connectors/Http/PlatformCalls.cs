namespace StoreClaw.Connectors.Http;

/// <summary>What becomes of a call's fault where a connector takes it for an answer, or tells it in words of its own.</summary>
public static class PlatformCalls
{
    /// <summary>The call's answer; null when the platform says that it does not have what was asked for.</summary>
    public static Task<T?> OrNull<T>(this Task<T> call)
        where T : class => call.OrNull(FaultKind.NotFound);

    /// <summary>The call's answer; null where the fault is of one of these kinds.</summary>
    public static async Task<T?> OrNull<T>(this Task<T> call, params IReadOnlyList<FaultKind> kinds)
        where T : class
    {
        try
        {
            return await call;
        }
        catch (PlatformException e) when (kinds.Contains(e.Fault.Kind))
        {
            return null;
        }
    }

    /// <summary>Either the call's answer or its fault.</summary>
    /// <param name="kinds">The faults that are taken so; all when none is named.</param>
    public static async Task<(T? Answer, PlatformFault? Fault)> OrFault<T>(this Task<T> call, params IReadOnlyList<FaultKind> kinds)
    {
        try
        {
            return (await call, null);
        }
        catch (PlatformException e) when (kinds.Count == 0 || kinds.Contains(e.Fault.Kind))
        {
            return (default, e.Fault);
        }
    }

    /// <summary>The call with its fault as <paramref name="told"/> has it.</summary>
    /// <exception cref="PlatformException">The call did not succeed.</exception>
    public static async Task<T> Told<T>(this Task<T> call, Func<PlatformFault, PlatformFault> told)
    {
        try
        {
            return await call;
        }
        catch (PlatformException e) when (told(e.Fault) is var fault && fault != e.Fault)
        {
            throw new PlatformException(fault, e);
        }
    }
}
