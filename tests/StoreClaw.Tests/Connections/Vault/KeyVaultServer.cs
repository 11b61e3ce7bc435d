using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using StoreClaw.Connections;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Connections.Vault;

/// <summary>
/// The secrets part of Key Vault's REST protocol on loopback, over TLS and under a vault's real host name, strict about what it takes:
/// API version, bearer challenge, content type, names, sizes, soft-deletion. Its clock is the test's.
/// </summary>
internal sealed partial class KeyVaultServer : IAsyncDisposable
{
    private const int MaxValueBytes = 25_600;

    private static readonly string[] Versions = ["7.4", "7.5", "7.6", "2025-07-01", "2026-04-01"];

    private static readonly X509Certificate2 Certificate = NewCertificate();

    private readonly Lock _turn = new();

    private readonly SeededRandomness _random = new(7);

    private readonly SortedDictionary<string, Entry> _secrets = new(StringComparer.OrdinalIgnoreCase);

    private readonly ConcurrentQueue<Func<HttpContext, string, Task>> _faults = new();

    private readonly ManualTime _time;

    private readonly WebApplication _app;

    private KeyVaultServer(ManualTime time, WebApplication app)
    {
        _time = time;
        _app = app;
    }

    /// <summary>A host of its own per server: the client remembers challenges per host for the whole process.</summary>
    public string Host { get; } = $"test-{Guid.NewGuid():n}"[..24] + ".vault.azure.net";

    public string ChallengeResource { get; set; } = "https://vault.azure.net";

    public int PageSize { get; set; } = 25;

    public TimeSpan DeletionTakes { get; set; }

    public TimeSpan RecoveryTakes { get; set; }

    public TestCredential Credential { get; } = new();

    /// <summary>"METHOD path status", in order of arrival.</summary>
    public ConcurrentQueue<string> Log { get; } = new();

    /// <summary>Bytes of bodies that came without a token.</summary>
    public int UnauthenticatedBytes { get; private set; }

