using StoreClaw.Embedded;

namespace StoreClaw.Tests.Support;

/// <summary>
/// A few Azurites for the whole test run; each caller gets a storage account of its own in one of them, empty. Several, since each call costs the more the more there is in all accounts of an emulator. On disk: in memory it goes through all messages that ever were each minute, and by the
/// square of their number, so that calls time out after some thousand.
/// </summary>
public static class TestStorage
{
    private const int Servers = 6;
    private const int Accounts = 300;

    private static readonly Lazy<Task<AzuriteServer>>[] Running = [.. Enumerable.Range(0, Servers).Select(static _ => new Lazy<Task<AzuriteServer>>(StartAsync))];

    private static int _next;

    /// <summary>The connection string of an account nobody else uses in this run.</summary>
    public static async Task<string> NewAccountAsync()
    {
        var number = Interlocked.Increment(ref _next);
        Assert.True(number < Accounts * Servers, "The test run needs more storage accounts; raise TestStorage.Accounts.");
        return (await Running[number % Servers].Value).ConnectionString(Name(number / Servers));
    }

    /// <summary>The settings of an account. A try of a call to a queue may take as long as a busy machine needs.</summary>
    public static Dictionary<string, string?> Settings(string connectionString) => new() { ["AzureWebJobsStorage"] = connectionString, ["Storage:QueueTimeout"] = "00:01:00" };

    private static string Name(int number) => $"test{number:D4}";

    private static async Task<AzuriteServer> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("storeclaw-test-storage-");
        var server = await AzuriteServer.StartAsync(
            new AzuriteOptions { DataFolder = data.FullName, QueuePort = 0, TablePort = 0, ExtraAccounts = [.. Enumerable.Range(0, Accounts).Select(Name)] },
            CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            // The test host does not wait long for its end, and the emulator takes its time.
            TestFolders.Remove();
            server.DisposeAsync().AsTask().GetAwaiter().GetResult();
            data.Delete(recursive: true);
        };
        return server;
    }
}
