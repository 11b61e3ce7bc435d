using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;
using StoreClaw.Sandbox.Commerce;
using StoreClaw.Sandbox.Hosting;

namespace StoreClaw.Sandbox.Ebay;

/// <summary>An address that eBay may send to; it belongs to the application.</summary>
public sealed record EbayDestination(string Id, string Name, string Status, Uri Endpoint, string VerificationToken);

/// <summary>A seller's wish for a topic.</summary>
public sealed record EbaySubscription(string Id, EbaySeller Seller, string Topic, string Status, string DestinationId);

/// <summary>What an address answers to a challenge.</summary>
public sealed record EbayChallengeAnswer(int Status, string? ContentType, string Body);

/// <summary>The Notification API: configuration first, then destinations that pass the challenge, then subscriptions; deliveries are signed and tried three times more.</summary>
public sealed partial class EbayNotifications : IDisposable
{
    private const string Path = "/commerce/notification/v1";
    private const string Domain = "API_NOTIFICATION";
    private const int Tries = 4;

    private readonly Lock _lock = new();
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private readonly List<EbayDestination> _destinations = [];
    private readonly List<EbaySubscription> _subscriptions = [];
    private readonly ConcurrentQueue<Waiting> _waiting = new();
    private readonly TimeProvider _time;
    private readonly CallLog _log;
    private string? _alertEmail;
    private int _nextId = 700;

    internal EbayNotifications(TimeProvider time, CallLog log)
    {
        (_time, _log) = (time, log);
        Challenge = AskAsync;
        Key = new EbaySigningKey("5f0a9c51-8d3e-4b7a-9c36-1d2e3f405162");
        Keys[Key.Id] = Key;
    }

    /// <summary>The key that deliveries are signed with.</summary>
    public EbaySigningKey Key { get; set; }

    /// <summary>The keys that are handed out, by id.</summary>
    public ConcurrentDictionary<string, EbaySigningKey> Keys { get; } = new(StringComparer.Ordinal);

    /// <summary>How an address is asked for its proof; over http when not replaced.</summary>
    public Func<Uri, Task<EbayChallengeAnswer>> Challenge { get; set; }

    /// <summary>Topics that the application may not have.</summary>
    public HashSet<string> NotEntitled { get; } = new(StringComparer.Ordinal);

    /// <summary>A seller has a topic at one destination only.</summary>
    public bool OneSubscriptionPerTopic { get; set; }

    /// <summary>The address that was entered in the developer account for closed accounts.</summary>
    public Uri? AccountDeletionEndpoint { get; set; }

    public string? AlertEmail => _alertEmail;

    public IReadOnlyList<EbayDestination> Destinations
    {
        get
        {
            lock (_lock)
            {
                return [.. _destinations];
            }
        }
    }

    public IReadOnlyList<EbaySubscription> Subscriptions
    {
        get
        {
            lock (_lock)
            {
                return [.. _subscriptions];
            }
        }
    }

    /// <summary>Puts a destination there as if it had been made and had passed.</summary>
    public EbayDestination AddDestination(Uri endpoint, string status = "ENABLED")
    {
        var destination = new EbayDestination(NextId(), "another", status, endpoint, new string('t', 40));
        lock (_lock)
        {
            _destinations.Add(destination);
        }

        return destination;
    }

    public void SetStatus(EbaySubscription subscription, string status) => Replace(_subscriptions, subscription, subscription with { Status = status });

    public void SetStatus(EbayDestination destination, string status) => Replace(_destinations, destination, destination with { Status = status });

    public void Drop(EbaySubscription subscription)
    {
        lock (_lock)
        {
            _subscriptions.Remove(subscription);
        }
    }

    /// <summary>Somebody closed his eBay account.</summary>
    public void CloseAccount(string userId, string username) =>
        Enqueue("MARKETPLACE_ACCOUNT_DELETION", AccountDeletionEndpoint!, new JsonObject { ["username"] = username, ["userId"] = userId, ["eiasToken"] = "nY+sHZ2PrBmdj6wVnY+sEZ2PrA2dj6wJnY==" });

    /// <summary>The seller took the access away.</summary>
    public void TellRevoked(EbaySeller seller) => Tell(seller, "AUTHORIZATION_REVOCATION", new JsonObject
    {
        ["username"] = seller.Username,
        ["userId"] = seller.UserId,
        ["eiasToken"] = "nY+sHZ2PrBmdj6wVnY+sEZ2PrA2dj6wJnY==",
        ["revokeReason"] = "REVOKED_BY_USER",
        ["revocationDate"] = EbaySeller.Time(_time.GetUtcNow()),
    });

