using System.Text.Json;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Reports;
using StoreClaw.Reports.Research;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports.Research;

public sealed class MarketReportTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 8, 0, 0, TimeSpan.Zero);

    private readonly MarketList _market = new();

    [Fact]
    public async Task Keywords_come_with_their_figures_what_sells_and_what_is_related()
    {
        _market.Keywords["Storage BOX"] = [MarketList.Keyword("plastic storage box", 900_000), MarketList.Keyword("storage box"), .. Enumerable.Range(1, 9).Select(static number => MarketList.Keyword($"storage box {number}", 100 - number))];
        _market.BestSellers["Storage BOX"] = [.. Enumerable.Range(0, 12).Select(static number => MarketList.Product($"B00000000{number:X}"))];

        var report = await ComputeAsync("""{"marketplace":"US","keywords":["  Storage  BOX ","storage box"]}""");

        var keyword = Assert.Single(report.Keywords);
        Assert.Equal(("Storage BOX", 141356L, "storage box"), (keyword.Keyword, keyword.Figures!.Searches!.Value, keyword.Figures.Keyword));
        Assert.Equal(["plastic storage box", "storage box 1", "storage box 2", "storage box 3", "storage box 4"], keyword.Related.Select(static figures => figures.Keyword));
        Assert.Equal(10, keyword.BestSellers.Count);
        Assert.Equal(("USD", "US", null), (report.Currency, report.Parameters.Marketplace, report.Parameters.Month));
        Assert.Empty(report.Missing);
        Assert.Empty(report.Products);
        Assert.Equal([("research", "keyword Storage BOX"), ("research", "best Storage BOX")], _market.Asked);
    }

    [Fact]
    public async Task Products_are_held_against_the_tasks_report_of_an_earlier_day()
    {
        _market.Products.AddRange([MarketList.Product("B000000001", price: 20m, units: 100, rating: 4.5, rank: 50), MarketList.Product("B000000002", price: null, units: null, rating: null, rank: null)]);
        var before = await ComputeAsync("""{"marketplace":"US","asins":["b000000001","B000000002","B000000003"]}""");
        _market.Products[0] = MarketList.Product("B000000001", price: 18.5m, units: 150, rating: 4.4, rank: 40);
        _market.Products[1] = MarketList.Product("B000000002");
        _market.Products.Add(MarketList.Product("B000000003"));
        DateTimeOffset? asked = null;

        var report = await ComputeAsync("""{"marketplace":"US","asins":["B000000001","B000000002","B000000003","B000000004"]}""", findBefore: (instant, _) =>
        {
            asked = instant;
            return Task.FromResult<Report?>(before with { Id = "before", GeneratedAt = Now.AddDays(-7) });
        });

        Assert.Equal(new DateTimeOffset(2026, 11, 23, 0, 0, 0, TimeSpan.Zero), asked);
        Assert.Equal(new ComparedReport("before", Now.AddDays(-7)), report.ComparedWith);
        Assert.Equal(new ProductShifts(new Shift(20.00m, -1.50m, -7.5m), new Shift(100, 50, 50), new Shift(4.5m, -0.1m, -2.2m), new Shift(50, -10, -20)), report.Products[0].Change);
        Assert.Equal(new ProductShifts(null, null, null, null), report.Products[1].Change);
        Assert.Null(report.Products[2].Change);
        Assert.Equal(new ProductFindings("B000000004", null, null), report.Products[3]);
        Assert.Equal([("B000000003", MissingCause.NoData)], before.Missing.Select(static part => (part.Name, part.Cause)));
    }

    [Theory]
    [InlineData("""{"marketplace":"DE","asins":["B000000001"]}""")]
    [InlineData("""{"marketplace":"US","asins":["B000000001"],"month":"202609"}""")]
    public async Task A_report_of_another_market_or_month_is_nothing_to_compare_with(string parameters)
    {
        _market.Products.Add(MarketList.Product("B000000001"));
        var before = await ComputeAsync("""{"marketplace":"US","asins":["B000000001"]}""");

        var report = await ComputeAsync(parameters, findBefore: (_, _) => Task.FromResult<Report?>(before));

        Assert.Null(report.ComparedWith);
        Assert.Null(report.Products[0].Change);
    }

    [Fact]
    public async Task When_the_calls_are_used_up_on_the_way_the_report_says_what_is_missing_and_asks_no_more()
    {
        _market.Products.Add(MarketList.Product("B000000001"));
        _market.Keywords["one"] = [MarketList.Keyword("one")];
        _market.Fault = static (_, question) => question == "keyword two" ? FaultKind.QuotaExhausted : null;

        var report = await ComputeAsync("""{"marketplace":"US","keywords":["one","two","three"],"asins":["B000000001"]}""");

        Assert.Equal(["products", "keyword one", "keyword two"], _market.Asked.Select(static asked => asked.Question));
        Assert.NotNull(report.Products[0].Figures);
        Assert.NotNull(report.Keywords[0].Figures);
        Assert.Equal(
            [(MarketPart.Keyword, "two"), (MarketPart.Keyword, "three"), (MarketPart.BestSellers, "one"), (MarketPart.BestSellers, "two"), (MarketPart.BestSellers, "three")],
            report.Missing.Select(static part => (part.Part, part.Name)));
        Assert.All(report.Missing, static part => Assert.Equal((MissingCause.QuotaExhausted, "It ended in QuotaExhausted."), (part.Cause, part.Message)));
    }

    [Theory]
    [InlineData(FaultKind.QuotaExhausted, 429, "PLATFORM_THROTTLED")]
    [InlineData(FaultKind.CredentialsRejected, 422, "CREDENTIALS_REJECTED")]
    [InlineData(FaultKind.Invalid, 422, "PLATFORM_REFUSED")]
    [InlineData(FaultKind.Unreachable, 502, "PLATFORM_UNAVAILABLE")]
    public async Task Without_a_single_answer_there_is_no_report_but_the_cause(FaultKind kind, int status, string code)
    {
        _market.Fault = (_, _) => kind;

        var failed = await Assert.ThrowsAsync<ProblemException>(() => ComputeAsync("""{"marketplace":"US","keywords":["one","two"],"asins":["B000000001"]}"""));

        Assert.Equal((status, code, $"It ended in {kind}."), (failed.Problem.Status, failed.Problem.Code, failed.Problem.Detail));
        Assert.Equal(kind == FaultKind.Invalid ? 5 : 1, _market.Asked.Count);
    }

    [Fact]
    public async Task A_question_that_is_refused_costs_only_itself()
    {
        _market.Keywords["two"] = [MarketList.Keyword("two")];
        _market.Fault = static (_, question) => question.EndsWith("one", StringComparison.Ordinal) ? FaultKind.Invalid : null;

        var report = await ComputeAsync("""{"marketplace":"US","keywords":["one","two"]}""");

        Assert.NotNull(report.Keywords[1].Figures);
        Assert.Equal(
            [("one", MissingCause.QuestionRefused), ("one", MissingCause.QuestionRefused), ("two", MissingCause.NoData)],
            report.Missing.Select(static part => (part.Name, part.Cause)));
    }

    [Fact]
    public async Task The_next_connection_is_asked_when_one_has_no_calls_left()
    {
        _market.Keywords["one"] = [MarketList.Keyword("one")];
        _market.BestSellers["one"] = [MarketList.Product("B000000001")];
        _market.Fault = static (connection, _) => connection == "first" ? FaultKind.QuotaExhausted : null;

        var report = await ComputeAsync("""{"marketplace":"US","keywords":["one"]}""", [MarketList.Connection("first"), MarketList.Connection("second")]);

        Assert.Equal([("first", "keyword one"), ("second", "keyword one"), ("second", "best one")], _market.Asked);
        Assert.Empty(report.Missing);
        Assert.Equal(["first", "second"], report.Connections);
    }

    [Theory]
    [InlineData("""{"marketplace":"US","keywords":["x"]}""", "UTC", "2026-10-24T00:00:00Z", "2026-11-23T00:00:00Z")]
    [InlineData("""{"marketplace":"US","keywords":["x"]}""", "Asia/Shanghai", "2026-10-23T16:00:00Z", "2026-11-22T16:00:00Z")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"month":"202602"}""", "UTC", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z")]
    public async Task The_period_is_the_month_or_the_thirty_days_before_it_was_made(string parameters, string zone, string from, string to)
    {
        var report = await ComputeAsync(parameters, zone: zone);
        Assert.Equal((DateTimeOffset.Parse(from), DateTimeOffset.Parse(to)), (report.Period.From, report.Period.To));
        Assert.Equal(Now.AddDays(-3), report.AsOf);
    }

    [Theory]
    [InlineData("""{}""", "parameters.marketplace", "parameters.keywords")]
    [InlineData("""{"marketplace":"US"}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"us","keywords":["x"]}""", "parameters.marketplace")]
    [InlineData("""{"marketplace":7,"keywords":["x"]}""", "parameters.marketplace")]
    [InlineData("""{"marketplace":"US","keywords":"x"}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":[]}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":[" "]}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":[1]}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":["\ud800"]}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":["1","2","3","4","5","6","7","8","9","10","11"]}""", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","asins":["B08GHW4TB"]}""", "parameters.asins", "parameters.keywords")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"asins":["B08GHW4TB!"]}""", "parameters.asins")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"month":"2026-09"}""", "parameters.month")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"month":"202613"}""", "parameters.month")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"month":"202612"}""", "parameters.month")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"month":202609}""", "parameters.month")]
    [InlineData("""{"marketplace":"US","keywords":["x"],"words":[]}""", "parameters.words")]
    [InlineData("[]", "parameters", "parameters.marketplace", "parameters.keywords")]
    public void What_is_wrong_with_the_parameters_is_told_by_field(string parameters, params string[] fields)
    {
        var errors = Kind().Check(JsonElement.Parse(parameters));
        Assert.Equal(fields.Order(), errors.Keys.Order());
        Assert.All(errors.Values, static remedy => Assert.True(remedy.Length > 10));
    }

    [Theory]
    [InlineData("""{"marketplace":"AE","keywords":["1","2","3","4","5","6","7","8","9","10"]}""")]
    [InlineData("""{"marketplace":"JP","keywords":["収納ボックス"],"asins":null,"month":null}""")]
    [InlineData("""{"marketplace":"US","asins":["b08ghw4tbs"],"month":"202611"}""")]
    public void Right_parameters_are_taken(string parameters) => Assert.Empty(Kind().Check(JsonElement.Parse(parameters)));

    [Fact]
    public async Task A_kept_report_is_read_as_it_was_written()
    {
        _market.Products.Add(MarketList.Product("B000000001"));
        _market.Keywords["one"] = [MarketList.Keyword("one"), MarketList.Keyword("one two", null, null, null)];
        var before = await ComputeAsync("""{"marketplace":"US","asins":["B000000001"]}""");
        var report = await ComputeAsync("""{"marketplace":"US","keywords":["one"],"asins":["B000000001","B000000002"]}""", findBefore: (_, _) => Task.FromResult<Report?>(before));

        var json = Kind().ToJson(report);

        Assert.Equal(json, Kind().ToJson(Kind().FromJson(json)));
        var read = JsonElement.Parse(json);
        Assert.Equal(("market-research", "21.99", 26289, 4.8), (
            read.GetProperty("kind").GetString(),
            read.GetProperty("products")[0].GetProperty("figures").GetProperty("price").GetString(),
            read.GetProperty("products")[0].GetProperty("figures").GetProperty("units").GetInt32(),
            read.GetProperty("products")[0].GetProperty("figures").GetProperty("rating").GetDouble()));
        Assert.Equal(("no-data", "best-sellers"), (read.GetProperty("missing")[0].GetProperty("cause").GetString(), read.GetProperty("missing")[0].GetProperty("part").GetString()));
        Assert.Equal(JsonValueKind.Null, read.GetProperty("products")[1].GetProperty("figures").ValueKind);
    }

    private static MarketResearchKind Kind(MarketList? market = null) => new(market ?? new MarketList(), new ConnectorRegistry(ConnectorRegistry.All), new ManualTime(Now));

    private async Task<MarketReport> ComputeAsync(
        string parameters, IReadOnlyList<Connection>? connections = null, string zone = "UTC", Func<DateTimeOffset, CancellationToken, Task<Report?>>? findBefore = null)
    {
        var kind = Kind(_market);
        Assert.Empty(kind.Check(JsonElement.Parse(parameters)));
        var context = new ReportContext("r", connections ?? [MarketList.Connection()], TimeZoneInfo.FindSystemTimeZoneById(zone), Now.AddDays(-3), Now, JsonElement.Parse(parameters), findBefore);
        return (MarketReport)await kind.ComputeAsync(context, CancellationToken.None);
    }
}
