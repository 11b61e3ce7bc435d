using System.Collections.Concurrent;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Tests.Connectors;

/// <summary>The limiter's buckets without storage, for what is not about storage.</summary>
public sealed class BucketMemory : IBucketStore
{
    private readonly ConcurrentDictionary<string, (BucketState State, int Version)> _buckets = new();

    public Task<(BucketState? State, string? Version)> ReadAsync(string bucket, CancellationToken cancellationToken) => Task.FromResult<(BucketState?, string?)>(
        _buckets.TryGetValue(bucket, out var held) ? (held.State, held.Version.ToString()) : (null, null));

    public Task<string?> TryWriteAsync(string bucket, BucketState state, string? version, CancellationToken cancellationToken)
    {
        var written = _buckets.AddOrUpdate(bucket, static (_, given) => (given.state, 1), static (_, held, given) => held.Version.ToString() == given.version ? (given.state, held.Version + 1) : held, (state, version));
        return Task.FromResult(ReferenceEquals(written.State, state) ? written.Version.ToString() : null);
    }
}
