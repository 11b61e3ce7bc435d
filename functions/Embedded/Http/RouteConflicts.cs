namespace StoreClaw.Embedded;

/// <summary>
/// Two routes for one request. The Functions host takes the function whose name comes first, whichever route is more definite
/// (azure-functions-host issue 9876): /orders/{id} of GetOrder hides /orders/recent of ListRecent. Refused unless the more definite one wins.
/// </summary>
internal static class RouteConflicts
{
    /// <param name="functions">HTTP functions in the order the host tries them.</param>
    public static IEnumerable<string> Find(IReadOnlyList<FunctionEntry> functions)
    {
        for (var first = 0; first < functions.Count; first++)
        {
            for (var second = first + 1; second < functions.Count; second++)
            {
                if (Describe(functions[first], functions[second]) is { } conflict)
                {
                    yield return conflict;
                }
            }
        }
    }

    private static string? Describe(FunctionEntry early, FunctionEntry late)
    {
        var (one, two) = (early.Route!, late.Route!);
        if (one.Pattern.InboundPrecedence < two.Pattern.InboundPrecedence || !one.SharesAMethodWith(two) || !one.Overlaps(two))
        {
            return null;
        }

        var both = $"{FunctionReader.Label(early.Method)} and {FunctionReader.Label(late.Method)}: the routes '{one.Pattern.RawText}' and '{two.Pattern.RawText}'";
        return one.Pattern.InboundPrecedence == two.Pattern.InboundPrecedence
            ? $"{both} answer the same requests: change one route or its methods."
            : $"{both} overlap and the Functions host takes {early.Name}, the first by name: "
                + "constrain the parameter, as in {id:guid}, or rename a function.";
    }
}
