using StoreClaw.Connectors;
using StoreClaw.Reports.Research;
using StoreClaw.Storage;
using StoreClaw.Tests.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports.Research;

public sealed class MarketAnswersTests
{
    private static readonly MarketQuestion Question = new("keywords", new ResearchScope("US", null), ["storage box"], 15);

    private readonly ManualTime _time = new(new DateTimeOffset(2026, 11, 23, 8, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task An_answer_is_kept_until_the_days_end_as_it_was()
    {
        var answers = await NewAsync();
        KeywordFigures[] figures = [MarketList.Keyword("storage box"), MarketList.Keyword("a \ud83d\ude00 漢字", null, -0.1, null)];
        Assert.Null(await answers.FindAsync<KeywordFigures>("c", Question, CancellationToken.None));

        await answers.SaveAsync("c", Question, figures, CancellationToken.None);

        Assert.Equal(figures, await answers.FindAsync<KeywordFigures>("c", Question, CancellationToken.None));
        _time.Advance(new TimeSpan(15, 59, 59));
        Assert.NotNull(await answers.FindAsync<KeywordFigures>("c", Question, CancellationToken.None));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await answers.FindAsync<KeywordFigures>("c", Question, CancellationToken.None));
    }

    [Fact]
    public async Task An_empty_answer_is_an_answer_and_a_hundred_rows_fit()
    {
        var answers = await NewAsync();
        await answers.SaveAsync<ProductFigures>("c", Question, [], CancellationToken.None);
        Assert.Empty((await answers.FindAsync<ProductFigures>("c", Question, CancellationToken.None))!);

        ProductFigures[] many = [.. Enumerable.Range(0, 100).Select(static number => MarketList.Product($"B{number:D9}", Convert.ToBase64String(Account.Noise(1000 + number))))];
        await answers.SaveAsync("c", Question, many, CancellationToken.None);
        Assert.Equal(many, await answers.FindAsync<ProductFigures>("c", Question, CancellationToken.None));
    }

    [Fact]
    public async Task Another_question_month_or_connection_has_an_answer_of_its_own()
    {
        var answers = await NewAsync();
        await answers.SaveAsync("c", Question, [MarketList.Keyword("x")], CancellationToken.None);
        MarketQuestion[] others =
        [
            Question with { Kind = "best-sellers" }, Question with { Most = 10 }, Question with { Terms = ["storage", "box"] }, Question with { Scope = new ResearchScope("US", "202609") },
            Question with { Scope = new ResearchScope("DE", null) },
        ];

        Assert.All(others, static other => Assert.NotEqual(Question.Key, other.Key));
        Assert.Equal(Question.Key, (Question with { Terms = ["storage box"] }).Key);
        Assert.StartsWith("202609|", others[3].Key, StringComparison.Ordinal);
        foreach (var other in others)
        {
            Assert.Null(await answers.FindAsync<KeywordFigures>("c", other, CancellationToken.None));
        }

        Assert.Null(await answers.FindAsync<KeywordFigures>("d", Question, CancellationToken.None));
    }

    [Theory]
    [InlineData(3600)]
    [InlineData(null)]
    public async Task Used_up_calls_are_remembered_until_the_platforms_word_or_the_days_end(int? seconds)
    {
        var answers = await NewAsync();
        var connection = MarketList.Connection() with { ConnectedAt = _time.GetUtcNow().AddDays(-1) };
        Assert.Null(await answers.SpentAsync(connection, CancellationToken.None));

        await answers.SpendAsync(connection.Id, new PlatformFault(FaultKind.QuotaExhausted, "ERROR_VISIT_MAX", "Used up.", seconds is { } told ? TimeSpan.FromSeconds(told) : null), CancellationToken.None);

        var wait = seconds is { } known ? TimeSpan.FromSeconds(known) : TimeSpan.FromHours(16);
        Assert.Equal(new PlatformFault(FaultKind.QuotaExhausted, "ERROR_VISIT_MAX", "Used up.", wait), await answers.SpentAsync(connection, CancellationToken.None));
        Assert.Null(await answers.SpentAsync(connection with { Id = "other" }, CancellationToken.None));
        Assert.Null(await answers.SpentAsync(connection with { ConnectedAt = _time.GetUtcNow().AddSeconds(1) }, CancellationToken.None));
        _time.Advance(wait);
        Assert.Null(await answers.SpentAsync(connection, CancellationToken.None));
    }

    [Fact]
    public async Task What_no_longer_holds_is_removed_and_the_rest_stays()
    {
        var storage = await Account.NewAsync();
        var answers = new MarketAnswers(storage, _time);
        await answers.SaveAsync("c", Question, [MarketList.Keyword("x")], CancellationToken.None);
        await answers.SpendAsync("c", new PlatformFault(FaultKind.QuotaExhausted, "x", "x"), CancellationToken.None);
        await answers.CleanAsync(CancellationToken.None);
        Assert.Equal(2, await CountAsync(storage));

        _time.Advance(TimeSpan.FromDays(1));
        await answers.SaveAsync("c", Question, [MarketList.Keyword("y")], CancellationToken.None);
        await answers.SaveAsync("d", Question, [MarketList.Keyword("y")], CancellationToken.None);
        await answers.CleanAsync(CancellationToken.None);

        Assert.Equal(2, await CountAsync(storage));
        Assert.Equal("y", Assert.Single((await answers.FindAsync<KeywordFigures>("c", Question, CancellationToken.None))!).Keyword);
    }

    private static async Task<int> CountAsync(StorageClients storage)
    {
        var table = await storage.TableAsync(TableNames.Research, CancellationToken.None);
        return await table.QueryAsync<Azure.Data.Tables.TableEntity>(filter: "").CountAsync();
    }

    private async Task<MarketAnswers> NewAsync() => new(await Account.NewAsync(), _time);
}
