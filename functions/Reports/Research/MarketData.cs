using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Reports.Research;

/// <summary>Asks the connections' platforms and keeps their answers. Of several who ask the same at once, one does and the others wait for it.</summary>
public sealed class MarketData(StoreSessions sessions, MarketAnswers answers, ConnectionHealth health, Leases leases, TimeProvider time) : IMarketData
{
    // An answer takes seconds; who dies over one holds up the next for no longer than this.
    private static readonly TimeSpan TurnTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    public Task<IReadOnlyList<KeywordFigures>> KeywordsAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) => AskAsync(
        connection,
        new MarketQuestion("keywords", scope, [keyword], most),
        (research, store) => research.KeywordsAsync(store, scope, keyword, most, cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<ProductFigures>> BestSellersAsync(Connection connection, ResearchScope scope, string keyword, int most, CancellationToken cancellationToken) => AskAsync(
        connection,
        new MarketQuestion("best-sellers", scope, [keyword], most),
        (research, store) => research.BestSellersAsync(store, scope, keyword, most, cancellationToken),
        cancellationToken);

    public Task<IReadOnlyList<ProductFigures>> LookUpAsync(Connection connection, ResearchScope scope, IReadOnlyList<string> asins, CancellationToken cancellationToken) => AskAsync(
        connection,
        new MarketQuestion("products", scope, asins, asins.Count),
        (research, store) => research.LookUpAsync(store, scope, asins, cancellationToken),
        cancellationToken);

    private async Task<IReadOnlyList<T>> AskAsync<T>(
        Connection connection, MarketQuestion question, Func<IResearch, StoreSession, Task<IReadOnlyList<T>>> askAsync, CancellationToken cancellationToken)
    {
        await using var turn = await TurnAsync($"research|{connection.Id}|{question.Key}", cancellationToken);
        if (await answers.FindAsync<T>(connection.Id, question, cancellationToken) is { } known)
        {
            return known;
        }

        if (await answers.SpentAsync(connection, cancellationToken) is { } spent)
        {
            throw new PlatformException(spent);
        }

        if (await sessions.OpenAsync(connection.Id, cancellationToken) is not { Connection.Status: ConnectionStatus.Connected, Connector.Research: { } research } store)
        {
            throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "not-connected", $"{connection.Name} is not connected any more. Connect it again."));
        }

        try
        {
            var answer = await askAsync(research, store.Session);
            await answers.SaveAsync(connection.Id, question, answer, cancellationToken);
            return answer;
        }
        catch (PlatformException refused) when (refused.Fault.Kind == FaultKind.QuotaExhausted)
        {
            await answers.SpendAsync(connection.Id, refused.Fault, cancellationToken);
            throw;
        }
        catch (PlatformException refused) when (refused.Fault.Kind == FaultKind.CredentialsRejected)
        {
            await health.RejectedAsync(connection.Id, refused.Fault, cancellationToken);
            throw;
        }
    }

    private async Task<Lease> TurnAsync(string name, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await leases.TryAcquireAsync(name, TurnTime, cancellationToken) is { } turn)
            {
                return turn;
            }

            await Task.Delay(Glance, time, cancellationToken);
        }
    }
}
