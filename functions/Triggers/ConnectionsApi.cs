using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Sync;

namespace StoreClaw.Triggers;

/// <summary>What can be connected, and what is.</summary>
public sealed class ConnectionsApi(ConnectionDesk desk, ILogger<ConnectionsApi> logger)
{
    [Function("ListConnectors")]
    public Task<IResult> ConnectorsAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/connectors")] HttpRequest request) =>
        Door.RunAsync(() => Task.FromResult(Results.Json(desk.Connectors(), Common.JsonText.Options)), logger);

    [Function("Connect")]
    public Task<IResult> ConnectAsync(
        [HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/connectors/{connector}/connections")] HttpRequest request, string connector, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.ConnectAsync(connector, await Door.ReadJsonAsync<ConnectBody>(request, cancellationToken), request.Headers.UserAgent.ToString(), cancellationToken), logger);

    [Function("ListConnections")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/connections")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(cancellationToken), logger);

    [Function("GetConnection")]
    public Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/connections/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.GetAsync(id, cancellationToken), logger);

    [Function("Disconnect")]
    public Task<IResult> DisconnectAsync([HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/connections/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.DisconnectAsync(id, cancellationToken), logger);

    [Function("SyncConnection")]
    public Task<IResult> SyncAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/connections/{id}/sync")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.SyncAsync(id, await Door.ReadOptionalJsonAsync<SyncBody>(request, cancellationToken), cancellationToken), logger);
}
