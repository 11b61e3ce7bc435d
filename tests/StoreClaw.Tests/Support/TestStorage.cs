using StoreClaw.Embedded;

namespace StoreClaw.Tests.Support;

/// <summary>
/// One Azurite for the whole test run; each caller gets a storage account of its own in it, empty. On disk: in memory it goes through all messages that ever were each minute, and by the
/// square of their number, so that calls time out after some thousand.
/// </summary>
public static class TestStorage
{
    private const int Accounts = 900;

    private static readonly Lazy<Task<AzuriteServer>> Server = new(StartAsync);

    private static int _next;

    /// <summary>The connection string of an account nobody else uses in this run.</summary>
    public static async Task<string> NewAccountAsync()
    {
        var number = Interlocked.Increment(ref _next);
        Assert.True(number <= Accounts, "The test run needs more storage accounts; raise TestStorage.Accounts.");
        return (await Server.Value).ConnectionString(Name(number));
    }

    private static string Name(int number) => $"test{number:D4}";

    private static async Task<AzuriteServer> StartAsync()
    {
        var data = Directory.CreateTempSubdirectory("storeclaw-test-storage-");
        var server = await AzuriteServer.StartAsync(
            new AzuriteOptions { DataFolder = data.FullName, QueuePort = 0, TablePort = 0, ExtraAccounts = [.. Enumerable.Range(1, Accounts).Select(Name)] },
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
