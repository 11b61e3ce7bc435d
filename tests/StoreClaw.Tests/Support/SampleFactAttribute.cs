namespace StoreClaw.Tests.Support;

/// <summary>A fact about third-party samples; skipped where they are not at hand.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SampleFactAttribute : FactAttribute
{
    public SampleFactAttribute(string platform)
    {
        Platform = platform;
        if (Samples.Find("samples", platform) is null)
        {
            Skip = $"There is no shared/samples/{platform} beside the repository.";
        }
    }

    public string Platform { get; }
}
