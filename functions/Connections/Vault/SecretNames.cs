using System.Text.RegularExpressions;

namespace StoreClaw.Connections;

internal static partial class SecretNames
{
    /// <exception cref="VaultException">BadName. The text leaves the name out: a secret given in its place would be told.</exception>
    public static void Require(string name)
    {
        if (!IsValid(name))
        {
            throw new VaultException(VaultFailure.BadName, "That is not a secret's name.", "Use 1 to 127 of a-z, 0-9 and the hyphen.");
        }
    }

    public static bool IsValid(string name) => Allowed().IsMatch(name);

    [GeneratedRegex(@"\A[a-z0-9-]{1,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Allowed();
}
