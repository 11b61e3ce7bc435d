namespace StoreClaw.Connectors;

/// <summary>What a token endpoint gave.</summary>
/// <param name="Grant">Under the session's name of the store, which <see cref="CodeAuthorization.ProveAsync"/> may still have to find out.</param>
/// <param name="Callback">What brought the code; null where there was none.</param>
/// <param name="Now">When they were asked for.</param>
public sealed record NewTokens(Grant Grant, PlatformResponse Answer, CallbackInput? Callback, DateTimeOffset Now);

/// <summary>
/// OAuth 2: the seller's approval in the browser, the code for tokens, one token for the next. A connector says what its platform wants in the link and in its two calls, and asks with the new token
/// who the store is. Credentials that need no browser are proved by a first renewal.
/// </summary>
/// <param name="unapproved">What is wrong with a callback that brings no code.</param>
/// <param name="refused">What to tell the seller when the code is refused.</param>
/// <param name="ended">And when a renewal is refused.</param>
public abstract class CodeAuthorization(string unapproved, string refused, string ended) : IAuthorization
{
    public virtual bool IsStateInPath => false;

    /// <summary>Whether the calls for tokens are signed like all others; else they carry their own proof.</summary>
    protected virtual bool SignsTokenCalls => false;

    public virtual ConnectPlan Plan(ConnectInput input) => new ConnectPlan.Browser("", input.App!.ToSecrets());

    public abstract Uri AuthorizeUrl(StoreSession store, BrowserStart start);

    public virtual string? CheckCallback(StoreSession store, CallbackInput callback, DateTimeOffset now) => string.IsNullOrEmpty(callback.Parameter("code")) ? unapproved : null;

    public async Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ProvedAsync(store, await AskAsync(store, RefreshRequest(store, now), ended, now, cancellationToken), cancellationToken);

    public async Task<Grant> ExchangeAsync(StoreSession store, CallbackInput callback, DateTimeOffset now, CancellationToken cancellationToken) =>
        await ProvedAsync(store, await AskAsync(store, CodeRequest(store, callback, now), refused, now, cancellationToken) with { Callback = callback }, cancellationToken);

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await AskAsync(store, RefreshRequest(store, now), ended, now, cancellationToken)).Grant;

    public virtual Task RevokeAsync(StoreSession store, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The call that makes tokens of a code. Not to be repeated where the code is good once.</summary>
    protected abstract PlatformRequest CodeRequest(StoreSession store, CallbackInput callback, DateTimeOffset now);

    /// <summary>The call that renews the access token. Not to be repeated where the refresh token is good once: a repeat of one that arrived would lose the grant.</summary>
    protected abstract PlatformRequest RefreshRequest(StoreSession store, DateTimeOffset now);

    /// <summary>Finds out by the new token, which the session has already, which store it opens and what is known of it. Calls of it should renew nothing.</summary>
    protected abstract Task<Grant> ProveAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken);

    protected virtual TokenAnswer Read(JsonElement answer, DateTimeOffset now) => TokenAnswer.Read(answer, now);

    /// <summary>A refusal as it is told: whatever status it came with, the seller must connect again.</summary>
    protected virtual PlatformFault Told(StoreSession store, PlatformFault fault, string words) => fault with { Kind = FaultKind.CredentialsRejected, Message = words };

    /// <summary>Whether a refusal has not used up what it was asked with, so that it goes out once more.</summary>
    protected virtual bool IsUnused(PlatformFault fault) => false;

    /// <summary>Asks a token endpoint.</summary>
    /// <param name="request">All of it, with the client's secret in the place where the platform wants it.</param>
    /// <param name="words">What to tell the seller when it refuses.</param>
    /// <exception cref="PlatformException"><see cref="FaultKind.CredentialsRejected"/> for every refusal.</exception>
    protected async Task<NewTokens> AskAsync(StoreSession store, PlatformRequest request, string words, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Without Accept some answer errors as a web page.
        request = request with { Authorized = SignsTokenCalls, Renews = false, Headers = [.. request.Headers, new("Accept", "application/json")] };
        var (answer, fault) = await store.SendAsync(request, cancellationToken).OrFault();
        if (answer is null)
        {
            var again = IsUnused(fault!) ? store.SendAsync(request, cancellationToken) : Task.FromException<PlatformResponse>(new PlatformException(fault!));
            answer = await again.Told(refusal => refusal is { WorthWaiting: false, Kind: not FaultKind.AddressRefused } ? Told(store, refusal, words) : refusal);
        }

        var tokens = answer.Read(json => Read(json, now));
        return new NewTokens(new Grant { Store = store.Store, Secrets = tokens.Renew(store.Secrets), Scopes = tokens.Scopes, ExpiresAt = tokens.ExpiresAt }, answer, null, now);
    }

    private Task<Grant> ProvedAsync(StoreSession store, NewTokens tokens, CancellationToken cancellationToken)
    {
        store.Secrets = tokens.Grant.Secrets;
        return ProveAsync(store, tokens, cancellationToken);
    }
}