    /// <summary>Sends everything that waits, and again what was not taken, until it is taken or given up.</summary>
    public async Task DeliverDueAsync(CancellationToken cancellationToken = default)
    {
        while (_waiting.TryDequeue(out var next))
        {
            next.Body["notification"]!["publishAttemptCount"] = next.Attempt;
            var body = Encoding.UTF8.GetBytes(next.Body.ToJsonString());
            using var request = new HttpRequestMessage(HttpMethod.Post, next.Endpoint) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            request.Headers.TryAddWithoutValidation("X-EBAY-SIGNATURE", Key.Sign(body));
            _log.Called("webhook.delivery");
            using var response = await _http.SendAsync(request, cancellationToken);
            if ((int)response.StatusCode is not (200 or 201 or 202 or 204) && next.Attempt < Tries)
            {
                _waiting.Enqueue(next with { Attempt = next.Attempt + 1 });
            }
        }
    }

    public void Dispose()
    {
        _http.Dispose();
        foreach (var key in Keys.Values.Append(Key).Distinct())
        {
            key.Dispose();
        }
    }

    internal void Watch(EbaySeller seller) => seller.Store.Subscribe(told =>
    {
        if (told is { Topic: SimTopic.OrderCreated, Entity: SimOrder order })
        {
            Tell(seller, "ORDER_CONFIRMATION", new JsonObject
            {
                ["user"] = new JsonObject { ["userId"] = seller.UserId, ["username"] = seller.Username },
                ["order"] = new JsonObject
                {
                    ["orderId"] = EbaySeller.OrderId(order.Id),
                    ["orderLineItems"] = new JsonArray([.. order.Lines.Select(static line => new JsonObject
                    {
                        ["orderLineItemId"] = line.Id.ToString(CultureInfo.InvariantCulture),
                        ["listingId"] = line.ProductId.ToString(CultureInfo.InvariantCulture),
                        ["quantity"] = line.Quantity,
                    })]),
                },
            });
        }
    });

    internal EbayAnswer PublicKey(string id) => Keys.TryGetValue(id, out var key)
        ? EbayAnswer.Ok(new JsonObject { ["key"] = key.PublicKey, ["algorithm"] = "ECDSA", ["digest"] = "SHA1" })
        : Error(404, 195001, "The specified key id is invalid.");

    internal EbayAnswer Config() => _alertEmail is { } email ? EbayAnswer.Ok(new JsonObject { ["alertEmail"] = email }) : Error(404, 195026, "Configuration Not Found.");

    internal EbayAnswer SetConfig(JsonElement body)
    {
        if (Text(body, "alertEmail") is not { } email || !email.Contains('@', StringComparison.Ordinal))
        {
            return Error(400, 195025, "Invalid or missing email.");
        }

        _alertEmail = email;
        return EbayAnswer.Done;
    }

    internal EbayAnswer ListDestinations(HttpRequest request) => List(request, "destination", Destinations, static row => new JsonObject
    {
        ["destinationId"] = row.Id,
        ["name"] = row.Name,
        ["status"] = row.Status,
        ["deliveryConfig"] = new JsonObject { ["endpoint"] = row.Endpoint.AbsoluteUri, ["verificationToken"] = row.VerificationToken },
    });

    internal EbayAnswer ListSubscriptions(EbaySeller seller, HttpRequest request) =>
        List(request, "subscription", [.. Subscriptions.Where(row => row.Seller == seller)], static row => new JsonObject
        {
            ["subscriptionId"] = row.Id,
            ["topicId"] = row.Topic,
            ["status"] = row.Status,
            ["destinationId"] = row.DestinationId,
            ["payload"] = new JsonObject { ["format"] = "JSON", ["schemaVersion"] = "1.0", ["deliveryProtocol"] = "HTTPS" },
        });

