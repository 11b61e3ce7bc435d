namespace StoreClaw.Storage;

/// <summary>
/// Work that is done together for all who ask for it at the same time: what arrives while a turn is under way goes in the next one. No timer and no thread of its own: who
/// finds no turn under way leads one, and when it is over, the first of those that came meanwhile leads the next.
/// </summary>
/// <param name="run">Does a turn and settles each of its entries; those left open when it throws fail with what it threw.</param>
/// <param name="mostEntries">The most of a turn.</param>
/// <param name="sizeOf">What an entry adds to the turn's size.</param>
/// <param name="mostSize">A turn takes no further entry once it has this size.</param>
public sealed class GroupCommit<T>(Func<IReadOnlyList<GroupCommit<T>.Entry>, Task> run, int mostEntries, Func<T, int> sizeOf, int mostSize)
{
    private readonly Lock _gate = new();
    private readonly Queue<Entry> _waiting = new();
    private bool _running;

    /// <summary>Returns once the turn that took the item has settled it; throws what it failed with.</summary>
    public async Task AddAsync(T item)
    {
        var entry = new Entry(item);
        bool leads;
        lock (_gate)
        {
            _waiting.Enqueue(entry);
            leads = !_running;
            _running = true;
        }

        if (leads || await entry.Turn.Task)
        {
            await LeadAsync();
            await entry.Settled.Task;
        }
    }

    private async Task LeadAsync()
    {
        var turn = new List<Entry>();
        lock (_gate)
        {
            for (var size = 0; turn.Count < mostEntries && size < mostSize && _waiting.TryDequeue(out var next); size += sizeOf(next.Item))
            {
                turn.Add(next);
            }
        }

        try
        {
            await run(turn);
        }
        catch (Exception failed)
        {
            foreach (var entry in turn)
            {
                entry.Fail(failed);
            }
        }
        finally
        {
            lock (_gate)
            {
                if (_waiting.TryPeek(out var next))
                {
                    next.Turn.SetResult(true);
                }
                else
                {
                    _running = false;
                }
            }
        }
    }

    /// <summary>One item of a turn.</summary>
    public sealed class Entry(T item)
    {
        public T Item { get; } = item;

        public bool IsSettled => Settled.Task.IsCompleted;

        /// <summary>True: lead the next turn. False: settled by another's.</summary>
        internal TaskCompletionSource<bool> Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal TaskCompletionSource Settled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Done()
        {
            Settled.TrySetResult();
            Turn.TrySetResult(false);
        }

        public void Fail(Exception failed)
        {
            if (!Settled.TrySetException(failed))
            {
                return;
            }

            // The leader listens to Settled, everybody else to Turn; the other of the two must not count as unobserved.
            _ = Settled.Task.Exception;
            if (Turn.TrySetException(failed))
            {
                _ = Turn.Task.Exception;
            }
        }
    }
}
