using StoreClaw.Connections;

namespace StoreClaw.Tests.Connections.Vault;

public sealed class PrivateFilesTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("storeclaw-files-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task A_file_is_replaced_whole()
    {
        await PrivateFiles.ReplaceAsync(At("file"), At("new"), new byte[5000], CancellationToken.None);
        await PrivateFiles.ReplaceAsync(At("file"), At("new"), "short"u8.ToArray(), CancellationToken.None);
        Assert.Equal("short", await File.ReadAllTextAsync(At("file")));
        Assert.Equal(["file"], _folder.GetFiles().Select(static file => file.Name));
    }

    [Fact]
    public async Task What_fails_leaves_the_old_file_and_nothing_else()
    {
        await File.WriteAllTextAsync(At("file"), "old");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => PrivateFiles.ReplaceAsync(At("file"), At("new"), "new"u8.ToArray(), new CancellationToken(canceled: true)));
        Assert.Equal("old", await File.ReadAllTextAsync(At("file")));
        _folder.CreateSubdirectory("taken");
        var failure = await Record.ExceptionAsync(() => PrivateFiles.ReplaceAsync(At("taken"), At("new"), "new"u8.ToArray(), CancellationToken.None));
        Assert.True(failure is IOException or UnauthorizedAccessException);
        Assert.Equal(["file"], _folder.GetFiles().Select(static file => file.Name));
    }

    private string At(string name) => Path.Combine(_folder.FullName, name);
}
