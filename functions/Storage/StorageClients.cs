using System.Collections.Concurrent;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Common;

namespace StoreClaw.Storage;

/// <summary>
/// The clients of the one storage account, from the setting AzureWebJobsStorage: a connection string, or AzureWebJobsStorage__accountName with the app's identity.
/// </summary>
/// <param name="transport">Replaces the wire; tests count, cut and fail calls with it.</param>
public sealed class StorageClients(IConfiguration configuration, HttpPipelineTransport? transport = null)
{
    private const string Setting = "AzureWebJobsStorage";

    private readonly ConcurrentDictionary<string, Task<TableClient>> _made = new();
    private readonly ConcurrentDictionary<string, QueueClient> _queues = new();
    private readonly Lazy<TableServiceClient> _tables = new(() => CreateTables(configuration, transport));
    private readonly Lazy<QueueServiceClient> _service = new(() => CreateQueues(configuration, transport));

    /// <summary>The table as it is; a missing one answers like an empty one to reads of single rows (404).</summary>
    public TableClient Table(string name) => _tables.Value.GetTableClient(name);

    /// <summary>The table, created when this process uses it for the first time.</summary>
    public async ValueTask<TableClient> TableAsync(string name, CancellationToken cancellationToken)
    {
        var made = _made.GetOrAdd(name, static (name, clients) => clients.CreateAsync(name), this);
        try
        {
            return await made.WaitAsync(cancellationToken);
        }
        catch when (made.IsFaulted)
        {
            _made.TryRemove(new KeyValuePair<string, Task<TableClient>>(name, made));
            throw;
        }
    }

    public QueueClient Queue(string name) => _queues.GetOrAdd(name, static (name, clients) => clients._service.Value.GetQueueClient(name), this);

    /// <summary>Whether storage as a whole does not answer, as against refusing this one call.</summary>
    public static bool IsUnavailable(Exception exception) => exception switch
    {
        RequestFailedException failed => failed.Status is 0 or 408 or 429 or >= 500,
        AggregateException many => many.InnerExceptions.All(IsUnavailable),
        // A try that took longer than the client allows; nobody called it off.
        TaskCanceledException => true,
        _ => false,
    };

    /// <summary>A condition (ETag, absent row) did not hold: somebody else wrote, or our own write went through before its answer was lost.</summary>
    public static bool IsConflict(RequestFailedException exception) => exception.Status is 409 or 412;

    private static QueueServiceClient CreateQueues(IConfiguration configuration, HttpPipelineTransport? transport)
    {
        var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.None };
        Tune(options, transport, retries: 1, attempt: AppSettings.ReadQueueTimeout(configuration));
        return ConnectionString(configuration) is { } text
            ? new QueueServiceClient(text, options)
            : new QueueServiceClient(ServiceUri(configuration, "queue"), Credential(configuration), options);
    }

    private static TableServiceClient CreateTables(IConfiguration configuration, HttpPipelineTransport? transport)
    {
        var options = new TableClientOptions();
        Tune(options, transport, retries: 3, attempt: TimeSpan.FromSeconds(10));
        return ConnectionString(configuration) is { } text
            ? new TableServiceClient(text, options)
            : new TableServiceClient(ServiceUri(configuration, "table"), Credential(configuration), options);
    }

    private static void Tune(ClientOptions options, HttpPipelineTransport? transport, int retries, TimeSpan attempt)
    {
        options.Retry.Mode = RetryMode.Exponential;
        options.Retry.MaxRetries = retries;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.MaxDelay = TimeSpan.FromSeconds(1);
        options.Retry.NetworkTimeout = attempt;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        if (transport is not null)
        {
            options.Transport = transport;
        }
    }

    private static string? ConnectionString(IConfiguration configuration) =>
        configuration[Setting] is { Length: > 0 } text ? text : null;

    private static Uri ServiceUri(IConfiguration configuration, string service)
    {
        if (configuration[$"{Setting}:{service}ServiceUri"] is { Length: > 0 } uri)
        {
            return new Uri(uri);
        }

        var account = configuration[$"{Setting}:accountName"]
            ?? throw new InvalidOperationException($"{Setting} is not set. Give a connection string, or {Setting}__accountName to use the app's identity.");
        return new Uri($"https://{account}.{service}.core.windows.net");
    }

    private static TokenCredential Credential(IConfiguration configuration) =>
        new DefaultAzureCredential(new DefaultAzureCredentialOptions { ManagedIdentityClientId = configuration[$"{Setting}:clientId"] });

    private async Task<TableClient> CreateAsync(string name)
    {
        var table = Table(name);
        await table.CreateIfNotExistsAsync(CancellationToken.None);
        return table;
    }
}

public static class StorageServices
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
    {
        services.AddSingleton(provider => new StorageClients(provider.GetRequiredService<IConfiguration>(), provider.GetService<HttpPipelineTransport>()));
        services.AddSingleton<WorkQueues>();
        services.AddSingleton<PayloadStore>();
        services.AddSingleton<Leases>();
        services.AddSingleton<ParkedMessages>();
        return services;
    }
}
