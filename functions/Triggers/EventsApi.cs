using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Webhooks;

namespace StoreClaw.Triggers;

/// <summary>What became of deliveries, and doing them again.</summary>
public sealed class EventsApi(EventDesk desk, ILogger<EventsApi> logger)
{
    [Function("ListEvents")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/events")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(request.Query, cancellationToken), logger);

    [Function("ReplayEvents")]
    public Task<IResult> ReplayAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/events/replay")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.ReplayAsync(await Door.ReadJsonAsync<ReplayRequest>(request, cancellationToken), cancellationToken), logger);

    [Function("ListParked")]
    public Task<IResult> ParkedAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/parked")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ParkedAsync(cancellationToken), logger);

    [Function("ReplayParked")]
    public Task<IResult> ReplayParkedAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/parked/{id}/replay")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ReplayParkedAsync(id, cancellationToken), logger);
}
