using System.Xml;
using Microsoft.AspNetCore.Http;
using StoreClaw.Common;

namespace StoreClaw.Tasks;

/// <param name="AsOf">What "now" means to the run; left out for now.</param>
public sealed record RunBody(DateTimeOffset? AsOf);

/// <summary>Tasks and runs as the API shows them.</summary>
public sealed class TaskDesk(TaskService tasks, TaskTemplates templates, TimeProvider time)
{
    private const int MostRuns = 200;

    public async Task<IResult> TemplatesAsync(CancellationToken cancellationToken) => Json(new { Templates = await templates.ListAsync(cancellationToken) });

    public async Task<IResult> ListAsync(CancellationToken cancellationToken) => Json(new { Tasks = (await tasks.ListAsync(cancellationToken)).Select(View) });

    public async Task<IResult> CreateAsync(TaskInput input, CancellationToken cancellationToken) => Json(View(await tasks.CreateAsync(input, cancellationToken)), 201);

    public async Task<IResult> GetAsync(string id, CancellationToken cancellationToken) => Json(View(await tasks.GetAsync(id, cancellationToken)));

    public async Task<IResult> ReplaceAsync(string id, TaskInput input, CancellationToken cancellationToken) => Json(View(await tasks.ReplaceAsync(id, input, cancellationToken)));

    public async Task<IResult> DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await tasks.DeleteAsync(id, cancellationToken);
        return Results.NoContent();
    }

    public async Task<IResult> RunAsync(string id, RunBody? body, CancellationToken cancellationToken) =>
        Json(new { RunId = await tasks.RunAsync(id, body?.AsOf, cancellationToken) }, 202);

    public async Task<IResult> RunsAsync(string id, CancellationToken cancellationToken) =>
        Json(new { Runs = (await tasks.RunsAsync(id, MostRuns, cancellationToken)).Select(View) });

    public async Task<IResult> GetRunAsync(string id, string runId, CancellationToken cancellationToken) => Json(View(await tasks.FindRunAsync(id, runId, cancellationToken)));

    private object View(TaskState state) => new
    {
        state.Task.Id,
        state.Task.Name,
        state.Task.Kind,
        state.Task.Connections,
        state.Task.Schedule,
        state.Task.TimeZone,
        state.Task.Parameters,
        state.Task.DeliverTo,
        state.Task.Missed,
        state.Task.Enabled,
        state.Task.CreatedAt,
        state.Task.UpdatedAt,
        state.NextDue,
        LateBy = Duration(state.LateBy),
        LastRan = state.LastRan is { } run ? View(run) : null,
        state.LastSkipped,
    };

    // A run whose handler is long gone was given up by the queue: its message is parked.
    private object View(TaskRun run)
    {
        var given = run.Status == RunStatus.Running && run.Until + OccurrencePlan.Grace < time.GetUtcNow();
        return new
        {
            RunId = run.Id,
            Status = given ? RunStatus.Failed : run.Status,
            run.ReportId,
            ApprovalId = run.Approval,
            Error = given ? "It stopped again and again without an end and was set aside. GET /api/parked shows why; replay it there." : run.Error,
            run.Trigger,
            run.AsOf,
            run.Due,
            run.QueuedAt,
            run.StartedAt,
            run.FinishedAt,
            LateBy = Duration(run.QueuedAt - run.Due is { } late && late > OccurrencePlan.Grace ? late : null),
            run.Attempts,
        };
    }

    private static string? Duration(TimeSpan? span) => span is { } time ? XmlConvert.ToString(TimeSpan.FromSeconds(Math.Floor(time.TotalSeconds))) : null;

    private static IResult Json(object value, int status = 200) => Results.Json(value, JsonText.Options, statusCode: status);
}
