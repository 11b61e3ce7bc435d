using StoreClaw.Commerce;

namespace StoreClaw.Tests.Support;

/// <summary>No customer's order was noted.</summary>
internal sealed class NoLog : IOrderLog
{
    public IAsyncEnumerable<CustomerOrder> SinceAsync(string connectionId, DateTimeOffset day, CancellationToken cancellationToken) => AsyncEnumerable.Empty<CustomerOrder>();
}
