using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using StoreClaw.Commerce;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Notifications;

namespace StoreClaw.Tests.Support;

/// <summary>
/// A platform without oddities, in memory, for what all connectors share: its orders travel as StoreClaw's own records, its deliveries are signed with HMAC-SHA256, its tokens
/// rotate and the one before dies at once.
/// </summary>
public sealed class DemoPlatform : IPlatformProtocol, IAuthorization, IWebhooks, IReader
{
    public const string SigningSecret = "demo-signing-secret";

    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, Order> _orders = new(StringComparer.Ordinal);
    private string _refreshToken = "refresh-0";
    private int _refreshes;

    public Connector Connector => new()
    {
        Descriptor = new ConnectorDescriptor
        {
            Id = "demo",
            Name = "Demo",
            Category = ConnectorCategory.Ecommerce,
            Authorization = AuthorizationMethod.Credentials,
            Fields = [new ConnectorField("shop", "Shop"), new ConnectorField("key", "Key", Secret: true)],
            AppSettings = [new AppSetting("SigningSecret", Required: false)],
            Scopes = ["read"],
            TokenLifetime = TimeSpan.FromHours(1),
            Budget = new RateBudget(1000, 1000, 100),
            Sync = new Dictionary<Resource, SyncPlan> { [Resource.Orders] = new(TimeSpan.FromMinutes(15), TimeSpan.FromMinutes(5), TimeSpan.Zero, 100) },
        },
        Protocol = this,
        Authorization = this,
        Webhooks = this,
        Readers = new Dictionary<Resource, IReader> { [Resource.Orders] = this },
    };

    /// <summary>How often the issuer gave out a new token.</summary>
    public int Refreshes => _refreshes;

    /// <summary>Runs when the issuer has rotated and has not answered yet.</summary>
    public Func<Task> BeforeRefreshAnswer { get; set; } = static () => Task.CompletedTask;

    /// <summary>Runs before each page; throws what the platform is to fail with.</summary>
    public Func<PageRequest, Task> BeforePage { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Runs before a single order is looked up, with its id; throws what the platform is to fail with.</summary>
    public Func<string, Task> BeforeFind { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Runs when a delivery is read; throws what parsing is to fail with.</summary>
    public Action<Delivery> WhenRead { get; set; } = static _ => { };

    public int Registrations { get; private set; }

    public void Register(IServiceCollection services, INotifier notifier)
    {
        services.AddSingleton(new ConnectorRegistry([Connector]));
        services.AddSingleton(notifier);
    }

    public void Put(Order order)
    {
        lock (_gate)
        {
            _orders[order.Id] = order;
        }
    }

    public void Remove(string id)
    {
        lock (_gate)
        {
            _orders.Remove(id);
        }
    }

    /// <summary>An order of the given state, 10.00 each unit.</summary>
    public static Order NewOrder(string id, DateTimeOffset created, DateTimeOffset? updated = null, decimal quantity = 1, string? customer = null) => new()
    {
        Id = id,
        Number = "#" + id,
        CreatedAt = created,
        UpdatedAt = updated ?? created,
        Currency = "USD",
        Total = quantity * 10m,
        CustomerId = customer,
        Lines = [new OrderLine { Id = id + "-1", Sku = "SKU-1", Title = "Thing", Quantity = quantity, UnitPrice = 10m }],
    };

    /// <summary>A signed delivery.</summary>
    public static HttpRequestMessage Delivery(string connectionId, string topic, ReadOnlyMemory<byte> body, string? deliveryId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/webhooks/demo/{connectionId}") { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.Add("x-demo-topic", topic);
        request.Headers.Add("x-demo-signature", Sign(body.Span));
        if (deliveryId is not null)
        {
            request.Headers.Add("x-demo-id", deliveryId);
        }

        return request;
    }

    public static HttpRequestMessage Delivery(string connectionId, Order order, string? deliveryId = null) => Delivery(connectionId, "order", BodyOf(order), deliveryId);

    public static byte[] BodyOf(Order order) => JsonSerializer.SerializeToUtf8Bytes(order, JsonText.Options);

    public void Authorize(HttpRequestMessage attempt, StoreSession store, DateTimeOffset now)
    {
    }

    public PlatformFault? Examine(PlatformResponse response) => null;

    public ConnectPlan Plan(ConnectInput input) => input.Text("shop") is { } shop && input.Text("key") is { } key
        ? new ConnectPlan.Ready(shop, new Dictionary<string, Secret> { ["key"] = new Secret(key) })
        : new ConnectPlan.Refused([new FieldError("shop", "It is missing.", "Type it.")]);

    public Task<Grant> GrantAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken) => Task.FromResult(Granted(store.Store, "refresh-0", now));

    public async Task<Grant?> RefreshAsync(StoreSession store, DateTimeOffset now, CancellationToken cancellationToken)
    {
        string token;
        lock (_gate)
        {
            if (store.Secrets["refreshToken"].Reveal() != _refreshToken)
            {
                throw new PlatformException(new PlatformFault(FaultKind.CredentialsRejected, "invalid_grant", "The refresh token was used before."));
            }

            token = _refreshToken = $"refresh-{++_refreshes}";
        }

        await BeforeRefreshAnswer();
        return Granted(store.Store, token, now);
    }

    public SignatureResult Verify(WebhookRequest request, IReadOnlyList<Secret> secrets, DateTimeOffset now)
    {
        if (secrets.Count == 0)
        {
            return SignatureResult.MissingSecret;
        }

        return request.Header("x-demo-signature") switch
        {
            null => SignatureResult.MissingSignature,
            var sent when sent == Sign(request.Body.Span) => SignatureResult.Valid,
            _ => SignatureResult.Mismatch,
        };
    }

    public string? StoreOf(WebhookRequest request, IReadOnlyDictionary<string, Secret> app) => request.Header("x-demo-shop");

    public WebhookReply? Answer(WebhookRequest request, IReadOnlyDictionary<string, Secret> secrets) =>
        request.Query["challenge"] is [{ } challenge] ? new WebhookReply(200, "text/plain", $"{challenge} {secrets.ContainsKey("signingSecret")}") : null;

    public IReadOnlyList<Secret> SigningSecrets(StoreSession store) => store.Secrets.TryGetValue("signingSecret", out var secret) ? [secret] : [];

    public DeliveryHead Head(WebhookRequest request) => new(request.Header("x-demo-topic") ?? "", request.Header("x-demo-id"), null);

    public IReadOnlyList<Change> Read(Delivery delivery, StoreSession store)
    {
        WhenRead(delivery);
        try
        {
            return delivery.Topic switch
            {
                "order" => [new OrderChange(JsonSerializer.Deserialize<Order>(delivery.Body.Span, JsonText.Options)!)],
                "order-deleted" => [new LookupChange(Resource.Orders, JsonElement.Parse(delivery.Body.Span).GetProperty("id").GetString()!, MayBeGone: true)],
                "erase" => [new ErasureChange(JsonElement.Parse(delivery.Body.Span).GetProperty("customer").GetString(), [], Report: false)],
                "erase-shop" => [new ErasureChange(null, [], Report: false)],
                "uninstalled" => [new UninstalledChange()],
                _ => [new NothingChange(delivery.Topic)],
            };
        }
        catch (JsonException broken)
        {
            throw new FormatException("The body is not JSON.", broken);
        }
    }

    public Task<WebhookAudit> EnsureAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken)
    {
        Registrations++;
        return Task.FromResult(new WebhookAudit([]));
    }

