using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Alerts;

namespace StoreClaw.Triggers;

/// <summary>What is the matter, and what of it nobody wants to hear for a while.</summary>
public sealed class AlertsApi(AlertDesk desk, ILogger<AlertsApi> logger)
{
    [Function("ListAlerts")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/alerts")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(request.Query, cancellationToken), logger);

    [Function("MuteAlerts")]
    public Task<IResult> MuteAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/alerts/mute")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.MuteAsync(await Door.ReadJsonAsync<MuteBody>(request, cancellationToken), cancellationToken), logger);

    [Function("ListMutes")]
    public Task<IResult> MutesAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/alerts/mutes")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.MutesAsync(cancellationToken), logger);

    [Function("UnmuteAlerts")]
    public Task<IResult> UnmuteAsync([HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/alerts/mutes/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.UnmuteAsync(id, cancellationToken), logger);
}
