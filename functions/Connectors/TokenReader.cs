namespace StoreClaw.Connectors;

/// <summary>
/// Walks a list by the token that the platform gives for the next page. A token does not live long, so a walk whose token is refused, after a longer stop, begins anew: else it would never end. The cursor
/// is "beginnings|token", or the token alone.
/// </summary>
public abstract class TokenReader : RowReader
{
    private const int MostBeginnings = 3;

    /// <summary>What leads to the first page in the place of a token, a filter for one; a walk that begins anew does without.</summary>
    protected virtual string Beginning(PageRequest request) => "";

    /// <summary>Whether it is the token that is refused.</summary>
    protected virtual bool IsDead(PlatformFault fault) => fault.Kind == FaultKind.Invalid;

    /// <param name="token">Empty for the first page.</param>
    /// <returns>The page, with the platform's own token for the next.</returns>
    protected abstract Task<Page> PageAsync(StoreSession store, PageRequest request, string token, CancellationToken cancellationToken);

    protected sealed override async Task<Page> PageAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        var (beginnings, token) = request.Cursor is not { } cursor ? (0, Beginning(request))
            : cursor.Split('|', 2) is [var count, var rest] && int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out var begun) ? (begun, rest)
            : (0, cursor);
        try
        {
            var page = await PageAsync(store, request, token, cancellationToken);

            // A token that was good shows that tokens are: only beginnings in a row count.
            beginnings = request.Cursor is not null && token.Length > 0 ? Math.Min(beginnings, 1) : beginnings;
            return page with { Next = page.Next is null ? null : string.Create(CultureInfo.InvariantCulture, $"{beginnings}|{page.Next}") };
        }
        catch (PlatformException e) when (token.Length > 0 && beginnings < MostBeginnings && IsDead(e.Fault))
        {
            return new Page([], string.Create(CultureInfo.InvariantCulture, $"{beginnings + 1}|"));
        }
    }
}
