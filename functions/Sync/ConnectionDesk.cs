using Microsoft.AspNetCore.Http;
using StoreClaw.Alerts;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;

namespace StoreClaw.Sync;

public sealed record ConnectBody(IReadOnlyDictionary<string, string?> Fields);

public sealed record SyncBody(IReadOnlyList<string>? Resources, DateTimeOffset? Since);

/// <summary>Connections as the API shows them, with where their syncs stand.</summary>
public sealed class ConnectionDesk(ConnectorRegistry registry, ConnectionTable connections, ConnectionService service, SyncCursors cursors, SyncService sync, AlertBook alerts)
{
    public object Connectors() => new
    {
        Connectors = registry.Connectors.Select(connector => new
        {
            connector.Descriptor.Id,
            connector.Descriptor.Name,
            connector.Descriptor.Category,
            Authorization = connector.Descriptor.Authorization == AuthorizationMethod.OAuth2 ? "oauth2" : "credentials",
            connector.Descriptor.Fields,
            connector.Descriptor.Scopes,
            connector.Capabilities,
        }),
    };

    public async Task<IResult> ConnectAsync(string connectorId, ConnectBody body, string? agent, CancellationToken cancellationToken) =>
        await service.ConnectAsync(connectorId, body.Fields ?? new Dictionary<string, string?>(), agent, cancellationToken) switch
        {
            ConnectOutcome.Connected connected => Json(await ViewAsync(connected.Connection, cancellationToken), 201),
            ConnectOutcome.Approve approve => Json(new { AuthorizeUrl = approve.AuthorizeUrl.AbsoluteUri, approve.ExpiresAt }, 202),
            var other => throw new InvalidOperationException($"Connecting led to {other.GetType().Name}."),
        };

    public async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var views = new List<object>();
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            views.Add(await ViewAsync(connection, cancellationToken));
        }

        return Json(new { Connections = views });
    }

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => Json(await ViewAsync(await FindAsync(id, cancellationToken), cancellationToken));

    public async Task<IResult> DisconnectAsync(string id, CancellationToken cancellationToken)
    {
        var gone = await service.DisconnectAsync(id, cancellationToken);
        await alerts.ForgetAsync(id, cancellationToken);
        return Json(await ViewAsync(gone, cancellationToken));
    }

    public async Task<IResult> SyncAsync(string id, SyncBody? body, CancellationToken cancellationToken)
    {
        var connection = await FindAsync(id, cancellationToken);
        if (connection.Status != ConnectionStatus.Connected)
        {
            throw new ProblemException(new Problem(409, "NOT_CONNECTED", ProblemCategory.Parameter, "The store is not connected. Connect it again, then it syncs by itself."));
        }

        var queued = await sync.QueueAsync(connection, body?.Resources?.Select(Parse).ToHashSet(), body?.Since, asked: true, cancellationToken);
        return Json(new { Queued = queued }, 202);
    }

    private static Resource Parse(string name) => Enum.TryParse<Resource>(name, ignoreCase: true, out var resource) && Enum.IsDefined(resource)
        ? resource
        : throw new ProblemException(Problem.Invalid("resources", $"There is no resource '{name}'. There are {string.Join(", ", Enum.GetNames<Resource>()).ToLowerInvariant()}."));

    private async Task<Connection> FindAsync(string id, CancellationToken cancellationToken) =>
        await connections.FindAsync(id, cancellationToken) ?? throw new ProblemException(Problem.NotFound("connection", id));

    private async Task<object> ViewAsync(Connection connection, CancellationToken cancellationToken)
    {
        var known = await cursors.ListAsync(connection.Id, cancellationToken);
        var connector = registry.Find(connection.Connector);
        var resources = connector?.Readers.Keys ?? known.Keys;
        return new
        {
            connection.Id,
            connection.Connector,
            connection.Store,
            connection.Name,
            connection.Status,
            WebhookUrl = connector is { Webhooks: null } ? null : service.WebhookUrl(connection).AbsoluteUri,
            Scopes = new { connection.Granted, Missing = connector?.Descriptor.Scopes.Except(connection.Granted, StringComparer.Ordinal) ?? [] },
            connection.ConnectedAt,
            connection.TokenExpiresAt,
            Sync = resources.Order().ToDictionary(static resource => resource.ToString().ToLowerInvariant(), resource => View(known.GetValueOrDefault(resource) ?? SyncCursor.Initial)),
        };
    }

    private static object View(SyncCursor cursor) => new { cursor.State, cursor.Watermark, cursor.Items, cursor.Healed, cursor.LastError };

    private static IResult Json(object value, int status = 200) => Results.Json(value, JsonText.Options, statusCode: status);
}
