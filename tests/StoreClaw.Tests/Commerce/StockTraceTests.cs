using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Commerce;

namespace StoreClaw.Tests.Commerce;

public sealed class StockTraceTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    // Levels at distinct seconds, up to two weeks apart; some untracked, some tombstones.
    private static readonly Arbitrary<StockLevel[]> Courses = (
        from count in Gen.Choose(1, 120)
        from steps in Gen.Frequency((3, Gen.Choose(1, 100_000)), (1, Gen.Choose(100_000, 1_200_000))).ArrayOf(count)
        from heights in Gen.Frequency((6, Gen.Choose(-3, 50).Select(static height => (decimal?)height)), (3, Gen.Constant((decimal?)0)), (1, Gen.Constant((decimal?)null))).ArrayOf(count)
        from gone in Gen.Frequency((15, Gen.Constant(false)), (1, Gen.Constant(true))).ArrayOf(count)
        select steps.Select((_, index) => Level(Start.AddSeconds(steps.Take(index + 1).Sum(static step => (long)step)), heights[index]) with { Deleted = gone[index] }).ToArray()).ToArbitrary();

    [Fact]
    public void It_knows_when_there_was_nothing_and_what_fell()
    {
        var trace = After(
            Level(Start, 10),
            Level(Start.AddHours(1), 7),
            Level(Start.AddDays(1), 0),
            Level(Start.AddDays(3), 20),
            Level(Start.AddDays(3).AddHours(1), 18),
            Level(Start.AddDays(5), 0));
        Assert.Equal(Start, trace.Since);
        Assert.Equal([new StockOut(Start.AddDays(1), Start.AddDays(3)), new StockOut(Start.AddDays(5), null)], trace.Outs);
        Assert.Equal([(5, 3m), (6, 7m), (8, 2m), (10, 18m)], trace.Outflow.OrderBy(static day => day.Key).Select(static day => (day.Key.Day, day.Value)));
    }

    [Fact]
    public void What_is_not_counted_is_never_out()
    {
        var trace = After(Level(Start, 0), Level(Start.AddDays(1), null), Level(Start.AddDays(2), 5), Level(Start.AddDays(3), null));
        Assert.Equal([new StockOut(Start, Start.AddDays(1))], trace.Outs);
        Assert.Empty(trace.Outflow);
    }

    [Fact]
    public void Of_a_row_older_than_its_trace_the_beginning_is_unknown() => Assert.Null(StockTrace.Next(null, Level(Start, 3), isNew: false).Since);

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2 - 0 - - -")]
    public void What_it_did_not_write_it_does_not_read(string? text) => Assert.Null(StockTrace.Parse(text));

    [Fact]
    public void It_reads_what_it_wrote_and_stays_small() => Check(Courses, static course =>
    {
        var text = After(course).ToString();
        return StockTrace.Parse(text)!.ToString() == text && text.Length < 4000;
    });

    [Fact]
    public void A_level_that_comes_again_or_late_changes_nothing() => Check(
        (from course in Courses.Generator from shuffle in Gen.Choose(0, int.MaxValue) select (course, shuffle)).ToArbitrary(),
        static one =>
        {
            // As the store passes them on: each copy in any order, none after a newer one.
            var random = new Random(one.shuffle);
            var arrived = one.course.Concat(one.course.Where(_ => random.Next(2) == 0)).ToArray();
            random.Shuffle(arrived);
            var newest = DateTimeOffset.MinValue;
            var kept = arrived.Where(level => level.UpdatedAt > newest && (newest = level.UpdatedAt) == level.UpdatedAt).ToArray();
            return After(arrived).ToString() == After(kept).ToString();
        });

    [Fact]
    public void Stretches_are_orderly_and_the_last_is_open_when_nothing_is_there() => Check(Courses, static course =>
    {
        var (trace, last) = (After(course), course[^1]);
        return trace.Outs.Zip(trace.Outs.Skip(1)).All(static pair => pair.First.To <= pair.Second.From)
            && trace.Outs.All(static stretch => stretch.To is null || stretch.To > stretch.From)
            && (trace.Outs is [.., { To: null }]) == (!last.Deleted && last.Available <= 0)
            && trace.Outs.Count <= StockTrace.MostOuts && trace.Outflow.Count <= StockTrace.OutflowDays
            && trace.Outs.All(stretch => stretch.To is null || stretch.To > last.UpdatedAt - StockTrace.OutsKept);
    });

    [Fact]
    public void Levels_that_were_missed_never_make_more_fall() => Check(
        (from course in Courses.Generator from every in Gen.Choose(2, 5) select (course, every)).ToArbitrary(),
        static one =>
        {
            var counted = one.course.Where(static level => level is { Deleted: false, Available: not null }).ToArray();
            return counted.Length == 0 || Fallen([.. counted.Where((_, index) => index % one.every == 0 || index == counted.Length - 1)]) <= Fallen(counted) || counted[^1].UpdatedAt - counted[0].UpdatedAt > TimeSpan.FromDays(StockTrace.OutflowDays);
        });

    private static decimal Fallen(StockLevel[] course) => After(course).Outflow.Values.Sum();

    private static StockTrace After(params StockLevel[] course) => course.Aggregate((StockTrace?)null, static (trace, level) => StockTrace.Parse(StockTrace.Next(trace, level, isNew: true).ToString()))!;

    private static StockLevel Level(DateTimeOffset at, decimal? available) => new() { ItemId = "1", Sku = "A", UpdatedAt = at, Available = available };

    private static void Check<T>(Arbitrary<T> arbitrary, Func<T, bool> holds) => Prop.ForAll(arbitrary, holds).Check(Config.QuickThrowOnFailure.WithReplay(20260302, 20260303).WithMaxTest(200));
}
