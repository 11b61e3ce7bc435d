using System.Buffers;
using System.Net;
using System.Net.Http;
using Microsoft.Extensions.Configuration;

namespace StoreClaw.Connectors.Http;

/// <summary>
/// One exchange with a platform: where it really goes, what may be connected to, how much is read. Knows nothing of repeats. A proxy of the
/// environment is not used: behind one the address check would see the proxy only.
/// </summary>
public sealed class PlatformTransport : IDisposable
{
    public const int ResponseCap = 16 * 1024 * 1024;

    /// <summary>Codes of <see cref="FaultKind.Unreachable"/>: the platform saw nothing of the request, or may have.</summary>
    public const string NotReached = "not-reached";

    public const string NoAnswer = "no-answer";

    private static readonly string UserAgent = $"StoreClaw/{typeof(PlatformTransport).Assembly.GetName().Version?.ToString(3) ?? "0"}";

    private readonly IConfiguration _configuration;
    private readonly HttpMessageInvoker _guarded;
    private readonly HttpMessageInvoker _open;

    public PlatformTransport(IConfiguration configuration, AddressGuard guard)
        : this(configuration, guard, Handler)
    {
    }

    /// <param name="handler">Given the guard, or null where the address rules are lifted.</param>
    internal PlatformTransport(IConfiguration configuration, AddressGuard guard, Func<AddressGuard?, HttpMessageHandler> handler)
    {
        _configuration = configuration;
        _guarded = new HttpMessageInvoker(handler(guard));
        _open = new HttpMessageInvoker(handler(null));
    }

    /// <summary>The address that stands in for all of a connector's hosts, from <c>Connectors:{id}:BaseUrl</c>; null when there is none.</summary>
    public Uri? BaseUrl(string connectorId) => _configuration[$"Connectors:{connectorId}:BaseUrl"] is { Length: > 0 } text
        ? Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            ? url
            : throw new InvalidOperationException($"The setting Connectors:{connectorId}:BaseUrl is not an http or https address.")
        : null;

    /// <summary>Where a URL of the platform really leads; for a browser's redirect, which does not go through this pipeline.</summary>
    public Uri Address(string connectorId, Uri url) => BaseUrl(connectorId) is { } standIn ? Replace(standIn, url) : url;

    /// <inheritdoc cref="SendAsync(Uri, HttpRequestMessage, CancellationToken)"/>
    public Task<PlatformResponse> SendAsync(string connectorId, HttpRequestMessage message, CancellationToken cancellationToken) =>
        SendAsync(BaseUrl(connectorId), message, cancellationToken);

    /// <summary>Sends one attempt and reads the answer whole.</summary>
    /// <param name="standIn">Replaces scheme and host of the message's address and lifts the address rules; null for the real host.</param>
    /// <exception cref="PlatformException">No answer came, it was too big, or the address must not be called.</exception>
    public async Task<PlatformResponse> SendAsync(Uri? standIn, HttpRequestMessage message, CancellationToken cancellationToken)
    {
        var invoker = Route(standIn, message);
        message.Headers.TryAddWithoutValidation("User-Agent", UserAgent);
        try
        {
            using var response = await invoker.SendAsync(message, cancellationToken);
            var body = await ReadAsync(response.Content, cancellationToken);
            return new PlatformResponse((int)response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType, body);
        }
        catch (HttpRequestException e) when (e.InnerException is AddressRefusedException)
        {
            throw Refused(e.InnerException.Message, e);
        }
        catch (HttpRequestException e) when (
            e.HttpRequestError is HttpRequestError.NameResolutionError or HttpRequestError.ConnectionError or HttpRequestError.SecureConnectionError)
        {
            throw Unreachable(NotReached, message.RequestUri, Cause(e.HttpRequestError), e);
        }
        catch (OperationCanceledException e) when (e.InnerException is TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(NotReached, message.RequestUri, "It does not take connections.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or InvalidDataException)
        {
            throw Unreachable(NoAnswer, message.RequestUri, "The connection broke before the answer was whole.", e);
        }
    }

    public void Dispose()
    {
        _guarded.Dispose();
        _open.Dispose();
    }

    internal static HttpMessageHandler Handler(AddressGuard? guard) => new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        UseProxy = false,
        AutomaticDecompression = DecompressionMethods.All,
        ConnectTimeout = TimeSpan.FromSeconds(10),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        ActivityHeadersPropagator = null,
        ConnectCallback = guard is null ? null : guard.ConnectAsync,
    };

    private static Uri Replace(Uri standIn, Uri url) => new(standIn.GetLeftPart(UriPartial.Authority) + standIn.AbsolutePath.TrimEnd('/') + url.PathAndQuery);

    private HttpMessageInvoker Route(Uri? standIn, HttpRequestMessage message)
    {
        var url = message.RequestUri!;
        if (standIn is not null)
        {
            message.Headers.TryAddWithoutValidation("X-StoreClaw-Original-Host", url.IsDefaultPort ? url.IdnHost : $"{url.IdnHost}:{url.Port}");
            message.RequestUri = Replace(standIn, url);
            return _open;
        }

        return url.Scheme == Uri.UriSchemeHttps ? _guarded : throw Refused($"{url.Host} is called over https only.", null);
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        var stream = await content.ReadAsStreamAsync(cancellationToken);
        for (int read; (read = await stream.ReadAsync(buffer.GetMemory(16 * 1024), cancellationToken)) > 0;)
        {
            buffer.Advance(read);
            if (buffer.WrittenCount > ResponseCap)
            {
                throw new PlatformException(new PlatformFault(FaultKind.Invalid, "too-large", "The platform's answer is larger than 16 MiB."));
            }
        }

        return buffer.WrittenMemory;
    }

    private static string Cause(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "There is no such host: check the address.",
        HttpRequestError.SecureConnectionError => "Its TLS certificate is not accepted.",
        _ => "It does not take connections.",
    };

    private static PlatformException Unreachable(string code, Uri? url, string cause, Exception inner) =>
        new(new PlatformFault(FaultKind.Unreachable, code, $"{url?.Host} cannot be reached. {cause}"), inner);

    private static PlatformException Refused(string why, Exception? inner) => new(new PlatformFault(FaultKind.AddressRefused, "address-refused", why), inner);
}
