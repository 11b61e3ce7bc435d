using StoreClaw.Embedded;

namespace StoreClaw.Benchmarks;

/// <summary>An emulator on disk, with a folder of its own: in memory it stands still for seconds each minute, when it looks through every message that ever was.</summary>
public sealed class DiskStorage : IAsyncDisposable
{
    private readonly string _folder;

    private DiskStorage(AzuriteServer server, string folder)
    {
        Server = server;
        _folder = folder;
    }

    public AzuriteServer Server { get; }

    public static async Task<DiskStorage> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("storeclaw-bench-storage-").FullName;
        return new DiskStorage(await AzuriteServer.StartAsync(new AzuriteOptions { DataFolder = folder, QueuePort = 0, TablePort = 0 }, CancellationToken.None), folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }
}
