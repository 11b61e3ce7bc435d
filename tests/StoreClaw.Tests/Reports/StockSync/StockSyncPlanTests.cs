using FsCheck;
using FsCheck.Fluent;
using StoreClaw.Commerce;
using StoreClaw.Reports.StockSync;

namespace StoreClaw.Tests.Reports.StockSync;

public sealed class StockSyncPlanTests
{
    private static readonly string[] Skus = ["A", "B", "C", "D", "E"];

    [Theory]
    // Source, buffer, other; what the other is to have, empty where it is as it should be.
    [InlineData("10", 0, "7", "10")]
    [InlineData("10", 2, "7", "8")]
    [InlineData("10", 3, "7", "")]
    [InlineData("10", 0, "10", "")]
    [InlineData("1", 5, "4", "0")]
    [InlineData("1", 5, "0", "")]
    [InlineData("-3", 0, "2", "0")]
    [InlineData("-3", 0, "0", "")]
    [InlineData("0", 0, "-2", "0")]
    [InlineData("2.5", 0, "2.5", "")]
    [InlineData("2.5", 0, "2", "")]
    [InlineData("2.5", 0, "9", "2")]
    [InlineData("0.5", 0, "3", "0")]
    public void The_others_get_what_the_source_has_less_the_buffer(string source, int buffer, string other, string wanted)
    {
        var plan = Make(new(null, "a", buffer), Store("a", Entry("A", source)), Store("b", Entry("A", other)));
        Assert.Equal(wanted.Length == 0 ? [] : [decimal.Parse(wanted)], plan.Proposals.Select(static proposal => proposal.To));
        Assert.Equal((1, wanted.Length == 0 ? 1 : 0), (plan.Compared, plan.InStep));
    }

    [Fact]
    public void The_store_that_has_least_is_the_source_of_each_article()
    {
        var plan = Make(
            new(null, "lowest", 0),
            Store("a", Entry("A", "5"), Entry("B", "9")),
            Store("b", Entry("A", "7"), Entry("B", "2")),
            Store("c", Entry("A", "5")));
        Assert.Equal([("A", "b", 7m, 5m, "a"), ("B", "a", 9m, 2m, "b")], plan.Proposals.Select(static one => (one.Sku, one.Connection, one.From, one.To, one.SourceConnection)));
        Assert.Equal((2, 1), (plan.Compared, plan.InStep));
    }

    [Theory]
    [InlineData("missing", SkipReason.Missing)]
    [InlineData("untracked", SkipReason.Untracked)]
    [InlineData("two variants", SkipReason.Ambiguous)]
    [InlineData("two places", SkipReason.Ambiguous)]
    [InlineData("a variant that is not counted", SkipReason.Ambiguous)]
    [InlineData("shared", SkipReason.Ambiguous)]
    public void What_cannot_be_told_is_left_alone_and_named(string what, SkipReason reason)
    {
        StockBookEntry[] entries = what switch
        {
            "missing" => [Entry("B", "1")],
            "untracked" => [Entry("A", null)],
            "two variants" => [Entry("A", "1", "i1"), Entry("A", "2", "i2")],
            "two places" => [Entry("A", "1", "i", "north"), Entry("A", "2", "i", "south")],
            "a variant that is not counted" => [Entry("A", "1", "i1"), Entry("A", null, "i2")],
            _ => [Entry("A", "1", "i"), Entry("Z", "1", "i")],
        };
        var named = new StockSyncParameters(["A"], "a", 0);

        // Of a store that follows, and of the source.
        var following = Make(named, Store("a", Entry("A", "5")), Store("b", entries), Store("c", Entry("A", "4")));
        Assert.Equal(new SkippedArticle("A", "b", reason), Assert.Single(following.Skipped));
        Assert.Equal(["c"], following.Proposals.Select(static proposal => proposal.Connection));
        var source = Make(named, Store("a", entries), Store("b", Entry("A", "5")), Store("c", Entry("A", "4")));
        Assert.Equal(new SkippedArticle("A", "a", reason), Assert.Single(source.Skipped));
        Assert.Empty(source.Proposals);
    }

