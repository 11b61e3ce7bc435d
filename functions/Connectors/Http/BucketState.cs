namespace StoreClaw.Connectors.Http;

/// <summary>What is left of a budget, kept as the instant at which it will be full again when nothing more is taken.</summary>
public sealed record BucketState(DateTimeOffset FullAt, double Burst, double PerSecond)
{
    public static BucketState Full(RateBudget budget, DateTimeOffset now) => new(now, budget.Burst, budget.PerSecond);

    /// <summary>Below zero while calls wait for what they have taken ahead.</summary>
    public double Available(DateTimeOffset now) => FullAt > now ? Burst - ((FullAt - now).TotalSeconds * PerSecond) : Burst;

    public BucketState With(double available, DateTimeOffset now) => this with { FullAt = now + TimeSpan.FromSeconds(Math.Clamp((Burst - available) / PerSecond, 0, 7 * 86_400d)) };
}

/// <summary>Where the processes of one app keep their buckets in common.</summary>
public interface IBucketStore
{
    /// <summary>The bucket as it is now, and its version; nulls when there is none yet.</summary>
    Task<(BucketState? State, string? Version)> ReadAsync(string bucket, CancellationToken cancellationToken);

    /// <summary>Writes over that version, or anew where it is null. The new version, or null when somebody else has written meanwhile.</summary>
    Task<string?> TryWriteAsync(string bucket, BucketState state, string? version, CancellationToken cancellationToken);
}