    public static async Task<KeyVaultServer> StartAsync(ManualTime time)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static options => options.Listen(IPAddress.Loopback, 0, static listen => listen.UseHttps(Certificate)));
        var app = builder.Build();
        var server = new KeyVaultServer(time, app);
        app.Run(server.HandleAsync);
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    public Task StopAsync() => _app.StopAsync();

    public SecretClient NewClient(Action<SecretClientOptions>? configure = null)
    {
        var port = new Uri(_app.Urls.Single()).Port;
        var options = KeyVaultSecretVault.NewOptions();
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Retry.MaxDelay = TimeSpan.FromMilliseconds(2);
        options.Transport = new HttpClientTransport(new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellationToken) => ConnectAsync(port, cancellationToken),
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = static (_, shown, _, errors) =>
                    !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && shown?.GetCertHashString() == Certificate.GetCertHashString(),
            },
        }));
        configure?.Invoke(options);
        return new SecretClient(new Uri($"https://{Host}/"), Credential, options);
    }

    /// <summary>The next authorized request gets this answer; the function is given its body.</summary>
    public void FailNext(int times, int status, Func<string, string>? body = null, params (string Name, string Value)[] headers)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue((context, received) =>
            {
                foreach (var (name, value) in headers)
                {
                    context.Response.Headers[name] = value;
                }

                return AnswerAsync(context, status, body?.Invoke(received) ?? Error(status switch { 403 => "Forbidden", 429 => "Throttled", _ => "InternalServerError" }, "No."));
            });
        }
    }

    public void ClearFaults() => _faults.Clear();

    /// <summary>The next authorized requests get no answer at all.</summary>
    public void HangNext(int times)
    {
        for (var i = 0; i < times; i++)
        {
            _faults.Enqueue(static (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));
        }
    }

    /// <summary>A new version as an operator makes it in the portal.</summary>
    public string PutByHand(string name, string value, string? contentType = null, bool managed = false)
    {
        lock (_turn)
        {
            return Add(name, new JsonObject { ["value"] = value, ["contentType"] = contentType }, managed).Id;
        }
    }

    public void Disable(string name, string version)
    {
        lock (_turn)
        {
            _secrets[name].Versions.Single(one => one.Id == version).Enabled = false;
        }
    }

    private static X509Certificate2 NewCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=*.vault.azure.net", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.vault.azure.net");
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        // Windows serves TLS only with a key that was imported.
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private static async ValueTask<Stream> ConnectAsync(int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static string Error(string code, string message, string? inner = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (inner is not null)
        {
            error["innererror"] = new JsonObject { ["code"] = inner };
        }

        return new JsonObject { ["error"] = error }.ToJsonString();
    }

    private static Task AnswerAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        return context.Response.WriteAsync(body);
    }

    private async Task HandleAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, new UTF8Encoding(false, true));
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        await RouteAsync(context, body);
        Log.Enqueue($"{context.Request.Method} {context.Request.Path.Value!.TrimEnd('/')} {context.Response.StatusCode}");
    }

    private async Task RouteAsync(HttpContext context, string body)
    {
        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal) || !Credential.Issued(authorization[7..]))
        {
            UnauthenticatedBytes += body.Length;
            context.Response.Headers.WWWAuthenticate = $"Bearer authorization=\"https://login.microsoftonline.com/{TestCredential.Tenant}\", resource=\"{ChallengeResource}\"";
            await AnswerAsync(context, 401, Error("Unauthorized", "AKV10000: Request is missing a Bearer or PoP token."));
            return;
        }

        if (_faults.TryDequeue(out var fault))
        {
            await fault(context, body);
            return;
        }

        var (status, answer) = Serve(context.Request, body);
        await AnswerAsync(context, status, answer);
    }

    private (int Status, string Body) Serve(HttpRequest request, string body)
    {
        if (!Versions.Contains(request.Query["api-version"].ToString(), StringComparer.Ordinal))
        {
            return Bad("The api-version is missing or unknown.");
        }

        if (request.Host.Host != Host || request.Query.Keys.Any(static key => key is not ("api-version" or "maxresults" or "$skiptoken")))
        {
            return Bad("Unknown host or query parameter.");
        }

        string[] path = request.Path.Value!.Trim('/').Split('/');
        if (path.Length > 1 && !Name().IsMatch(path[1]))
        {
            return Bad("The request URI contains an invalid name.");
        }

        lock (_turn)
        {
            return (request.Method, path) switch
            {
                ("GET", ["secrets"]) => Page(request, [.. _secrets.Values.Where(IsThere).Select(entry => Item(entry, null))]),
                ("GET", ["secrets", var name, "versions"]) => Page(request, Listed(name)),
                ("GET", ["secrets", var name]) => Get(name, null),
                ("GET", ["secrets", var name, var version]) => Get(name, version),
                ("PUT", ["secrets", var name]) => Put(name, request.ContentType, body),
                ("DELETE", ["secrets", var name]) => Delete(name),
                ("POST", ["deletedsecrets", var name, "recover"]) => Recover(name),
                _ => (405, Error("MethodNotAllowed", "No such operation.")),
            };
        }
    }

    private (int Status, string Body) Put(string name, string? contentType, string body)
    {
        if (contentType?.StartsWith("application/json", StringComparison.OrdinalIgnoreCase) != true || Parse(body) is not { } secret)
        {
            return Bad("The body must be a JSON object.");
        }

        if (secret["value"] is not JsonValue value || value.GetValueKind() != JsonValueKind.String || Encoding.UTF8.GetByteCount(value.GetValue<string>()) > MaxValueBytes)
        {
            return Bad("Property value is missing, no text, or too long.");
        }

        if (_secrets.TryGetValue(name, out var entry))
        {
            var busy = _time.GetUtcNow() < entry.BusyUntil;
            if (entry.IsDeleted || busy)
            {
                var (inner, state) = (entry.IsDeleted, busy) switch
                {
                    (true, true) => ("ObjectIsBeingDeleted", "being deleted"),
                    (true, false) => ("ObjectIsDeletedButRecoverable", "in a deleted but recoverable state"),
                    _ => ("ObjectIsBeingRecovered", "being recovered"),
                };
                return (409, Error("Conflict", $"Secret {name} is currently {state}.", inner));
            }
        }

        var version = Add(name, secret, managed: false);
        return (200, Bundle(_secrets[name], version).ToJsonString());
    }

    private (int Status, string Body) Get(string name, string? version)
    {
        if (!_secrets.TryGetValue(name, out var entry) || !IsThere(entry))
        {
            return NotFound(name);
        }

        var found = version is null ? entry.Versions[^1] : entry.Versions.Find(one => one.Id == version);
        return found switch
        {
            null => NotFound(name),
            { Enabled: false } => (403, Error("Forbidden", "Operation get is not allowed on a disabled secret.", "SecretDisabled")),
            _ => (200, Bundle(entry, found).ToJsonString()),
        };
    }

    private (int Status, string Body) Delete(string name)
    {
        if (!_secrets.TryGetValue(name, out var entry) || (entry.IsDeleted && _time.GetUtcNow() >= entry.BusyUntil))
        {
            return NotFound(name);
        }

        if (_time.GetUtcNow() < entry.BusyUntil)
        {
            return (409, Error("Conflict", $"Secret {name} is busy.", entry.IsDeleted ? "ObjectIsBeingDeleted" : "ObjectIsBeingRecovered"));
        }

        entry.IsDeleted = true;
        entry.BusyUntil = _time.GetUtcNow() + DeletionTakes;
        var deleted = Item(entry, entry.Versions[^1]);
        deleted["recoveryId"] = $"https://{Host}/deletedsecrets/{entry.Name}";
        deleted["deletedDate"] = _time.GetUtcNow().ToUnixTimeSeconds();
        deleted["scheduledPurgeDate"] = _time.GetUtcNow().AddDays(90).ToUnixTimeSeconds();
        return (200, deleted.ToJsonString());
    }

    private (int Status, string Body) Recover(string name)
    {
        if (!_secrets.TryGetValue(name, out var entry) || !entry.IsDeleted)
        {
            return NotFound(name);
        }

        if (_time.GetUtcNow() < entry.BusyUntil)
        {
            return (409, Error("Conflict", $"Secret {name} is currently being deleted.", "ObjectIsBeingDeleted"));
        }

        entry.IsDeleted = false;
        entry.BusyUntil = _time.GetUtcNow() + RecoveryTakes;
        return (200, Item(entry, entry.Versions[^1]).ToJsonString());
    }

    // The service lists versions by their ids, which are random.
    private JsonObject[] Listed(string name) => _secrets.TryGetValue(name, out var entry) && IsThere(entry)
        ? [.. entry.Versions.OrderBy(static version => version.Id, StringComparer.Ordinal).Select(version => Item(entry, version))]
        : [];

    private (int Status, string Body) Page(HttpRequest request, JsonObject[] items)
    {
        var from = request.Query["$skiptoken"].ToString() is { Length: > 0 } token ? int.Parse(token, CultureInfo.InvariantCulture) : 0;
        JsonNode[] page = [.. items.Skip(from).Take(PageSize)];
        var next = from + page.Length < items.Length
            ? $"https://{Host}{request.Path}?api-version={request.Query["api-version"]}&$skiptoken={from + page.Length}"
            : null;
        return (200, new JsonObject { ["value"] = new JsonArray(page), ["nextLink"] = next }.ToJsonString());
    }

    private Version Add(string name, JsonObject secret, bool managed)
    {
        if (!_secrets.TryGetValue(name, out var entry))
        {
            _secrets[name] = entry = new Entry(name, managed);
        }

        var version = new Version(_random.NewGuid().ToString("n"), _time.GetUtcNow().ToUnixTimeSeconds(), secret);
        entry.Versions.Add(version);
        return version;
    }

    private bool IsThere(Entry entry) => !entry.IsDeleted && _time.GetUtcNow() >= entry.BusyUntil;

    private JsonObject Bundle(Entry entry, Version version)
    {
        var bundle = Item(entry, version);
        bundle["value"] = version.Content["value"]!.DeepClone();
        return bundle;
    }

    private JsonObject Item(Entry entry, Version? version)
    {
        var shown = version ?? entry.Versions[^1];
        var item = new JsonObject
        {
            ["id"] = $"https://{Host}/secrets/{entry.Name}" + (version is null ? "" : "/" + version.Id),
            ["attributes"] = new JsonObject { ["enabled"] = shown.Enabled, ["created"] = shown.Created, ["updated"] = shown.Created, ["recoveryLevel"] = "Recoverable" },
            ["contentType"] = shown.Content["contentType"]?.DeepClone(),
            ["tags"] = shown.Content["tags"]?.DeepClone(),
        };
        if (entry.IsManaged)
        {
            item["managed"] = true;
        }

        return item;
    }

    private static JsonObject? Parse(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static (int Status, string Body) Bad(string message) => (400, Error("BadParameter", message));

    private static (int Status, string Body) NotFound(string name) => (404, Error("SecretNotFound", $"A secret with (name/id) {name} was not found in this key vault."));

    [GeneratedRegex("^[0-9a-zA-Z-]{1,127}$")]
    private static partial Regex Name();

    private sealed class Entry(string name, bool managed)
    {
        public string Name => name;

        public bool IsManaged => managed;

        public List<Version> Versions { get; } = [];

        public bool IsDeleted { get; set; }

        public DateTimeOffset BusyUntil { get; set; }
    }

    private sealed class Version(string id, long created, JsonObject content)
    {
        public string Id => id;

        public long Created => created;

        public JsonObject Content => content;

        public bool Enabled { get; set; } = true;
    }
}

/// <summary>Signs in to Key Vault for the one right scope and tenant.</summary>
internal sealed class TestCredential : TokenCredential
{
    public const string Tenant = "72f988bf-0000-0000-0000-2d7cd011db47";

    private readonly ConcurrentDictionary<string, bool> _issued = new(StringComparer.Ordinal);

    /// <summary>Thrown instead of a token.</summary>
    public Exception? Failure { get; set; }

    public int Count => _issued.Count;

    public bool Issued(string token) => _issued.ContainsKey(token);

    public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
    {
        if (Failure is not null)
        {
            throw Failure;
        }

        Assert.Equal(["https://vault.azure.net/.default"], requestContext.Scopes);
        Assert.Equal(Tenant, requestContext.TenantId);
        var token = "token-" + Guid.NewGuid().ToString("n");
        _issued[token] = true;
        return new AccessToken(token, DateTimeOffset.UtcNow.AddHours(1));
    }

    public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) =>
        ValueTask.FromResult(GetToken(requestContext, cancellationToken));
}