    /// <param name="id">Of the one to change; null to make one.</param>
    internal async Task<EbayAnswer> PutDestinationAsync(string? id, JsonElement body)
    {
        var known = Destinations.FirstOrDefault(row => row.Id == id);
        var (name, status, endpoint, token) = (Text(body, "name"), Text(body, "status"), Text(body, "deliveryConfig", "endpoint"), Text(body, "deliveryConfig", "verificationToken"));
        var refusal = id is not null && known is null ? Error(404, 195022, "Invalid or missing destination id.")
            : _alertEmail is null ? Error(409, 195003, "Please provide configurations required for notifications. Refer to /config") with { Reason = null }
            : name is not { Length: > 0 and <= 64 } ? Error(400, 195016, "Invalid name.")
            : !Uri.TryCreate(endpoint, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttps && !url.IsLoopback) || url.Query.Length > 0 ? Error(400, 195017, "Invalid or missing endpoint.")
            : status is not ("ENABLED" or "DISABLED") ? Error(400, 195018, "Invalid or missing destination status.")
            : token is null || !TokenForm().IsMatch(token) ? Error(400, 195019, "Invalid or missing verification token for this endpoint.")
            : Destinations.Any(row => row.Id != id && row.Endpoint == url) ? Error(409, 195021, "Destination exists for this endpoint")
            : null;
        if (refusal is not null)
        {
            return refusal;
        }

        var wanted = new EbayDestination(known?.Id ?? NextId(), name!, status!, new Uri(endpoint!), token!);
        if (!await PassesAsync(wanted))
        {
            return Error(409, 195020, "Challenge verification failed for requested endpoint");
        }

        lock (_lock)
        {
            _destinations.RemoveAll(row => row.Id == wanted.Id);
            _destinations.Add(wanted);
        }

        return known is null ? new EbayAnswer(201, Location: $"https://api.ebay.com{Path}/destination/{wanted.Id}") : EbayAnswer.Done;
    }

    internal EbayAnswer DeleteDestination(string id)
    {
        lock (_lock)
        {
            return _subscriptions.Exists(row => row.DestinationId == id) ? Error(409, 195024, "Destination is in use and cannot be deleted.")
                : _destinations.RemoveAll(row => row.Id == id) == 1 ? EbayAnswer.Done
                : Error(404, 195022, "Invalid or missing destination id.");
        }
    }

    internal EbayAnswer PutSubscription(EbaySeller seller, string? id, JsonElement body)
    {
        lock (_lock)
        {
            var known = _subscriptions.Find(row => row.Id == id && row.Seller == seller);
            var (topic, destinationId, status) = (known?.Topic ?? Text(body, "topicId"), Text(body, "destinationId"), Text(body, "status"));
            var destination = _destinations.Find(row => row.Id == destinationId);
            var refusal = id is not null && known is null ? Error(404, 195013, "Invalid subscription Id.")
                : topic is not ("ORDER_CONFIRMATION" or "AUTHORIZATION_REVOCATION" or "ITEM_MARKED_SHIPPED") ? Error(400, 195027, "Invalid or missing topic id.")
                : NotEntitled.Contains(topic) ? Error(403, 195011, "Not authorized for this topic.") with { Reason = null }
                : destination is null ? Error(400, 195007, "Invalid or missing destination id.")
                : Text(body, "payload", "schemaVersion") != "1.0" ? Error(400, 195008, "Invalid or missing schema version.")
                : Text(body, "payload", "format") != "JSON" ? Error(400, 195009, "Specified format is not supported for the topic.")
                : Text(body, "payload", "deliveryProtocol") != "HTTPS" ? Error(400, 195010, "Invalid or missing protocol")
                : status is not ("ENABLED" or "DISABLED") ? Error(400, 195006, "Invalid or missing subscription status.")
                : destination.Status != "ENABLED" ? Error(409, 195015, "The subscription cannot be enabled since the destination is not enabled.")
                : _subscriptions.Exists(row => row != known && row.Seller == seller && row.Topic == topic && (OneSubscriptionPerTopic || row.DestinationId == destinationId))
                    ? Error(409, 195012, "Subscription already exists") with { Reason = OneSubscriptionPerTopic ? null : "subscribed twice" }
                : null;
            if (refusal is not null)
            {
                return refusal;
            }

            var wanted = new EbaySubscription(known?.Id ?? NextId(), seller, topic!, status!, destinationId!);
            _subscriptions.RemoveAll(row => row.Id == wanted.Id);
            _subscriptions.Add(wanted);
            return known is null ? new EbayAnswer(201, Location: $"https://api.ebay.com{Path}/subscription/{wanted.Id}") : EbayAnswer.Done;
        }
    }

    internal EbayAnswer DeleteSubscription(EbaySeller seller, string id)
    {
        lock (_lock)
        {
            return _subscriptions.RemoveAll(row => row.Id == id && row.Seller == seller) == 1 ? EbayAnswer.Done : Error(404, 195013, "Invalid subscription Id.");
        }
    }