    [Fact]
    public void The_same_item_under_two_products_is_one_and_a_place_that_is_not_counted_does_not_matter()
    {
        var plan = Make(
            new(["A"], "a", 0), Store("a", Entry("A", "5", "i"), Entry("A", "5", "i")), Store("b", Entry("A", "4", "j", "north"), Entry("A", null, "j", "south")));
        Assert.Equal(("north", 5m), (Assert.Single(plan.Proposals).Location, plan.Proposals[0].To));
    }

    [Fact]
    public void Of_all_articles_those_count_that_two_stores_have()
    {
        var plan = Make(
            new(null, "a", 0),
            Store("a", Entry("A", "5"), Entry("only-a", "5"), Entry("", "3")),
            Store("b", Entry("A", "4"), Entry("X", "4"), Entry("", "2", "other")),
            Store("c", Entry("X", "1")));
        Assert.Equal("A", Assert.Single(plan.Proposals).Sku);
        Assert.Equal(new SkippedArticle("X", "a", SkipReason.Missing), Assert.Single(plan.Skipped));
    }

    [Fact]
    public void No_target_is_below_nothing_or_above_the_source_and_a_second_run_finds_nothing()
    {
        var entries =
            from sku in Gen.Elements(Skus)
            from level in Gen.Choose(-5, 60)
            from counted in Gen.Choose(0, 9)
            from item in Gen.Choose(0, 30)
            select new StockBookEntry(sku, "", item > 2 ? $"i-{sku}" : $"j-{sku}-{item}", "", counted == 0 ? null : level / 4m);
        var shelves = from list in Gen.ListOf(entries) select list.DistinctBy(static entry => entry.ItemId).ToList();
        var cases =
            from a in shelves
            from b in shelves
            from c in shelves
            from lowest in Gen.Choose(0, 1)
            from buffer in Gen.Choose(0, 7)
            from named in Gen.Choose(0, 1)
            select (Stores: new[] { new StoreStock("a", a), new StoreStock("b", b), new StoreStock("c", c) },
                Parameters: new StockSyncParameters(named == 1 ? Skus : null, lowest == 1 ? "lowest" : "a", lowest == 1 ? 0 : buffer));
        Prop.ForAll(Arb.From(cases), static one =>
        {
            var plan = StockSyncPlan.Make(one.Stores, one.Parameters);
            foreach (var proposal in plan.Proposals)
            {
                Assert.InRange(proposal.To, 0, Math.Max(0, proposal.SourceLevel - one.Parameters.Buffer));
                Assert.NotEqual(proposal.From, proposal.To);
                Assert.True(decimal.IsInteger(proposal.To));
                Assert.NotEqual(proposal.SourceConnection, proposal.Connection);
                Assert.DoesNotContain(plan.Skipped, skipped => (skipped.Sku, skipped.Connection) == (proposal.Sku, proposal.Connection));
            }

            Assert.Equal(plan.Proposals.Count, plan.Proposals.DistinctBy(static proposal => (proposal.Connection, proposal.Item, proposal.Location)).Count());
            var after = one.Stores.Select(store => store with { Entries = [.. store.Entries.Select(entry => Apply(plan, store.Connection, entry))] }).ToList();
            var second = StockSyncPlan.Make(after, one.Parameters);
            Assert.Empty(second.Proposals);
            Assert.Equal(plan.Compared, second.Compared);
        }).QuickCheckThrowOnFailure();
    }

    private static StockBookEntry Apply(StockSyncPlan plan, string connection, StockBookEntry entry) =>
        plan.Proposals.FirstOrDefault(proposal => (proposal.Connection, proposal.Item, proposal.Location) == (connection, entry.ItemId, entry.LocationId)) is { } proposal
            ? entry with { Available = proposal.To }
            : entry;

    private static StockSyncPlan Make(StockSyncParameters parameters, params IReadOnlyList<StoreStock> stores) => StockSyncPlan.Make(stores, parameters);

    private static StoreStock Store(string connection, params IReadOnlyList<StockBookEntry> entries) => new(connection, entries);

    private static StockBookEntry Entry(string sku, string? level, string? item = null, string location = "") =>
        new(sku, "", item ?? $"i-{sku}", location, level is null ? null : decimal.Parse(level));
}
