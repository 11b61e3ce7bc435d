using StoreClaw.Commerce;

namespace StoreClaw.Tests.Support;

/// <summary>Nobody wants to know what is stored.</summary>
internal sealed class NoWatch : IWriteWatch
{
    public Task WrittenAsync(string connectionId, IReadOnlyList<RecordWrite> writes, CancellationToken cancellationToken) => Task.CompletedTask;
}
