namespace StoreClaw.Tests.Support;

/// <summary>Folders of this test run, gone when it ends; hosts that a test starts one after the other may share one.</summary>
public static class TestFolders
{
    private static readonly Lazy<DirectoryInfo> Root = new(static () => Directory.CreateTempSubdirectory("storeclaw-test-run-"));

    private static int _next;

    public static string New() => Root.Value.CreateSubdirectory($"{Interlocked.Increment(ref _next)}").FullName;

    /// <summary>For the end of the run, when nobody writes to them any more.</summary>
    public static void Remove()
    {
        try
        {
            Root.Value.Delete(recursive: true);
        }
        catch (IOException)
        {
            // A process that a test killed may still hold a file; the machine's own cleaning takes what is left.
        }
    }
}
