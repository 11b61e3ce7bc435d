using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Reports;

namespace StoreClaw.Triggers;

/// <summary>What was found out.</summary>
public sealed class ReportsApi(ReportDesk desk, ILogger<ReportsApi> logger)
{
    [Function("ListReports")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/reports")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(request.Query, cancellationToken), logger);

    [Function("GetReport")]
    public Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/reports/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.GetAsync(id, request, cancellationToken), logger);

    /// <summary>Needs no key: the link is one, for this report and for 30 days.</summary>
    [Function("OpenReport")]
    public Task<IResult> OpenAsync([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "reports/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.OpenAsync(id, request.Query["s"], cancellationToken), logger);
}
