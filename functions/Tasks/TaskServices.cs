using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Approvals;

namespace StoreClaw.Tasks;

public static class TaskServices
{
    public static IServiceCollection AddTasks(this IServiceCollection services)
    {
        services.AddSingleton<TaskTable>();
        services.AddSingleton<RunTable>();
        services.AddSingleton<OccurrenceLedger>();
        services.AddSingleton<DueTasks>();
        services.AddSingleton<TaskHistory>();
        services.AddSingleton<IRunResumption, RunResumption>();
        services.AddSingleton<ActingRuns>();
        services.AddSingleton<TaskRunner>();
        services.AddSingleton<TaskInputReader>();
        services.AddSingleton<TaskService>();
        services.AddSingleton<TaskTemplates>();
        return services.AddSingleton<TaskDesk>();
    }
}
