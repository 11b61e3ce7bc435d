namespace StoreClaw.Tests.Support;

/// <summary>Third-party material in the folder <c>shared</c> beside the repository, read in place.</summary>
internal static class Samples
{
    /// <summary>A file or folder of it; null where there is none.</summary>
    public static string? Find(params ReadOnlySpan<string> path)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var found = Path.Combine([folder.FullName, "shared", .. path]);
            if (Path.Exists(found))
            {
                return found;
            }
        }

        return null;
    }

    /// <summary>The text of a file under <c>samples</c>.</summary>
    public static string Read(string platform, string file) => File.ReadAllText(Find("samples", platform, file)!);
}
