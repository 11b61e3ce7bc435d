namespace StoreClaw.Connectors.Http;

/// <summary>Keeps calls within what the platform allows.</summary>
public interface IRateLimiter
{
    /// <summary>Waits for a turn and takes the cost from the budget. Turns come in the order they were asked for.</summary>
    /// <param name="bucket">Whose budget: a connection, an app, or one operation of either.</param>
    /// <param name="cost">In the budget's unit; one call or that many points.</param>
    /// <exception cref="PlatformException">
    /// <see cref="FaultKind.Throttled"/> when the turn is further away than <see cref="PlatformClient.LongestWait"/>.
    /// </exception>
    Task<IRateLease> EnterAsync(string bucket, RateBudget budget, double cost, CancellationToken cancellationToken);
}

/// <summary>One call under way; disposing it lets the next one go.</summary>
public interface IRateLease : IAsyncDisposable
{
    /// <summary>Replaces the estimate by what the platform said after this call.</summary>
    ValueTask CorrectAsync(RateReading reading, CancellationToken cancellationToken);
}