    private static EbayAnswer Error(int status, int errorId, string message) => EbayAnswer.Error(status, errorId, message, Domain);

    private static string? Text(JsonElement body, params string[] path)
    {
        foreach (var name in path)
        {
            if (body.ValueKind != JsonValueKind.Object || !body.TryGetProperty(name, out body))
            {
                return null;
            }
        }

        return body.ValueKind == JsonValueKind.String ? body.GetString() : null;
    }

    /// <summary>Pages by a token that is nobody's business, here the place in the list.</summary>
    private static EbayAnswer List<T>(HttpRequest request, string name, IReadOnlyList<T> rows, Func<T, JsonObject> shape)
    {
        if (!int.TryParse(request.Query["limit"].ToString() is { Length: > 0 } text ? text : "20", out var limit) || limit is < 10 or > 100 || request.Query.Keys.Except(["limit", "continuation_token"]).Any())
        {
            return Error(400, 195004, "Invalid limit. Supported ranges 10 - 100.");
        }

        var given = request.Query["continuation_token"].ToString();
        var from = given.StartsWith("at-", StringComparison.Ordinal) && int.TryParse(given[3..], out var place) ? place : 0;
        if (given.Length > 0 && from == 0)
        {
            return Error(400, 195005, "Invalid continuation token.");
        }

        var body = new JsonObject { ["total"] = rows.Count, ["limit"] = limit, [$"{name}s"] = new JsonArray([.. rows.Skip(from).Take(limit).Select(shape)]) };
        if (from + limit < rows.Count)
        {
            body["next"] = string.Create(CultureInfo.InvariantCulture, $"https://api.ebay.com{Path}/{name}?limit={limit}&continuation_token=at-{from + limit}");
        }

        return EbayAnswer.Ok(body);
    }

    private async Task<bool> PassesAsync(EbayDestination destination)
    {
        var code = Guid.NewGuid().ToString();
        var answer = await Challenge(new Uri($"{destination.Endpoint.AbsoluteUri}?challenge_code={code}"));
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in new[] { code, destination.VerificationToken, destination.Endpoint.AbsoluteUri })
        {
            hash.AppendData(Encoding.UTF8.GetBytes(part));
        }

        return answer.Status == 200 && answer.ContentType?.StartsWith("application/json", StringComparison.Ordinal) == true
            && JsonNode.Parse(answer.Body)?["challengeResponse"]?.GetValue<string>() == Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private async Task<EbayChallengeAnswer> AskAsync(Uri url)
    {
        using var response = await _http.GetAsync(url);
        return new EbayChallengeAnswer((int)response.StatusCode, response.Content.Headers.ContentType?.ToString(), await response.Content.ReadAsStringAsync());
    }

    private void Tell(EbaySeller seller, string topic, JsonObject data)
    {
        foreach (var subscription in Subscriptions.Where(row => row.Seller == seller && row.Topic == topic && row.Status == "ENABLED"))
        {
            if (Destinations.FirstOrDefault(row => row.Id == subscription.DestinationId && row.Status == "ENABLED") is { } destination)
            {
                Enqueue(topic, destination.Endpoint, (JsonObject)data.DeepClone());
            }
        }
    }

    private void Enqueue(string topic, Uri endpoint, JsonObject data)
    {
        var at = EbaySeller.Time(_time.GetUtcNow());
        _waiting.Enqueue(new Waiting(endpoint, 1, new JsonObject
        {
            ["metadata"] = new JsonObject { ["topic"] = topic, ["schemaVersion"] = "1.0", ["deprecated"] = false },
            ["notification"] = new JsonObject
            {
                ["notificationId"] = $"{Guid.NewGuid()}_{Guid.NewGuid()}",
                ["eventDate"] = at,
                ["publishDate"] = at,
                ["publishAttemptCount"] = 1,
                ["data"] = data,
            },
        }));
    }

    private void Replace<T>(List<T> rows, T old, T replacement)
    {
        lock (_lock)
        {
            rows[rows.IndexOf(old)] = replacement;
        }
    }

    private string NextId() => Interlocked.Increment(ref _nextId).ToString("00000000-0000-4000-8000-000000000000", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z0-9_-]{32,80}\z")]
    private static partial Regex TokenForm();

    private sealed record Waiting(Uri Endpoint, int Attempt, JsonObject Body);
}
