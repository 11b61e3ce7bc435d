using System.Text;

namespace StoreClaw.Tests.Repository;

/// <summary>Reads Bicep as far as brackets, texts in single quotes with ${...} in them, and comments to the end of the line.</summary>
internal static class BicepText
{
    /// <summary>The first bracket or quote that does not close or was not open; null when all is well.</summary>
    public static string? FirstUnbalanced(string text)
    {
        var open = new Stack<char>();
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (open.TryPeek(out var inside) && inside == '\'')
            {
                at = InText(text, at, open);
                if (letter == '\n')
                {
                    return "'";
                }
            }
            else if (letter == '/' && at + 1 < text.Length && text[at + 1] == '/')
            {
                at = text.IndexOf('\n', at) is var end and >= 0 ? end : text.Length;
            }
            else if (letter is '\'' or '{' or '[' or '(')
            {
                open.Push(letter);
            }
            else if (letter is '}' or ']' or ')' && !Closes(open, letter))
            {
                return letter.ToString();
            }
        }

        return open.TryPeek(out var left) ? left.ToString() : null;
    }

    public static string WithoutComments(string text)
    {
        var kept = new StringBuilder();
        foreach (var line in text.Split('\n'))
        {
            var quotes = 0;
            var end = 0;
            while (end < line.Length && !(quotes % 2 == 0 && line.AsSpan(end).StartsWith("//")))
            {
                quotes += line[end++] == '\'' ? 1 : 0;
            }

            kept.Append(line.AsSpan(0, end)).Append('\n');
        }

        return kept.ToString();
    }

    private static int InText(string text, int at, Stack<char> open)
    {
        switch (text[at])
        {
            case '\\':
                return at + 1;
            case '\'':
                open.Pop();
                return at;
            case '$' when at + 1 < text.Length && text[at + 1] == '{':
                open.Push('$');
                return at + 1;
            default:
                return at;
        }
    }

    private static bool Closes(Stack<char> open, char bracket) =>
        open.TryPop(out var opened) && (opened, bracket) is ('{', '}') or ('$', '}') or ('[', ']') or ('(', ')');
}
