using System.Globalization;
using System.Text;

namespace StoreClaw.Sandbox.Shopify.GraphQl;

internal enum GraphTokenKind
{
    End,
    Punctuator,
    Name,
    Int,
    Float,
    String,
}

/// <param name="Text">What was written; for strings their value.</param>
internal readonly record struct GraphToken(GraphTokenKind Kind, string Text, GraphLocation At)
{
    public override string ToString() => Kind switch
    {
        GraphTokenKind.End => "end of file",
        GraphTokenKind.String => "STRING",
        GraphTokenKind.Name => $"IDENTIFIER (\"{Text}\")",
        GraphTokenKind.Int or GraphTokenKind.Float => $"{Kind.ToString().ToUpperInvariant()} (\"{Text}\")",
        _ => $"\"{Text}\"",
    };
}

/// <summary>Splits a GraphQL text into tokens as the specification's appendix on lexical tokens says.</summary>
internal sealed class GraphLexer(string text)
{
    private int _position;
    private int _line = 1;
    private int _lineStart;

    private GraphLocation Here => new(_line, _position - _lineStart + 1);

    private char Current => _position < text.Length ? text[_position] : '\0';

    public static List<GraphToken> Read(string text)
    {
        var lexer = new GraphLexer(text);
        var tokens = new List<GraphToken>();
        do
        {
            tokens.Add(lexer.Next());
        }
        while (tokens[^1].Kind != GraphTokenKind.End);
        return tokens;
    }

    private GraphToken Next()
    {
        SkipIgnored();
        var at = Here;
        if (_position >= text.Length)
        {
            return new(GraphTokenKind.End, "", at);
        }

        if (char.IsAsciiLetter(Current) || Current == '_')
        {
            return new(GraphTokenKind.Name, While(IsNamePart), at);
        }

        if (char.IsAsciiDigit(Current) || Current == '-')
        {
            return Number(at);
        }

        if (Current == '"')
        {
            return new(GraphTokenKind.String, text.AsSpan(_position).StartsWith("\"\"\"", StringComparison.Ordinal) ? Block(at) : Quoted(at), at);
        }

        if (text.AsSpan(_position).StartsWith("...", StringComparison.Ordinal))
        {
            _position += 3;
            return new(GraphTokenKind.Punctuator, "...", at);
        }

        return "!$&()[]{}:=@|".Contains(Current, StringComparison.Ordinal)
            ? new(GraphTokenKind.Punctuator, text[_position++].ToString(), at)
            : throw new GraphSyntaxException($"syntax error, unexpected invalid token (\"{Current}\") at [{at.Line}, {at.Column}]", at);
    }

    private static bool IsNamePart(char letter) => char.IsAsciiLetterOrDigit(letter) || letter == '_';

    private string While(Func<char, bool> belongs)
    {
        var start = _position;
        while (_position < text.Length && belongs(text[_position]))
        {
            _position++;
        }

        return text[start.._position];
    }

    private void SkipIgnored()
    {
        while (_position < text.Length)
        {
            switch (text[_position])
            {
                case '\n':
                    _position++;
                    StartLine();
                    break;
                case ' ' or '\t' or '\r' or ',' or '\uFEFF':
                    _position++;
                    break;
                case '#':
                    While(letter => letter is not '\n' and not '\r');
                    break;
                default:
                    return;
            }
        }
    }

    private void StartLine()
    {
        _line++;
        _lineStart = _position;
    }

    private GraphToken Number(GraphLocation at)
    {
        var start = _position;
        _position += Current == '-' ? 1 : 0;
        var whole = While(char.IsAsciiDigit);
        var kind = GraphTokenKind.Int;
        var sound = whole.Length > 0 && (whole.Length == 1 || whole[0] != '0');
        if (Current == '.')
        {
            _position++;
            kind = GraphTokenKind.Float;
            sound &= While(char.IsAsciiDigit).Length > 0;
        }

        if (Current is 'e' or 'E')
        {
            _position++;
            _position += Current is '+' or '-' ? 1 : 0;
            kind = GraphTokenKind.Float;
            sound &= While(char.IsAsciiDigit).Length > 0;
        }

        sound &= !IsNamePart(Current) && Current != '.';
        return sound ? new(kind, text[start.._position], at) : throw Bad($"invalid number \"{text[start..Math.Min(_position + 1, text.Length)]}\"", at);
    }

    private string Quoted(GraphLocation at)
    {
        _position++;
        var value = new StringBuilder();
        while (true)
        {
            switch (Current)
            {
                case '"':
                    _position++;
                    return value.ToString();
                case '\n' or '\r':
                case '\0' when _position >= text.Length:
                    throw Bad("unterminated string", at);
                case '\\':
                    value.Append(Escaped(at));
                    break;
                default:
                    value.Append(text[_position++]);
                    break;
            }
        }
    }

    private char Escaped(GraphLocation at)
    {
        _position += 2;
        var letter = _position <= text.Length ? text[_position - 1] : '\0';
        switch (letter)
        {
            case '"' or '\\' or '/':
                return letter;
            case 'b':
                return '\b';
            case 'f':
                return '\f';
            case 'n':
                return '\n';
            case 'r':
                return '\r';
            case 't':
                return '\t';
            case 'u' when _position + 4 <= text.Length
                    && ushort.TryParse(text.AsSpan(_position, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code):
                _position += 4;
                return (char)code;
            default:
                throw Bad("bad escape in string", at);
        }
    }

    /// <summary>Block strings keep their line breaks; the common indent and the empty lines around go.</summary>
    private string Block(GraphLocation at)
    {
        _position += 3;
        var raw = new StringBuilder();
        while (!text.AsSpan(_position).StartsWith("\"\"\"", StringComparison.Ordinal))
        {
            if (_position >= text.Length)
            {
                throw Bad("unterminated string", at);
            }

            if (text.AsSpan(_position).StartsWith("\\\"\"\"", StringComparison.Ordinal))
            {
                _position += 4;
                raw.Append("\"\"\"");
                continue;
            }

            raw.Append(text[_position]);
            if (text[_position++] == '\n')
            {
                StartLine();
            }
        }

        _position += 3;
        var lines = raw.ToString().ReplaceLineEndings("\n").Split('\n');
        var indent = lines.Skip(1).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => line.Length - line.TrimStart(' ', '\t').Length).DefaultIfEmpty(0).Min();
        var kept = lines.Select((line, index) => index == 0 ? line : line[Math.Min(indent, line.Length)..]).ToList();
        var first = kept.FindIndex(line => !string.IsNullOrWhiteSpace(line));
        return first < 0 ? "" : string.Join('\n', kept[first..(kept.FindLastIndex(line => !string.IsNullOrWhiteSpace(line)) + 1)]);
    }

    private static GraphSyntaxException Bad(string what, GraphLocation at) => new($"syntax error, {what} at [{at.Line}, {at.Column}]", at);
}
