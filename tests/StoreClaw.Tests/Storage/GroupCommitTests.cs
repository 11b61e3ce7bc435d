using StoreClaw.Storage;

namespace StoreClaw.Tests.Storage;

public sealed class GroupCommitTests
{
    private readonly List<string> _turns = [];

    [Fact]
    public async Task What_arrives_during_a_turn_shares_the_next()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var commits = New(async turn =>
        {
            begun.TrySetResult();
            await gate.Task;
            Settle(turn);
        });
        var first = commits.AddAsync("a");
        await begun.Task;
        var others = Task.WhenAll(commits.AddAsync("b"), commits.AddAsync("c"), commits.AddAsync("d"));
        gate.SetResult();
        await first;
        await others;
        Assert.Equal(["a", "b c d"], _turns);
    }

    [Fact]
    public async Task A_turn_takes_no_more_than_it_may()
    {
        var gate = new TaskCompletionSource();
        var commits = New(
            async turn =>
            {
                await gate.Task;
                Settle(turn);
            },
            mostEntries: 3,
            mostSize: 5);
        var all = Task.WhenAll(((string[])["a", "b", "c", "d", "long1", "e", "f"]).Select(commits.AddAsync));
        gate.SetResult();
        await all;
        Assert.Equal(["a", "b c d", "long1", "e f"], _turns);
    }

    [Fact]
    public async Task One_that_fails_harms_neither_its_neighbours_nor_the_next_turn()
    {
        var (begun, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        var commits = New(async turn =>
        {
            begun.TrySetResult();
            await gate.Task;
            foreach (var entry in turn.Where(static entry => entry.Item == "bad"))
            {
                entry.Fail(new InvalidDataException("It is bad."));
            }

            Settle([.. turn.Where(static entry => !entry.IsSettled)]);
        });
        var first = commits.AddAsync("a");
        await begun.Task;
        var (bad, good) = (commits.AddAsync("bad"), commits.AddAsync("good"));
        gate.SetResult();
        await first;
        await Assert.ThrowsAsync<InvalidDataException>(() => bad);
        await good;
        await commits.AddAsync("later");
        Assert.Equal(["a", "good", "later"], _turns);
    }

    [Fact]
    public async Task A_turn_that_throws_fails_all_that_are_open_in_it_and_only_those()
    {
        var broken = true;
        var commits = New(turn =>
        {
            if (broken)
            {
                throw new IOException("The disk is gone.");
            }

            Settle(turn);
            return Task.CompletedTask;
        });
        await Assert.ThrowsAsync<IOException>(() => commits.AddAsync("a"));
        broken = false;
        await commits.AddAsync("b");
        Assert.Equal(["b"], _turns);
    }

    private static GroupCommit<string> New(Func<IReadOnlyList<GroupCommit<string>.Entry>, Task> run, int mostEntries = 100, int mostSize = 1000) =>
        new(run, mostEntries, static item => item.Length, mostSize);

    private void Settle(IReadOnlyList<GroupCommit<string>.Entry> turn)
    {
        _turns.Add(string.Join(' ', turn.Select(static entry => entry.Item)));
        foreach (var entry in turn)
        {
            entry.Done();
        }
    }
}
