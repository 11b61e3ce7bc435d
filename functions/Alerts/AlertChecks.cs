using StoreClaw.Connections;
using StoreClaw.Storage;

namespace StoreClaw.Alerts;

/// <summary>Queues checks and does them. Safe to repeat: a check judges what is there now.</summary>
public sealed class AlertChecks(IConnectionDirectory connections, ArticleCheck articles, StoreCheck stores, AppCheck app, AlertBook book, WorkQueues queues)
{
    /// <summary>Queues a whole check of every store, and of the app.</summary>
    public async Task QueueAllAsync(CancellationToken cancellationToken)
    {
        await queues.SendAsync(QueueNames.AlertChecks, new AlertCheck(AlertTable.App) { All = true }, null, cancellationToken);
        foreach (var connection in await connections.ListAsync(cancellationToken))
        {
            await queues.SendAsync(QueueNames.AlertChecks, new AlertCheck(connection.Id) { All = true }, null, cancellationToken);
        }
    }

    /// <exception cref="Azure.RequestFailedException">Storage is away; the message is to be tried again.</exception>
    public async Task RunAsync(AlertCheck check, CancellationToken cancellationToken)
    {
        if (check.Connection == AlertTable.App)
        {
            await app.RunAsync(cancellationToken);
            await book.SweepAsync(null, cancellationToken);
            return;
        }

        // Before the store's row: an alert that is there was opened for what the row already says.
        var open = await book.OpenAsync(check.Connection, cancellationToken);
        if (await connections.FindAsync(check.Connection, cancellationToken) is not { } store)
        {
            return;
        }

        await articles.StockAsync(store.Id, check.Stock, open, cancellationToken);
        await articles.PricesAsync(store.Id, check.Prices, open, cancellationToken);
        if (!check.All)
        {
            return;
        }

        await articles.AgeAsync(open, cancellationToken);
        await stores.RunAsync(store, open, cancellationToken);
        if (store.Status != ConnectionStatus.Disconnected)
        {
            await book.SweepAsync(store.Id, cancellationToken);
        }
    }
}
