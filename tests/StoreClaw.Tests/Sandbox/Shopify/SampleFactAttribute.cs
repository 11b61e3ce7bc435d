namespace StoreClaw.Tests.Sandbox.Shopify;

/// <summary>A fact on the official samples; skipped where the folder with them does not lie beside the repository.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleFactAttribute : FactAttribute
{
    public SampleFactAttribute()
    {
        Skip = Folder is null ? "The folder shared/samples is not here." : null;
    }

    public static string? Folder { get; } = Find(new DirectoryInfo(AppContext.BaseDirectory));

    private static string? Find(DirectoryInfo? from)
    {
        for (; from is not null; from = from.Parent)
        {
            var folder = Path.Combine(from.FullName, "shared", "samples", "shopify");
            if (Directory.Exists(folder))
            {
                return folder;
            }
        }

        return null;
    }
}
