using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Tasks;

namespace StoreClaw.Triggers;

/// <summary>What is to be done when, and what was.</summary>
public sealed class TasksApi(TaskDesk desk, ILogger<TasksApi> logger)
{
    [Function("ListTaskTemplates")]
    public Task<IResult> TemplatesAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/task-templates")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.TemplatesAsync(cancellationToken), logger);

    [Function("ListTasks")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/tasks")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(cancellationToken), logger);

    [Function("CreateTask")]
    public Task<IResult> CreateAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/tasks")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.CreateAsync(await Door.ReadJsonAsync<TaskInput>(request, cancellationToken), cancellationToken), logger);

    [Function("GetTask")]
    public Task<IResult> GetAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/tasks/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.GetAsync(id, cancellationToken), logger);

    [Function("ReplaceTask")]
    public Task<IResult> ReplaceAsync([HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/tasks/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.ReplaceAsync(id, await Door.ReadJsonAsync<TaskInput>(request, cancellationToken), cancellationToken), logger);

    [Function("DeleteTask")]
    public Task<IResult> DeleteAsync([HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/tasks/{id}")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.DeleteAsync(id, cancellationToken), logger);

    [Function("RunTask")]
    public Task<IResult> RunAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/tasks/{id}/run")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.RunAsync(id, await Door.ReadOptionalJsonAsync<RunBody>(request, cancellationToken), cancellationToken), logger);

    [Function("ListRuns")]
    public Task<IResult> RunsAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/tasks/{id}/runs")] HttpRequest request, string id, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.RunsAsync(id, cancellationToken), logger);

    [Function("GetRun")]
    public Task<IResult> GetRunAsync(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/tasks/{id}/runs/{runId}")] HttpRequest request, string id, string runId, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.GetRunAsync(id, runId, cancellationToken), logger);
}