    public Task RemoveAsync(StoreSession store, Uri callbackUrl, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<Page> ReadAsync(StoreSession store, PageRequest request, CancellationToken cancellationToken)
    {
        await BeforePage(request);
        lock (_gate)
        {
            var rows = _orders.Values
                .Where(order => order.UpdatedAt < request.Until && (request.Since is not { } since || order.UpdatedAt >= since))
                .Where(order => request.Cursor is null || string.CompareOrdinal(order.Id, request.Cursor) > 0)
                .Take(request.Size)
                .Select(static order => (RecordChange)new OrderChange(order))
                .ToList();
            return new Page(rows, rows.Count == request.Size ? rows[^1].Record.Id : null);
        }
    }

    public async Task<IReadOnlyList<RecordChange>> FindAsync(StoreSession store, string id, CancellationToken cancellationToken)
    {
        await BeforeFind(id);
        lock (_gate)
        {
            return _orders.TryGetValue(id, out var order) ? [new OrderChange(order)] : [];
        }
    }

    private static string Sign(ReadOnlySpan<byte> body) => Convert.ToBase64String(HMACSHA256.HashData("demo-signing-secret"u8, body));

    private static Grant Granted(string store, string refreshToken, DateTimeOffset now) => new()
    {
        Store = store,
        Secrets = new Dictionary<string, Secret>
        {
            ["key"] = new("demo-key-canary"),
            ["signingSecret"] = new(SigningSecret),
            ["refreshToken"] = new(refreshToken),
            ["accessToken"] = new("access-for-" + refreshToken),
        },
        Scopes = ["read"],
        ExpiresAt = now.AddHours(1),
    };
}

/// <summary>Keeps what the team would be told.</summary>
public sealed class RecordingNotifier : INotifier
{
    private readonly Dictionary<string, Notice> _notices = [];

    public IReadOnlyCollection<Notice> Notices
    {
        get
        {
            lock (_notices)
            {
                return [.. _notices.Values];
            }
        }
    }

    public Task NotifyAsync(Notice notice, IReadOnlyList<string>? channels, CancellationToken cancellationToken)
    {
        lock (_notices)
        {
            _notices.TryAdd(notice.Key, notice);
        }

        return Task.CompletedTask;
    }
}
