using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StoreClaw.Common;
using StoreClaw.Connectors;
using StoreClaw.Connectors.Http;

namespace StoreClaw.Notifications.WeCom;

/// <summary>
/// Calls of WeCom's group robot. The key is the whole credential. A call is made once: a success carries no message id and nothing makes a repeat safe.
/// </summary>
public sealed partial class WeComClient(PlatformTransport transport, IConfiguration configuration, TimeProvider time, ILogger<WeComClient> logger)
{
    public static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(10);

    private const string Host = "https://qyapi.weixin.qq.com";
    private const string SendPath = "/cgi-bin/webhook/send";
    private const string UploadPath = "/cgi-bin/webhook/upload_media";
    private const int SmallestFile = 6;
    private const int LargestFile = 20 * 1024 * 1024;
    private const int MediaInvalid = 40007;

    private static readonly TimeSpan UploadTimeout = TimeSpan.FromMinutes(1);

    /// <summary>Three days, less an hour for clocks that differ.</summary>
    private static readonly TimeSpan MediaLifetime = TimeSpan.FromHours(71);

    private readonly ConcurrentDictionary<string, (string MediaId, DateTimeOffset Until)> _media = new(StringComparer.Ordinal);

    /// <summary>Stands in for WeCom's host when the settings say so.</summary>
    public Uri? StandIn => configuration["Channels:WeCom:BaseUrl"] is { Length: > 0 } text ? new Uri(text) : null;

    /// <exception cref="WeComLimitException">The message is not one that WeCom takes.</exception>
    public async Task<SendOutcome> SendAsync(Secret key, WeComMessage message, CancellationToken cancellationToken)
    {
        message.Validate();
        return (await PostAsync(SendPath, key, Json(WeComJson.Write(message)), CallTimeout, cancellationToken)).Outcome;
    }

    /// <summary>A call without a message type: any answer to it shows that WeCom answers, and nothing is posted.</summary>
    public async Task<SendOutcome> ProbeAsync(Secret key, CancellationToken cancellationToken) =>
        (await PostAsync(SendPath, key, Json("{}"u8.ToArray()), CallTimeout, cancellationToken)).Outcome;

    /// <summary>Uploads the file, unless this process did so for this robot in the last three days, and sends it.</summary>
    /// <exception cref="WeComLimitException">The file is not one that WeCom takes.</exception>
    public async Task<SendOutcome> SendFileAsync(Secret key, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        WeComLimits.Present("file name", name);
        WeComLimits.Require(content.Length >= SmallestFile, "The file has 5 bytes or fewer; WeCom takes more.");
        WeComLimits.Most("The file", content.Length, LargestFile, "bytes");
        var known = Convert.ToHexString(SHA256.HashData([.. key.RevealUtf8(), 0, .. Encoding.UTF8.GetBytes(name), 0, .. content.Span]));
        for (var uploads = 0; ; uploads++)
        {
            var (upload, mediaId) = await MediaAsync(known, key, name, content, cancellationToken);
            if (mediaId is null)
            {
                return upload;
            }

            var (sent, code, _) = await PostAsync(SendPath, key, Json(WeComJson.Write(new WeComFile(mediaId))), CallTimeout, cancellationToken);
            if (code != MediaInvalid || uploads > 0)
            {
                return sent;
            }

            _media.TryRemove(known, out _);
        }
    }

    private static ByteArrayContent Json(byte[] body) => new(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };

    /// <summary>Byte by byte: .NET's own multipart writer encodes file names that are not ASCII in a way WeCom refuses, and has no filelength.</summary>
    private static ByteArrayContent Form(string name, ReadOnlyMemory<byte> content)
    {
        var boundary = "storeclaw-" + Convert.ToHexStringLower(SHA256.HashData(content.Span));
        var plain = string.Concat(name.Where(static letter => letter is not ('"' or '\\' or ';') && !char.IsControl(letter)));
        var head = Encoding.UTF8.GetBytes(
            $"--{boundary}\r\nContent-Disposition: form-data; name=\"media\"; filename=\"{plain}\"; filelength={content.Length}\r\nContent-Type: application/octet-stream\r\n\r\n");
        var tail = Encoding.UTF8.GetBytes($"\r\n--{boundary}--\r\n");
        return new ByteArrayContent([.. head, .. content.Span, .. tail]) { Headers = { ContentType = MediaTypeHeaderValue.Parse($"multipart/form-data; boundary={boundary}") } };
    }

    private static SendOutcome Fault(SendClass kind, string cause) => new(kind, cause, "Try again in a few minutes.");

    private async Task<(SendOutcome Outcome, string? MediaId)> MediaAsync(string known, Secret key, string name, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var (old, entry) in _media)
        {
            if (entry.Until <= now)
            {
                _media.TryRemove(old, out _);
            }
        }

        if (_media.TryGetValue(known, out var kept))
        {
            return (new SendOutcome(SendClass.Sent, "", ""), kept.MediaId);
        }

        var (outcome, _, mediaId) = await PostAsync(UploadPath, key, Form(name, content), UploadTimeout, cancellationToken, "&type=file");
        if (mediaId is not null)
        {
            _media[known] = (mediaId, now + MediaLifetime);
        }

        return (outcome, mediaId);
    }

    private async Task<(SendOutcome Outcome, int? Code, string? MediaId)> PostAsync(
        string path, Secret key, HttpContent content, TimeSpan timeout, CancellationToken cancellationToken, string query = "")
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"{Host}{path}?key={Uri.EscapeDataString(key.Reveal())}{query}") { Content = content };
        using var limit = new CancellationTokenSource(timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return Read(await transport.SendAsync(StandIn, message, either.Token), key);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (Fault(SendClass.Unknown, $"WeCom did not answer within {timeout.TotalSeconds:0} seconds"), null, null);
        }
        catch (PlatformException failed)
        {
            var seen = failed.Fault is { Kind: FaultKind.Unreachable, Code: PlatformTransport.NoAnswer } or { Kind: FaultKind.Invalid };
            return (Fault(seen ? SendClass.Unknown : SendClass.NotReached, failed.Fault.Message.TrimEnd('.')), null, null);
        }
    }

    /// <summary>The status is 200 even for a refusal, so only errcode counts; without one it is a proxy or a firewall that speaks.</summary>
    private (SendOutcome Outcome, int? Code, string? MediaId) Read(PlatformResponse response, Secret key)
    {
        try
        {
            var answer = JsonReading.ParseObject(response.Body);
            if (response.Succeeded && answer.Member("errcode") is { } member && member.TryGetInt32(out var code))
            {
                var text = (answer.TextOrNull("errmsg") ?? "").Replace(key.Reveal(), key.ToString(), StringComparison.Ordinal);
                if (text.Contains("wrong json format", StringComparison.OrdinalIgnoreCase))
                {
                    Log.Repaired(logger, code);
                }

                return (WeComErrors.Read(code, text), code, code == 0 ? answer.TextOrNull("media_id") : null);
            }
        }
        catch (Exception unreadable) when (unreadable is FormatException or InvalidOperationException)
        {
            // Judged by its status below.
        }

        // A gateway that lost its backend does not know whether the message went through.
        var kind = response.Status is 502 or 504 ? SendClass.Unknown : SendClass.PlatformFault;
        return (Fault(kind, $"WeCom answered HTTP {response.Status} without an errcode"), null, null);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "WeCom had to repair or drop parts of a message (errcode {Code}): this is a fault of StoreClaw")]
        public static partial void Repaired(ILogger logger, int code);
    }
}
