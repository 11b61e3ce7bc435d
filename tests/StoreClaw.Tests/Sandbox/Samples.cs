namespace StoreClaw.Tests.Sandbox;

/// <summary>Third-party material in <c>shared/samples</c> beside the repository, read in place.</summary>
internal static class Samples
{
    public static string? Folder(string platform)
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var samples = Path.Combine(folder.FullName, "shared", "samples", platform);
            if (Directory.Exists(samples))
            {
                return samples;
            }
        }

        return null;
    }

    public static string Read(string platform, string file) => File.ReadAllText(Path.Combine(Folder(platform)!, file));
}

/// <summary>A fact about third-party samples; skipped where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleFactAttribute : FactAttribute
{
    public SampleFactAttribute(string platform)
    {
        Platform = platform;
        if (Samples.Folder(platform) is null)
        {
            Skip = $"There is no shared/samples/{platform} beside the repository.";
        }
    }

    public string Platform { get; }
}
