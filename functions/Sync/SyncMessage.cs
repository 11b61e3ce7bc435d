using StoreClaw.Commerce;

namespace StoreClaw.Sync;

public enum StoreWork
{
    /// <summary>Read a resource of the store.</summary>
    Sync,

    /// <summary>Renew its access token before it runs out.</summary>
    RenewToken,

    /// <summary>See that its webhooks are still registered.</summary>
    AuditWebhooks,

    /// <summary>Fetch its deliveries from where its platform leaves them.</summary>
    CollectDeliveries,
}

/// <summary>One store's turn, on the queue of store work.</summary>
/// <param name="Resource">What to read; null unless it is a sync.</param>
/// <param name="Since">Read from here instead of from the watermark.</param>
/// <param name="Asked">Somebody asked for it: it waits for its turn instead of giving way to one under way.</param>
/// <param name="Failures">How often it failed in a row with something that passes.</param>
public sealed record StoreMessage(string Connection, StoreWork Work, Resource? Resource = null, DateTimeOffset? Since = null, bool Asked = false, int Failures = 0);
