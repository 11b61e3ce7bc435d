namespace StoreClaw.Connectors.Http;

/// <summary>Addresses with questions in them.</summary>
public static class Links
{
    /// <summary>An address with these query parameters behind those it has. What is null is left out.</summary>
    public static Uri To(string address, params IEnumerable<(string Name, string? Value)> parameters)
    {
        var query = parameters.Where(static one => one.Value is not null).Select(static one => $"{one.Name}={Uri.EscapeDataString(one.Value!)}");
        return new Uri($"{address}{(address.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{string.Join('&', query)}");
    }
}
