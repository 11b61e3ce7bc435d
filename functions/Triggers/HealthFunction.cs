using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Triggers;

public sealed class HealthFunction
{
    /// <summary>That the process serves. Storage is not asked: a host that is restarted because its storage is away loses what it has in hand.</summary>
    [Function("Health")]
    public IResult Get([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "healthz")] HttpRequest request) => Results.Json(new { status = "healthy" });
}
