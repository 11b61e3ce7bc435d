using Azure.Storage.Queues;

namespace StoreClaw.Embedded;

/// <summary>A queue in the storage account of a connection string.</summary>
internal sealed record QueueAddress(string ConnectionString, string Name)
{
    private const string PoisonSuffix = "-poison";

    /// <summary>Where messages go that failed too often; null for a poison queue itself, whose messages are retried for ever.</summary>
    public QueueAddress? Poison => Name.EndsWith(PoisonSuffix, StringComparison.Ordinal) ? null : this with { Name = Name + PoisonSuffix };

    // The runtime decodes and encodes the text itself, so that a message moves to the poison queue unchanged, readable or not.
    public QueueClient Client()
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxRetries = 3;
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(20);
        return new QueueClient(ConnectionString, Name, options);
    }

    // Holds the account key.
    public override string ToString() => Name;
}
