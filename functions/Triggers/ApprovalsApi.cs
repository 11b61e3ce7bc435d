using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Approvals;

namespace StoreClaw.Triggers;

/// <summary>What tasks want to change, and a person's word on it.</summary>
public sealed class ApprovalsApi(ApprovalDesk desk, ILogger<ApprovalsApi> logger)
{
    [Function("ListApprovals")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/approvals")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(request.Query, cancellationToken), logger);

    [Function("GetApproval")]
    public Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/approvals/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.GetAsync(id, cancellationToken), logger);

    [Function("DecideApproval")]
    public Task<IResult> DecideAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/approvals/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.DecideAsync(id, await Door.ReadJsonAsync<DecisionBody>(request, cancellationToken), cancellationToken), logger);
}
