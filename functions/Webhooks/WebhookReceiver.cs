using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connections;
using StoreClaw.Connectors;
using StoreClaw.Storage;

namespace StoreClaw.Webhooks;

/// <summary>Takes deliveries in: whose it is, whether it is genuine, stored, answered. In this order, and nothing after the answer.</summary>
public sealed partial class WebhookReceiver(ConnectorRegistry registry, StoreSessions sessions, AppClients apps, DeliveryJournal journal, TimeProvider time, ILogger<WebhookReceiver> logger)
{
    public const int MostBytes = 1024 * 1024;

    private static readonly Meter Meter = new("StoreClaw.Webhooks");
    private static readonly Counter<long> Answers = Meter.CreateCounter<long>("storeclaw.webhooks.answers", description: "Deliveries by connector and answer");

    /// <summary>The answer to one request at the webhook door. Storage that does not answer becomes 503, so that the platform keeps the delivery.</summary>
    public async Task<IResult> ReceiveAsync(string connectorId, string? connectionId, HttpRequest http, CancellationToken cancellationToken)
    {
        var (status, result) = await AnswerAsync(connectorId, connectionId, http, cancellationToken);
        Answers.Add(1, new("connector", registry.Find(connectorId) is null ? "unknown" : connectorId), new("status", status));
        return result;
    }

    /// <summary>Takes in what the platform kept because it could not be delivered.</summary>
    /// <exception cref="PlatformException">The platform refused.</exception>
    public Task RecoverAsync(ConnectedStore store, CancellationToken cancellationToken) => store.Connector.Webhooks!.RecoverAsync(
        store.Session,
        async (named, delivery) =>
        {
            var id = store.Connection.Connector;
            IReadOnlyList<Connection> stores = named is null ? await sessions.RecentOfAsync(id, cancellationToken)
                : await sessions.RecentAsync(ConnectionIds.Of(id, named), cancellationToken) is { } meant ? [meant.Connection] : [];
            await AppendAsync(stores, new DeliveryHead(delivery.Topic, delivery.DeliveryId, delivery.TriggeredAt), delivery.Body);
        },
        cancellationToken);

    private async Task<(int Status, IResult Result)> AnswerAsync(string connectorId, string? connectionId, HttpRequest http, CancellationToken cancellationToken)
    {
        if (registry.Find(connectorId) is not { Webhooks: { } webhooks } connector)
        {
            return Refuse(Problem.NotFound("webhook of connector", connectorId));
        }

        if (await ReadAsync(http, cancellationToken) is not { } body)
        {
            return Refuse(new Problem(413, "PAYLOAD_TOO_LARGE", ProblemCategory.Parameter, string.Create(CultureInfo.InvariantCulture, $"A delivery may be {MostBytes} bytes. Send a smaller one.")));
        }

        var request = new WebhookRequest(http.Method, http.Headers, http.Query, body, new Uri(http.GetEncodedUrl()));
        try
        {
            return connectionId is null
                ? await AcceptAsync(connector, webhooks, request, cancellationToken)
                : await sessions.RecentAsync(connectionId, cancellationToken) is { } found && found.Connector == connector
                    ? await AcceptAsync(found, webhooks, request, cancellationToken)
                    : Refuse(Problem.NotFound("connection", connectionId));
        }
        catch (Exception failed) when (StorageClients.IsUnavailable(failed) || failed is VaultException)
        {
            Log.NotStored(logger, connectorId, connectionId, failed);
            return Refuse(Problem.StorageDown);
        }
        catch (PlatformException failed)
        {
            Log.NoKey(logger, connectorId, failed);
            return Refuse(new Problem(503, "KEY_UNAVAILABLE", ProblemCategory.Platform, "The key that the delivery names could not be fetched. Send it again.") { RetryAfter = TimeSpan.FromMinutes(1) });
        }
    }

    /// <summary>At a connection's own URL.</summary>
    private async Task<(int Status, IResult Result)> AcceptAsync(ConnectedStore store, IWebhooks webhooks, WebhookRequest request, CancellationToken cancellationToken)
    {
        if (webhooks.Answer(request, store.Session.Secrets) is { } reply)
        {
            return Given(reply);
        }

        var verdict = await VerifyAsync(webhooks, request, store.Session, cancellationToken);
        if (verdict is SignatureResult.Mismatch or SignatureResult.MissingSecret)
        {
            // The secret may have been rotated since it was read.
            store = await sessions.RefreshedAsync(store, cancellationToken);
            verdict = await VerifyAsync(webhooks, request, store.Session, cancellationToken);
        }

        return await StoreAsync(store.Connection.Connector, [store.Connection], webhooks, request, verdict);
    }

