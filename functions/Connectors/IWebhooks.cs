using Microsoft.AspNetCore.Http;

namespace StoreClaw.Connectors;

/// <summary>One request at the webhook door, its body read once and whole.</summary>
public sealed record WebhookRequest(string Method, IHeaderDictionary Headers, IQueryCollection Query, ReadOnlyMemory<byte> Body, Uri Url)
{
    /// <summary>The header's first value, or null; names are case-insensitive.</summary>
    public string? Header(string name) => Headers.TryGetValue(name, out var values) && values.Count > 0 ? values[0] : null;
}

public enum SignatureResult
{
    Valid,
    MissingSignature,

    /// <summary>We hold no secret to check with: refuse, never accept.</summary>
    MissingSecret,
    Mismatch,

    /// <summary>Signed, but too old or too far ahead.</summary>
    Stale,
}

/// <summary>What is known of a delivery before its body is parsed.</summary>
/// <param name="Topic">The platform's word; empty when it gives none.</param>
/// <param name="DeliveryId">The platform's id of this delivery, the same on its repeats; null when it gives none.</param>
/// <param name="TriggeredAt">When it happened, where a header says so.</param>
public sealed record DeliveryHead(string Topic, string? DeliveryId, DateTimeOffset? TriggeredAt);

/// <summary>A verified delivery, later, on the queue.</summary>
public sealed record Delivery(string Topic, string? DeliveryId, DateTimeOffset? TriggeredAt, DateTimeOffset ReceivedAt, ReadOnlyMemory<byte> Body);

/// <summary>An answer given at once, without a queue: a challenge, a ping.</summary>
public sealed record WebhookReply(int Status, string ContentType, string Body);

/// <summary>What the audit found and did about a store's registrations.</summary>
/// <param name="Restored">Topics that were missing or switched off and are on again; their gap is to be reconciled.</param>
public sealed record WebhookAudit(IReadOnlyList<string> Restored);

public interface IWebhooks
{
    /// <summary>Whether the bytes are the platform's own. Pure; every given secret is tried; comparing takes the same time whatever differs.</summary>
    SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now);

    /// <summary>The store that a delivery to the connector's own URL says it is from; nothing is believed of it yet. Null when it is about no one store: it is for all of them.</summary>
    /// <param name="app">The app's client id, secret and settings; empty when there are none.</param>
    string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => null;

    /// <summary>The secrets deliveries to this store may be signed with, newest first.</summary>
    IReadOnlyList<Secret> SigningSecrets(StoreSession store);

    /// <summary>What this very request is to be checked with: for platforms that name one of their public keys in it, which is then fetched and kept.</summary>
    /// <exception cref="PlatformException">The key could not be fetched; the platform is asked to come again.</exception>
    ValueTask<IReadOnlyList<Secret>> KeysAsync(WebhookRequest request, StoreSession store, CancellationToken cancellationToken) => ValueTask.FromResult(SigningSecrets(store));

    /// <summary>The answer to a challenge or ping, or null for an ordinary delivery. Called before <see cref="Verify"/>; must not act on anything.</summary>
    /// <param name="secrets">The connection's, or the app's where the URL names no connection.</param>
    WebhookReply? Answer(WebhookRequest request, IReadOnlyDictionary<string, Secret> secrets) => null;

    DeliveryHead Head(WebhookRequest request);

    /// <summary>Reads a delivery. Pure.</summary>
    /// <exception cref="FormatException">The body is not what the topic promises; the message names the member.</exception>
    IReadOnlyList<Change> Read(Delivery delivery, StoreSession store);

    /// <summary>How the platform lists, makes and deletes a store's registrations of an address. Null where the address is typed into the platform's console.</summary>
    WebhookRegistrar? Registrar(StoreSession store, Uri callbackUrl) => null;

    /// <summary>Makes the store's registrations match the descriptor's topics and the URL, creating and re-enabling what is missing. Nothing where there is no <see cref="Registrar"/>.</summary>
    /// <exception cref="PlatformException">The platform refused.</exception>
    Task<WebhookAudit> EnsureAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken) =>
        Registrar(store, callbackUrl)?.EnsureAsync(callbackUrl, cancellationToken) ?? Task.FromResult(new WebhookAudit([]));

    /// <summary>Fetches the deliveries of the app that the platform could not get through and kept, or that wait in a place of the seller's. What is handed on is confirmed there after it was stored.</summary>
    /// <param name="storeAsync">Stores one for the store that <see cref="StoreOf"/> would name; null is for all of them.</param>
    /// <exception cref="PlatformException">The platform refused; what was not confirmed comes again.</exception>
    Task RecoverAsync(StoreSession store, Func<string?, Delivery, Task> storeAsync, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Removes what <see cref="EnsureAsync"/> made.</summary>
    Task RemoveAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken) =>
        Registrar(store, callbackUrl)?.RemoveAsync(callbackUrl, cancellationToken) ?? Task.CompletedTask;
}
