namespace StoreClaw.Connectors.Http;

/// <param name="Live">False when the platform has switched it off.</param>
public sealed record WebhookRegistration(string Id, string Topic, Uri Url, bool Live = true);

/// <summary>Brings a store's registrations in line; the connector says how its platform lists, creates and deletes one.</summary>
/// <param name="Topics">Those that the store is to have.</param>
public sealed record WebhookRegistrar(
    IReadOnlyList<string> Topics,
    Func<CancellationToken, Task<IReadOnlyList<WebhookRegistration>>> ListAsync,
    Func<string, CancellationToken, Task> CreateAsync,
    Func<string, CancellationToken, Task> DeleteAsync)
{
    /// <summary>Sets one that is there anew, live or not, by its id and topic; null where those that are off are replaced and the others left alone.</summary>
    public Func<string, string, CancellationToken, Task>? RenewAsync { get; init; }

    /// <summary>Whether one right covers all topics: that it is missing is a fault then.</summary>
    public bool IsOneRight { get; init; }

    /// <summary>Creates what is missing and replaces what is switched off. Topics for which a scope is missing are left out, the others still come.</summary>
    /// <exception cref="PlatformException">The platform refused.</exception>
    public async Task<WebhookAudit> EnsureAsync(Uri url, CancellationToken cancellationToken)
    {
        var ours = (await OursAsync(url, cancellationToken)).ToLookup(static registration => registration.Topic);
        var restored = new List<string>();
        foreach (var topic in Topics.Where(topic => RenewAsync is not null || !ours[topic].Any(static registration => registration.Live)))
        {
            var kept = RenewAsync is null ? null : ours[topic].FirstOrDefault();
            try
            {
                foreach (var off in ours[topic].Where(registration => registration != kept))
                {
                    await RemoveAsync(off, cancellationToken);
                }

                await (kept is null ? CreateAsync(topic, cancellationToken) : RenewAsync!(kept.Id, topic, cancellationToken));
                restored.AddRange(ours[topic].Any(static registration => registration.Live) ? [] : [topic]);
            }
            catch (PlatformException e) when (e.Fault.Kind == FaultKind.ScopeMissing && !IsOneRight)
            {
                // The missing scope is shown on the connection; the next audit tries again.
            }
        }

        return new WebhookAudit(restored);
    }

    /// <summary>Deletes every registration of that address, whatever its topic.</summary>
    public async Task RemoveAsync(Uri url, CancellationToken cancellationToken)
    {
        foreach (var registration in await OursAsync(url, cancellationToken))
        {
            await RemoveAsync(registration, cancellationToken);
        }
    }

    private async Task RemoveAsync(WebhookRegistration registration, CancellationToken cancellationToken)
    {
        try
        {
            await DeleteAsync(registration.Id, cancellationToken);
        }
        catch (PlatformException e) when (e.Fault.Kind == FaultKind.NotFound)
        {
            // Gone already.
        }
    }

    private async Task<List<WebhookRegistration>> OursAsync(Uri url, CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(registration => registration.Url == url)];
}
