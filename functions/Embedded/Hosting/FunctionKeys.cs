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
        if (!System.IO.File.Exists(path))
        {
            Directory.CreateDirectory(folder);
            Create(path);
        }

        return new FunctionKeys(System.IO.File.ReadAllText(path).Trim(), path);
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

    // Written aside and moved into place: of two processes starting at once, both end up with the same whole key.
    private static void Create(string path)
    {
        var draft = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var file = new StreamWriter(draft, Encoding.ASCII, options))
        {
            file.WriteLine(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)));
        }

        try
        {
            System.IO.File.Move(draft, path, overwrite: false);
        }
        catch (IOException) when (System.IO.File.Exists(path))
        {
            System.IO.File.Delete(draft);
        }
    }

    private static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
}
