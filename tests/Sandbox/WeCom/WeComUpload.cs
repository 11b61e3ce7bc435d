using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace StoreClaw.Sandbox.WeCom;

/// <summary>Reads the multipart body of an upload as strictly as the documentation words it.</summary>
internal static class WeComUpload
{
    private const int SmallestFile = 6;
    private const int FileLimit = 20 * 1024 * 1024;
    private const int VoiceLimit = 2 * 1024 * 1024;

    private static readonly WeComRefusal Empty = new(44001, "empty media data");

    public static async Task<(FileContent? File, WeComRefusal? Refusal)> ReadAsync(HttpRequest request, WeComOptions options)
    {
        var kind = request.Query["type"].ToString();
        if (kind is not ("file" or "voice"))
        {
            return (null, new WeComRefusal(40004, "invalid media type"));
        }

        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
        {
            return (null, Empty);
        }

        try
        {
            return await ReadPartsAsync(new MultipartReader(boundary.ToString(), request.Body), kind, options, request.HttpContext.RequestAborted);
        }
        catch (Exception error) when (error is IOException or InvalidDataException)
        {
            return (null, Empty);
        }
    }

    private static async Task<(FileContent? File, WeComRefusal? Refusal)> ReadPartsAsync(
        MultipartReader reader, string kind, WeComOptions options, CancellationToken cancellation)
    {
        while (await reader.ReadNextSectionAsync(cancellation) is { } section)
        {
            var parameters = Parameters(section.ContentDisposition ?? "");
            if (parameters.GetValueOrDefault("name") != "media")
            {
                continue;
            }

            using var bytes = new MemoryStream();
            await section.Body.CopyToAsync(bytes, cancellation);
            var refusal = Judge(parameters, bytes, kind, options);
            return refusal is null ? (new FileContent(parameters["filename"], bytes.Length, kind), null) : (null, refusal);
        }

        return (null, Empty);
    }

    private static WeComRefusal? Judge(Dictionary<string, string> parameters, MemoryStream bytes, string kind, WeComOptions options)
    {
        var name = parameters.GetValueOrDefault("filename", "");
        // An RFC 2047 name (=?utf-8?B?...?=), which .NET writes for anything but ASCII, is not understood.
        if (name.Length == 0 || name.StartsWith("=?", StringComparison.Ordinal))
        {
            return Empty;
        }

        var stated = parameters.GetValueOrDefault("filelength");
        if ((stated is null && options.UploadsNeedFileLength) || (stated is not null && stated != bytes.Length.ToString(CultureInfo.InvariantCulture)))
        {
            return WeComRefusal.Missing("filelength");
        }

        if (bytes.Length < SmallestFile)
        {
            return new WeComRefusal(40006, "invalid file size");
        }

        if (bytes.Length > (kind == "voice" ? VoiceLimit : FileLimit))
        {
            return new WeComRefusal(45001, "media size out of limit");
        }

        return kind == "voice" && !bytes.GetBuffer().AsSpan().StartsWith("#!AMR"u8) ? new WeComRefusal(40005, "invalid file type") : null;
    }

    /// <summary>The parameters of a Content-Disposition by hand: raw UTF-8 names, which the platform takes, are not valid to the framework's parser.</summary>
    private static Dictionary<string, string> Parameters(string disposition)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in Split(disposition).Skip(1))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at > 0)
            {
                parameters[part[..at].Trim()] = part[(at + 1)..].Trim().Trim('"');
            }
        }

        return parameters;
    }

    private static IEnumerable<string> Split(string disposition)
    {
        var quoted = false;
        var start = 0;
        for (var at = 0; at < disposition.Length; at++)
        {
            quoted ^= disposition[at] == '"';
            if (disposition[at] == ';' && !quoted)
            {
                yield return disposition[start..at];
                start = at + 1;
            }
        }

        yield return disposition[start..];
    }
}