    /// <summary>At the connector's one URL for all stores: for the store it names, or for all of them. What is about a store that is not connected is done with.</summary>
    private async Task<(int Status, IResult Result)> AcceptAsync(Connector connector, IWebhooks webhooks, WebhookRequest request, CancellationToken cancellationToken)
    {
        var id = connector.Descriptor.Id;
        var app = (await apps.FindAsync(connector.Descriptor, cancellationToken))?.ToSecrets() ?? new Dictionary<string, Secret>();
        if (webhooks.Answer(request, app) is { } reply)
        {
            return Given(reply);
        }

        var named = webhooks.StoreOf(request, app);
        if (named is not null && await sessions.RecentAsync(ConnectionIds.Of(id, named), cancellationToken) is { } store)
        {
            return await AcceptAsync(store, webhooks, request, cancellationToken);
        }

        if (app.Count == 0)
        {
            return Refuse(Problem.NotFound("connection", named ?? ""));
        }

        var verdict = await VerifyAsync(webhooks, request, sessions.Probe(connector, "", app), cancellationToken);
        return await StoreAsync(id, named is null ? await sessions.RecentOfAsync(id, cancellationToken) : [], webhooks, request, verdict);
    }

    private async Task<SignatureResult> VerifyAsync(IWebhooks webhooks, WebhookRequest request, StoreSession session, CancellationToken cancellationToken) =>
        webhooks.Verify(request, await webhooks.KeysAsync(request, session, cancellationToken), time.GetUtcNow());

    private async Task<(int Status, IResult Result)> StoreAsync(string connectorId, IReadOnlyList<Connection> stores, IWebhooks webhooks, WebhookRequest request, SignatureResult verdict)
    {
        if (verdict != SignatureResult.Valid)
        {
            Log.Refused(logger, connectorId, stores.Count == 1 ? stores[0].Id : null, verdict);
            return Refuse(Refusal(verdict));
        }

        await AppendAsync(stores, webhooks.Head(request), request.Body);
        return (200, Results.Ok());
    }

    private Task AppendAsync(IReadOnlyList<Connection> stores, DeliveryHead head, ReadOnlyMemory<byte> body) => Task.WhenAll(stores.Select(store => journal.AppendAsync(new QueuedDelivery(
        store.Id, head.Topic, head.DeliveryId, head.TriggeredAt, time.GetUtcNow(), Activity.Current?.Id, Attempt: null, Replays: null, Payload: null, body))));

    private static (int Status, IResult Result) Given(WebhookReply reply) => (reply.Status, Results.Text(reply.Body, reply.ContentType, statusCode: reply.Status));

    private static Problem Refusal(SignatureResult verdict) => verdict switch
    {
        SignatureResult.MissingSignature => new(401, "SIGNATURE_MISSING", ProblemCategory.Authentication, "The delivery carries no signature. Send it as the platform signs it."),
        SignatureResult.Stale => new(401, "SIGNATURE_STALE", ProblemCategory.Authentication, "The signature's time is more than five minutes off. Check the sender's clock."),
        SignatureResult.MissingSecret => new(503, "SECRET_MISSING", ProblemCategory.Internal, "There is no secret to check the signature with. Connect the store again.") { RetryAfter = TimeSpan.FromMinutes(5) },
        _ => new(401, "SIGNATURE_MISMATCH", ProblemCategory.Authentication, "The signature does not fit these bytes. Check which secret the platform signs with; connect the store again after it was changed."),
    };

    private static (int Status, IResult Result) Refuse(Problem problem) => (problem.Status, problem.ToResult());

    /// <summary>The body, or null when it is over the limit. Read once: the stream cannot be rewound.</summary>
    private static async Task<byte[]?> ReadAsync(HttpRequest http, CancellationToken cancellationToken)
    {
        if (http.ContentLength > MostBytes)
        {
            return null;
        }

        // One byte more than is announced or allowed: filling it shows that there is more.
        var buffer = new byte[(http.ContentLength ?? 16 * 1024) + 1];
        var length = 0;
        while (length <= MostBytes)
        {
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, Math.Min(length * 2, MostBytes + 1));
            }

            var read = await http.Body.ReadAsync(buffer.AsMemory(length), cancellationToken);
            if (read == 0)
            {
                return buffer[..length];
            }

            length += read;
        }

        return null;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A delivery for {Connector} connection {Connection} was refused: {Verdict}")]
        public static partial void Refused(ILogger logger, string connector, string? connection, SignatureResult verdict);

        [LoggerMessage(2, LogLevel.Error, "A delivery for {Connector} connection {Connection} could not be stored and was answered 503")]
        public static partial void NotStored(ILogger logger, string connector, string? connection, Exception exception);

        [LoggerMessage(3, LogLevel.Warning, "A delivery for {Connector} was answered 503: its key could not be fetched")]
        public static partial void NoKey(ILogger logger, string connector, Exception exception);
    }
}
