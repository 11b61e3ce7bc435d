using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace StoreClaw.Embedded;

/// <summary>
/// The storage account of one machine: an emulator that already runs there, else one of our own. Registered first, so it starts
/// before everything that reads storage and stops after everything that writes it.
/// </summary>
internal sealed partial class LocalStorage(EmbeddedSettings settings, ILogger<LocalStorage> logger) : IHostedService, IAsyncDisposable
{
    private const string Setting = "AzureWebJobsStorage";

    private AzuriteServer? _server;

    /// <summary>True when no storage account is named; the setting is then replaced by the emulator's full connection string.</summary>
    public static bool Replace(ConfigurationManager configuration, EmbeddedSettings settings)
    {
        var value = configuration[Setting]?.Trim().TrimEnd(';');
        if (!string.IsNullOrEmpty(value) && !value.Equals("UseDevelopmentStorage=true", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        configuration[Setting] = AzuriteServer.ConnectionString(AzuriteServer.DefaultAccount, settings.QueuePort, settings.TablePort);
        return true;
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var queues = await AzuriteServer.AnswersAsync(settings.QueuePort, cancellationToken);
        var tables = await AzuriteServer.AnswersAsync(settings.TablePort, cancellationToken);
        if (queues && tables)
        {
            return;
        }

        if (queues || tables)
        {
            var taken = queues ? settings.QueuePort : settings.TablePort;
            throw new InvalidOperationException(string.Create(
                CultureInfo.InvariantCulture,
                $"Port {taken} of 127.0.0.1 is taken, so the storage emulator cannot start. "
                + $"Free it, set Embedded__QueuePort and Embedded__TablePort, or set {Setting} to a storage account."));
        }

        var folder = Path.Combine(settings.DataPath, "azurite");
        _server = await AzuriteServer.StartAsync(
            new AzuriteOptions { DataFolder = folder, QueuePort = settings.QueuePort, TablePort = settings.TablePort },
            cancellationToken);
        Log.Started(logger, folder);
    }

    public async Task StopAsync(CancellationToken cancellationToken) => await DisposeAsync();

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _server, null) is { } server)
        {
            await server.DisposeAsync();
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Storage emulator started; its data is in {Folder}.")]
        public static partial void Started(ILogger logger, string folder);
    }
}
