using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

internal enum KeyCheck
{
    Allowed,
    Missing,
    Wrong,
}

/// <summary>The one key of this runtime: it opens every function that is not anonymous.</summary>
internal sealed class FunctionKeys
{
    private const string Header = "x-functions-key";

    private readonly byte[] _hash;

    private FunctionKeys(string key, string? file)
    {
        _hash = Hash(key);
        File = file;
        Generated = file is null ? null : key;
    }

    /// <summary>Where the generated key is kept; null when a setting gave the key.</summary>
    public string? File { get; }

    /// <summary>The key itself, for the terminal; null when a setting gave it.</summary>
    public string? Generated { get; }

    /// <summary>Takes the key from the setting, else from the file, which is made on the first start.</summary>
    public static FunctionKeys Load(string? setting, string folder)
    {
        if (!string.IsNullOrWhiteSpace(setting))
        {
            return new FunctionKeys(setting, null);
        }

        var path = Path.Combine(folder, "function-key");
        Directory.CreateDirectory(folder);
        return new FunctionKeys(TryCreate(path) ?? Read(path), path);
    }

    public KeyCheck Check(AuthorizationLevel level, HttpRequest request)
    {
        if (level == AuthorizationLevel.Anonymous)
        {
            return KeyCheck.Allowed;
        }

        string? given = request.Headers.TryGetValue(Header, out var header) ? header : request.Query["code"];
        if (string.IsNullOrEmpty(given))
        {
            return KeyCheck.Missing;
        }

        return CryptographicOperations.FixedTimeEquals(Hash(given), _hash) ? KeyCheck.Allowed : KeyCheck.Wrong;
    }

    // Of several processes that start at once one makes the file; moving a finished one into place is two steps on Unix, and the second to come would replace the first one's key. Null when it is there.
    private static string? TryCreate(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        try
        {
            using var file = new FileStream(path, options);
            var key = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
            file.Write(Encoding.ASCII.GetBytes($"{key}{Environment.NewLine}"));
            return key;
        }
        catch (IOException) when (System.IO.File.Exists(path))
        {
            return null;
        }
    }

    // Another process may have made the file a moment ago and not written it yet.
    private static string Read(string path)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            using var file = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), Encoding.ASCII);
            if (file.ReadToEnd().Trim() is { Length: > 0 } key)
            {
                return key;
            }

            Thread.Sleep(TimeSpan.FromMilliseconds(20));
        }

        throw new InvalidOperationException($"The file {path} holds no function key. Delete it, or set FunctionKey, and start again.");
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
