using System.Globalization;
using StoreClaw.Embedded;

namespace StoreClaw.Tests.Embedded;

/// <summary>Timer states of several hosts in one process.</summary>
internal sealed class MemoryScheduleStore : IScheduleStore
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ScheduleState> _states = [];
    private int _version;

    /// <summary>Makes the next calls fail, as storage does in an outage.</summary>
    public bool Broken { get; set; }

    public ScheduleState? this[string timer]
    {
        get
        {
            lock (_gate)
            {
                return _states.GetValueOrDefault(timer);
            }
        }

        set
        {
            lock (_gate)
            {
                Write(timer, value!);
            }
        }
    }

    public Task<ScheduleState?> FindAsync(string timer, CancellationToken cancellationToken) => DoAsync(() => this[timer]);

    public Task<ScheduleState?> TryAddAsync(string timer, ScheduleState state, CancellationToken cancellationToken) =>
        DoAsync(() => _states.ContainsKey(timer) ? null : Write(timer, state));

    public Task<ScheduleState?> TryUpdateAsync(string timer, ScheduleState state, CancellationToken cancellationToken) =>
        DoAsync(() => _states.GetValueOrDefault(timer)?.Version == state.Version ? Write(timer, state) : null);

    private Task<ScheduleState?> DoAsync(Func<ScheduleState?> action)
    {
        lock (_gate)
        {
            return Broken ? Task.FromException<ScheduleState?>(new IOException("The store is down.")) : Task.FromResult(action());
        }
    }

    private ScheduleState Write(string timer, ScheduleState state) =>
        _states[timer] = state with { Version = (++_version).ToString(CultureInfo.InvariantCulture) };
}
