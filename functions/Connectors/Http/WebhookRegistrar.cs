namespace StoreClaw.Connectors.Http;

/// <param name="Live">False when the platform has switched it off.</param>
public sealed record WebhookRegistration(string Id, string Topic, Uri Url, bool Live = true);

/// <summary>Brings a store's registrations in line; the connector says how its platform lists, creates and deletes one.</summary>
public sealed record WebhookRegistrar(
    Func<CancellationToken, Task<IReadOnlyList<WebhookRegistration>>> ListAsync,
    Func<string, CancellationToken, Task> CreateAsync,
    Func<string, CancellationToken, Task> DeleteAsync)
{
    /// <summary>Creates what is missing and replaces what is switched off. Topics for which a scope is missing are left out, the others still come.</summary>
    public async Task<WebhookAudit> EnsureAsync(IReadOnlyList<string> topics, Uri url, CancellationToken cancellationToken)
    {
        var ours = await OursAsync(url, cancellationToken);
        var restored = new List<string>();
        foreach (var topic in topics.Where(topic => !ours.Any(registration => registration.Live && registration.Topic == topic)))
        {
            try
            {
                foreach (var off in ours.Where(registration => registration.Topic == topic))
                {
                    await DeleteAsync(off.Id, cancellationToken);
                }

                await CreateAsync(topic, cancellationToken);
                restored.Add(topic);
            }
            catch (PlatformException e) when (e.Fault.Kind == FaultKind.ScopeMissing)
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
            await DeleteAsync(registration.Id, cancellationToken);
        }
    }

    private async Task<List<WebhookRegistration>> OursAsync(Uri url, CancellationToken cancellationToken) =>
        [.. (await ListAsync(cancellationToken)).Where(registration => registration.Url == url)];
}
