using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace StoreClaw.Embedded;

/// <summary>How an Azurite is started. Ports of 0 mean free ones.</summary>
public sealed record AzuriteOptions
{
    /// <summary>Where the data is kept between starts; null keeps it in memory.</summary>
    public string? DataFolder { get; init; }

    public int QueuePort { get; init; } = 10001;

    public int TablePort { get; init; } = 10002;

    /// <summary>Account names served beside devstoreaccount1, all with <see cref="AzuriteServer.AccountKey"/>.</summary>
    public IReadOnlyList<string> ExtraAccounts { get; init; } = [];

    /// <summary>Where the npm package is kept; it is fetched there once.</summary>
    public string PackageFolder { get; init; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create),
        "StoreClaw",
        "azurite-" + AzuriteServer.Version);
}

/// <summary>
/// A storage emulator (tables and queues) of its own: installed through npm when it is missing, started on loopback, stopped when disposed
/// or when this process ends in any way, a kill included: the emulator watches its standard input and leaves in order when that closes.
/// </summary>
public sealed class AzuriteServer : IAsyncDisposable
{
    public const string Version = "3.35.0";

    public const string DefaultAccount = "devstoreaccount1";

    /// <summary>The emulator's published key; it protects nothing.</summary>
    public const string AccountKey = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

    // Ends with its parent, and lets the emulator write its data first. A signal to a whole terminal or service reaches the emulator
    // too; it must outlive the app's running work, so it leaves only when told. Its table part heeds no SIGTERM, only this message.
    private const string Watchdog = """
        const service = process.argv[1];
        process.argv.splice(1, 1, service);
        const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
        const once = process.once;
        process.once = (event, listener) => signals.includes(event) ? process : once.call(process, event, listener);
        signals.forEach(signal => process.on(signal, () => {}));
        const leave = () => process.emit('message', 'shutdown') || process.exit();
        process.stdin.resume();
        process.stdin.once('end', leave);
        process.stdin.once('error', leave);
        require(service);
        """;

    private readonly List<Process> _processes;

    private AzuriteServer(List<Process> processes, int queuePort, int tablePort)
    {
        _processes = processes;
        QueuePort = queuePort;
        TablePort = tablePort;
    }

    public int QueuePort { get; }

    public int TablePort { get; }

    public string ConnectionString(string account = DefaultAccount) => ConnectionString(account, QueuePort, TablePort);

    public static string ConnectionString(string account, int queuePort, int tablePort) => string.Create(
        CultureInfo.InvariantCulture,
        $"DefaultEndpointsProtocol=http;AccountName={account};AccountKey={AccountKey};QueueEndpoint=http://127.0.0.1:{queuePort}/{account};TableEndpoint=http://127.0.0.1:{tablePort}/{account};");

    /// <summary>True when something already accepts connections on the port.</summary>
    public static async Task<bool> AnswersAsync(int port, CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Installs when needed, starts, and returns once both services accept connections.</summary>
    /// <exception cref="InvalidOperationException">Node or npm is missing, the install failed, or the emulator ended at once; says which and what to do.</exception>
    public static async Task<AzuriteServer> StartAsync(AzuriteOptions options, CancellationToken cancellationToken)
    {
        await InstallAsync(options.PackageFolder, cancellationToken);
        var queuePort = options.QueuePort == 0 ? FreePort() : options.QueuePort;
        var tablePort = options.TablePort == 0 ? FreePort() : options.TablePort;
        var processes = new List<Process>();
        var server = new AzuriteServer(processes, queuePort, tablePort);
        try
        {
            processes.Add(Launch(options, "queue", queuePort));
            processes.Add(Launch(options, "table", tablePort));
            await WaitAsync(processes[0], queuePort, cancellationToken);
            await WaitAsync(processes[1], tablePort, cancellationToken);

            // On a small machine the queues go first: an answer to a platform waits for them, and only work behind it for tables.
            processes[1].PriorityClass = ProcessPriorityClass.BelowNormal;
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_processes.Select(StopAsync));
        _processes.Clear();
    }

    private static async Task StopAsync(Process process)
    {
        using (process)
        {
            if (process.HasExited)
            {
                return;
            }

            process.StandardInput.Close();
            using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            try
            {
                await process.WaitForExitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill();
            }
        }
    }

    private static string EntryPoint(string packageFolder, string service) =>
        Path.Combine(packageFolder, "node_modules", "azurite", "dist", "src", service, "main.js");

    private static async Task InstallAsync(string folder, CancellationToken cancellationToken)
    {
        if (File.Exists(Path.Combine(folder, "installed")))
        {
            return;
        }

        Directory.CreateDirectory(folder);

        // Two processes may find it missing at the same time; the file handle lets one of them install.
        await using var turn = await TakeTurnAsync(Path.Combine(folder, "install.lock"), cancellationToken);
        if (File.Exists(Path.Combine(folder, "installed")))
        {
            return;
        }

        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        using var install = Start(npm, ["install", "--prefix", folder, "--no-audit", "--no-fund", "--no-save", "--loglevel=error", "azurite@" + Version], []);
        var errors = install.StandardError.ReadToEndAsync(cancellationToken);
        await install.WaitForExitAsync(cancellationToken);
        if (install.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"The storage emulator (npm package azurite {Version}) could not be installed: {(await errors).Trim()} Set AzureWebJobsStorage to a storage account, or make npm work.");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "installed"), Version, cancellationToken);
    }

    private static async Task<FileStream> TakeTurnAsync(string path, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellationToken);
            }
        }
    }

    private static Process Launch(AzuriteOptions options, string service, int port)
    {
        List<string> arguments = ["-e", Watchdog, EntryPoint(options.PackageFolder, service), "--silent", "--skipApiVersionCheck", "--disableTelemetry"];
        arguments.AddRange([$"--{service}Host", "127.0.0.1", $"--{service}Port", port.ToString(CultureInfo.InvariantCulture)]);
        if (options.DataFolder is { } folder)
        {
            Directory.CreateDirectory(folder);
            arguments.AddRange(["--location", folder]);
        }
        else
        {
            arguments.Add("--inMemoryPersistence");
        }

        var accounts = string.Join(';', options.ExtraAccounts.Prepend(DefaultAccount).Select(name => $"{name}:{AccountKey}"));
        var process = Start("node", arguments, [new("AZURITE_ACCOUNTS", accounts)]);
        process.OutputDataReceived += static (_, _) => { };
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    private static Process Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<KeyValuePair<string, string>> environment)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        }
        catch (System.ComponentModel.Win32Exception missing)
        {
            throw new InvalidOperationException($"{program} is needed for the storage emulator and was not found. Install Node.js 20 or later, or set AzureWebJobsStorage to a storage account.", missing);
        }
    }

    private static async Task WaitAsync(Process process, int port, CancellationToken cancellationToken)
    {
        while (!await AnswersAsync(port, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The storage emulator ended at once (exit code {process.ExitCode}); is port {port} free and its data folder writable?"));
            }

            await Task.Delay(TimeSpan.FromMilliseconds(25), TimeProvider.System, cancellationToken);
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
