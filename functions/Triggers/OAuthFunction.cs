using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Connections;

namespace StoreClaw.Triggers;

/// <summary>Where an approval comes back to, brought by the seller's browser or by the platform's server.</summary>
public sealed class OAuthFunction(CallbackDesk desk, ILogger<OAuthFunction> logger)
{
    [Function("OAuthCallback")]
    public Task<IResult> FinishAsync(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "post", Route = "oauth/{connector}/callback/{state?}")] HttpRequest request,
        string connector,
        string? state,
        CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.FinishAsync(connector, state, request, cancellationToken), logger);
}
