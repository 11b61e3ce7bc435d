using System.Text;

namespace StoreClaw.Tests.Repository;

/// <summary>Bicep as far as brackets, texts in single quotes with ${...} in them, and comments to the end of the line.</summary>
internal sealed class BicepText
{
    private readonly Stack<char> _open = new();
    private readonly StringBuilder _code = new();

    private BicepText()
    {
    }

    /// <summary>The file without comments and without what texts say, but with what stands in their ${...}.</summary>
    public string Code => _code.ToString();

    /// <summary>The first bracket or quote that does not close or was not open; null when all is well.</summary>
    public char? Unbalanced { get; private set; }

    public static BicepText Read(string text)
    {
        var read = new BicepText();
        for (var at = 0; at < text.Length && read.Unbalanced is null;)
        {
            at += read._open.TryPeek(out var inside) && inside == '\'' ? read.InText(text.AsSpan(at)) : read.InCode(text.AsSpan(at));
        }

        read.Unbalanced ??= read._open.TryPeek(out var left) ? left : null;
        return read;
    }

    /// <returns>How many letters were read; likewise below.</returns>
    private int InText(ReadOnlySpan<char> rest)
    {
        switch (rest[0])
        {
            case '\\':
                return 2;
            case '\n':
                Unbalanced = '\'';
                return 1;
            case '\'':
                _open.Pop();
                return 1;
            case '$' when rest.StartsWith("${"):
                _open.Push('$');
                _code.Append("${");
                return 2;
            default:
                return 1;
        }
    }

    private int InCode(ReadOnlySpan<char> rest)
    {
        if (rest.StartsWith("//"))
        {
            return rest.IndexOf('\n') is var end and >= 0 ? end : rest.Length;
        }

        switch (rest[0])
        {
            case '\'' or '{' or '[' or '(':
                _open.Push(rest[0]);
                break;
            case '}' or ']' or ')' when !Closes(rest[0]):
                Unbalanced = rest[0];
                break;
            default:
                break;
        }

        _code.Append(rest[0]);
        return 1;
    }

    private bool Closes(char bracket) => _open.TryPop(out var opened) && (opened, bracket) is ('{', '}') or ('$', '}') or ('[', ']') or ('(', ')');
}
