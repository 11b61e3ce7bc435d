using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Webhooks;

namespace StoreClaw.Triggers;

/// <summary>Where platforms deliver, and where they prove that we listen.</summary>
public sealed class WebhooksFunction(WebhookReceiver receiver, ILogger<WebhooksFunction> logger)
{
    [Function("Webhooks")]
    public Task<IResult> ReceiveAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "webhooks/{connector}/{connectionId?}")] HttpRequest request,
        string connector,
        string? connectionId,
        CancellationToken cancellationToken) =>
        Door.RunAsync(() => receiver.ReceiveAsync(connector, connectionId, request, cancellationToken), logger);
}
