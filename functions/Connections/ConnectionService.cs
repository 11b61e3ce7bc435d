using System.Text.Json;
using Microsoft.Extensions.Logging;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;
using StoreClaw.Storage;

namespace StoreClaw.Connections;

/// <summary>What connecting led to.</summary>
public abstract record ConnectOutcome
{
    public sealed record Connected(Connection Connection) : ConnectOutcome;

    /// <summary>The seller is to open the address in a browser.</summary>
    public sealed record Approve(Uri AuthorizeUrl, DateTimeOffset ExpiresAt) : ConnectOutcome;
}

/// <summary>Connects stores and takes them off.</summary>
public sealed partial class ConnectionService(
    ConnectorRegistry registry,
    ConnectionTable connections,
    StoreSessions sessions,
    Authorizations authorizations,
    CachedSecretVault vault,
    ConnectionSecrets secrets,
    AppSettings settings,
    AppClients apps,
    PlatformTransport transport,
    IStoreSetup setup,
    Randomness random,
    TimeProvider time,
    ILogger<ConnectionService> logger) : IUninstallHandler
{
    private const string Verifier = "codeVerifier";

    private static readonly TimeSpan CallbackPatience = TimeSpan.FromSeconds(25);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    public Uri CallbackUrl(string connectorId) => new($"{settings.PublicBaseUrl}/oauth/{connectorId}/callback");

    public Uri WebhookUrl(Connection connection) => settings.WebhookUrl(connection.Connector, connection.Id);

    /// <summary>Connects with what the seller typed, or begins an approval in the browser.</summary>
    /// <exception cref="ProblemException">Unknown connector, or fields that cannot work: per field, what is wrong and what to do.</exception>
    /// <exception cref="PlatformException">The platform refused.</exception>
    public async Task<ConnectOutcome> ConnectAsync(string connectorId, IReadOnlyDictionary<string, string?> fields, string? agent, CancellationToken cancellationToken)
    {
        var connector = registry.Find(connectorId) ?? throw new ProblemException(Problem.NotFound("connector", connectorId));
        switch (connector.Authorization.Plan(await InputAsync(connector, fields, cancellationToken)))
        {
            case ConnectPlan.Refused refused:
                throw new ProblemException(Problem.Invalid(refused.Errors.GroupBy(static error => error.Field).ToDictionary(
                    static group => group.Key, static group => string.Join(' ', group.Select(static error => $"{error.Message} {error.Remedy}")))));
            case ConnectPlan.Browser browser:
                return await ApproveAsync(connector, browser, agent, cancellationToken);
            case ConnectPlan.Ready ready:
                var grant = await connector.Authorization.GrantAsync(sessions.Probe(connector, ready.Store, ready.Secrets), time.GetUtcNow(), cancellationToken);
                return new ConnectOutcome.Connected(await EstablishAsync(connector, grant, cancellationToken));
            case var other:
                throw new InvalidOperationException($"A connector planned {other.GetType().Name}.");
        }
    }

    /// <summary>Takes the browser's or the platform's callback. A second one of the same approval exchanges nothing and gets the first one's result.</summary>
    /// <exception cref="ProblemException">The state is not good, the platform's own proof is wrong, or the exchange failed.</exception>
    public async Task<Connection> FinishAsync(string connectorId, string? stateInPath, CallbackInput callback, string? agent, CancellationToken cancellationToken)
    {
        var connector = registry.Find(connectorId) ?? throw new ProblemException(Problem.NotFound("connector", connectorId));
        var fromServer = connector.Authorization.IsHandedOverByServer && !callback.Body.IsEmpty;
        var state = connector.Authorization.IsStateInPath ? stateInPath : StateOf(connector.Authorization.StateParameter, callback);
        if (state is null || await authorizations.FindAsync(connectorId, state, agent, fromServer, cancellationToken) is not { } pending)
        {
            throw new ProblemException(new Problem(400, "AUTH_STATE_INVALID", ProblemCategory.Authentication, "This approval is unknown, was begun in another browser or is older than ten minutes. Begin connecting the store again."));
        }

        if (pending.Progress == AuthorizationProgress.Waiting)
        {
            await ExchangeAsync(connector, pending, callback, cancellationToken);
        }

        return await ResultAsync(connectorId, state, agent, fromServer, cancellationToken);
    }

    /// <summary>Ends the connection: webhooks off, access given back, secrets gone. What it brought is kept.</summary>
    public async Task<Connection> DisconnectAsync(string id, CancellationToken cancellationToken)
    {
        var connection = await connections.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("connection", id));
        if (await sessions.OpenAsync(id, cancellationToken) is { } store)
        {
            await TryAsync(() => store.Connector.Webhooks?.RemoveAsync(store.Session, WebhookUrl(connection), cancellationToken) ?? Task.CompletedTask, id);
            await TryAsync(() => store.Connector.Authorization.RevokeAsync(store.Session, cancellationToken), id);
        }

        return await TakeOffAsync(connection, cancellationToken);
    }

    public async Task UninstalledAsync(ConnectedStore store, CancellationToken cancellationToken)
    {
        if (await StillServedAsync(store, cancellationToken))
        {
            Log.StillInstalled(logger, store.Connection.Id);
            return;
        }

        await TakeOffAsync(store.Connection, cancellationToken);
        await setup.RemovedAsync(store.Connection, cancellationToken);
    }

    private async Task<ConnectInput> InputAsync(Connector connector, IReadOnlyDictionary<string, string?> fields, CancellationToken cancellationToken)
    {
        if (connector.Descriptor.Authorization == AuthorizationMethod.OAuth2 && apps.Missing(connector.Descriptor) is { Count: > 0 } missing)
        {
            throw new ProblemException(new Problem(
                422, "APP_SETTINGS_MISSING", ProblemCategory.Parameter, $"Connecting {connector.Descriptor.Name} needs an app registered there. Set {string.Join(", ", missing)} to its values and start StoreClaw again."));
        }

        var unknown = fields.Keys.Where(name => connector.Descriptor.Fields.All(field => field.Name != name)).ToDictionary(
            static name => name, _ => $"There is no such field. Give {string.Join(", ", connector.Descriptor.Fields.Select(static field => field.Name))}.");
        if (unknown.Count > 0)
        {
            throw new ProblemException(Problem.Invalid(unknown));
        }

        var given = fields
            .Where(static field => !string.IsNullOrWhiteSpace(field.Value))
            .ToDictionary(static field => field.Key, static field => new Secret(field.Value!.Trim()));
        return new ConnectInput(given, await apps.FindAsync(connector.Descriptor, cancellationToken), transport.BaseUrl(connector.Descriptor.Id) is not null)
        {
            Settings = await apps.SettingsAsync(connector.Descriptor, cancellationToken),
        };
    }

    private async Task<ConnectOutcome> ApproveAsync(Connector connector, ConnectPlan.Browser browser, string? agent, CancellationToken cancellationToken)
    {
        var verifier = random.Token(48);
        var (state, pending) = await authorizations.BeginAsync(connector.Descriptor.Id, browser.Store, agent, cancellationToken);
        await vault.SetAsync(Authorizations.SecretName(pending.Key), new SecretBundle(browser.Secrets.Append(new(Verifier, new Secret(verifier)))), cancellationToken);
        var challenge = System.Buffers.Text.Base64Url.EncodeToString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(verifier)));
        var url = connector.Authorization.AuthorizeUrl(sessions.Probe(connector, browser.Store, browser.Secrets), new BrowserStart(state, CallbackUrl(connector.Descriptor.Id), challenge, time.GetUtcNow()));
        return new ConnectOutcome.Approve(transport.Address(connector.Descriptor.Id, url), pending.ExpiresAt);
    }

    private static string? StateOf(string parameter, CallbackInput callback)
    {
        if (callback.Parameter(parameter) is { } state)
        {
            return state;
        }

        try
        {
            return callback.Body.IsEmpty || !JsonElement.Parse(callback.Body.Span).TryGetProperty(parameter, out var value) ? null : value.ToString();
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private async Task ExchangeAsync(Connector connector, PendingAuthorization pending, CallbackInput callback, CancellationToken cancellationToken)
    {
        if (await vault.GetAsync(Authorizations.SecretName(pending.Key), cancellationToken) is not { } kept)
        {
            // Another request has just finished it and cleared up.
            return;
        }

        var store = sessions.Probe(connector, pending.Store, kept.Values.Where(static pair => pair.Key != Verifier).ToDictionary());
        var input = callback with { CodeVerifier = kept[Verifier]?.Reveal() ?? "" };
        if (connector.Authorization.CheckCallback(store, input, time.GetUtcNow()) is { } wrong)
        {
            throw new ProblemException(new Problem(400, "AUTH_CALLBACK_INVALID", ProblemCategory.Authentication, wrong));
        }

        if (!await authorizations.TakeAsync(pending, cancellationToken))
        {
            return;
        }

        try
        {
            var grant = await connector.Authorization.ExchangeAsync(store, input, time.GetUtcNow(), cancellationToken);
            var connection = await EstablishAsync(connector, grant, cancellationToken);
            await authorizations.FinishAsync(pending, AuthorizationProgress.Connected, connection.Id, cancellationToken);
        }
        catch (Exception failed)
        {
            var told = failed is PlatformException refused ? refused.Fault.Message : "Connecting failed. Begin again; if it stays so, look in StoreClaw's log.";
            Log.ExchangeFailed(logger, connector.Descriptor.Id, pending.Store, failed);
            await authorizations.FinishAsync(pending, AuthorizationProgress.Failed, told, CancellationToken.None);
        }

        await vault.DeleteAsync(Authorizations.SecretName(pending.Key), CancellationToken.None);
    }

    private async Task<Connection> ResultAsync(string connectorId, string state, string? agent, bool fromServer, CancellationToken cancellationToken)
    {
        var giveUp = time.GetUtcNow() + CallbackPatience;
        while (await authorizations.FindAsync(connectorId, state, agent, fromServer, cancellationToken) is { } pending && time.GetUtcNow() < giveUp)
        {
            switch (pending.Progress)
            {
                case AuthorizationProgress.Connected:
                    return await connections.FindAsync(pending.Result!, cancellationToken) ?? throw new ProblemException(Problem.NotFound("connection", pending.Result!));
                case AuthorizationProgress.Failed:
                    throw new ProblemException(new Problem(422, "AUTH_FAILED", ProblemCategory.Authentication, pending.Result!));
                default:
                    await Task.Delay(Glance, time, cancellationToken);
                    break;
            }
        }

        throw new ProblemException(new Problem(504, "AUTH_UNFINISHED", ProblemCategory.Platform, "The approval has not been finished. Reload this page, or begin connecting the store again."));
    }

    private async Task<Connection> EstablishAsync(Connector connector, Grant grant, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var id = ConnectionIds.Of(connector.Descriptor.Id, grant.Store);
        var before = await secrets.ReadThroughAsync(connector, id, cancellationToken);
        await secrets.SetAsync(id, WithPrevious(grant.Secrets, before), cancellationToken);
        var connection = new Connection(
            id, connector.Descriptor.Id, grant.Store, ConnectionStatus.Connected, grant.Scopes, grant.Facts, now, Lifetimes.End(connector.Descriptor, grant, now));
        await connections.SaveAsync(connection, cancellationToken);
        sessions.Forget(id);
        Log.Connected(logger, connector.Descriptor.Id, id);
        await setup.ConnectedAsync(connection, cancellationToken);
        return connection;
    }

    /// <summary>A platform may go on signing with the secret before for a while, so it is kept beside the new one.</summary>
    private static IEnumerable<KeyValuePair<string, Secret>> WithPrevious(IReadOnlyDictionary<string, Secret> now, IReadOnlyDictionary<string, Secret>? before)
    {
        var kept = before?.Where(old =>
            old.Key.EndsWith("Secret", StringComparison.Ordinal) && now.TryGetValue(old.Key, out var value) && !value.Equals(old.Value) && !now.ContainsKey(old.Key + StoreSession.PreviousSuffix));
        return now.Concat(kept?.Select(static old => KeyValuePair.Create(old.Key + StoreSession.PreviousSuffix, old.Value)) ?? []);
    }

    private async Task<Connection> TakeOffAsync(Connection connection, CancellationToken cancellationToken)
    {
        var gone = await connections.ChangeAsync(connection.Id, static row => row with { Status = ConnectionStatus.Disconnected, TokenExpiresAt = null }, cancellationToken) ?? connection;
        sessions.Forget(connection.Id);
        await secrets.DeleteAsync(connection.Id, cancellationToken);
        return gone;
    }

    /// <summary>Asks the platform for an empty page: only it can say whether the access is really gone.</summary>
    private async Task<bool> StillServedAsync(ConnectedStore store, CancellationToken cancellationToken)
    {
        try
        {
            var now = time.GetUtcNow();
            await store.Connector.Readers.Values.First().ReadAsync(store.Session, new PageRequest(now, now, null, 1, Backfill: false), cancellationToken);
            return true;
        }
        catch (PlatformException refused) when (refused.Fault.Kind is FaultKind.CredentialsRejected or FaultKind.TokenExpired or FaultKind.StoreUnavailable)
        {
            return false;
        }
    }

    private async Task TryAsync(Func<Task> work, string connectionId)
    {
        try
        {
            await work();
        }
        catch (PlatformException refused)
        {
            Log.LeftBehind(logger, connectionId, refused.Fault.Kind, refused.Fault.Code);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "A store on {Connector} is connected as {Connection}")]
        public static partial void Connected(ILogger logger, string connector, string connection);

        [LoggerMessage(2, LogLevel.Warning, "An approval of {Store} on {Connector} could not be exchanged")]
        public static partial void ExchangeFailed(ILogger logger, string connector, string store, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "Connection {Connection}: something could not be taken back on the platform: {Kind} {Code}")]
        public static partial void LeftBehind(ILogger logger, string connection, FaultKind kind, string code);

        [LoggerMessage(4, LogLevel.Warning, "A delivery said that connection {Connection} was uninstalled, but the platform still serves it")]
        public static partial void StillInstalled(ILogger logger, string connection);
    }
}
