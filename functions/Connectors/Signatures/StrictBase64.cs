namespace StoreClaw.Connectors.Signatures;

/// <summary>Base64 of which each text of bytes has one spelling: a signature must not stay good when a character of it changes.</summary>
public static class StrictBase64
{
    /// <summary>Null when it is none, and for other spellings of the same bytes, with blanks or idle bits.</summary>
    public static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && Convert.ToBase64String(bytes, 0, length) == text ? bytes[..length] : null;
    }
}
