using System.Text;

namespace DpSynth.Infra.Tests.Bicep;

/// <summary>Cuts Bicep into tokens. Comments and lint directives fall away.</summary>
internal sealed class Tokenizer(string file, string text)
{
    private static readonly string[] _symbols =
        ["==", "!=", "<=", ">=", "=~", "!~", "&&", "||", "??", "::", ".?", "[?", "{", "}", "(", ")", "[", "]", ":", ",", ".", "=", "?", "!", "<", ">", "+", "-", "*", "/", "%", "@"];

    private int _at;
    private int _line = 1;

    public IReadOnlyList<Token> Read() => Read(untilBrace: false);

    private List<Token> Read(bool untilBrace)
    {
        var tokens = new List<Token>();
        var depth = 0;
        while (true)
        {
            SkipBlanks();
            if (_at == text.Length)
            {
                if (untilBrace)
                {
                    throw Fault("a string's ${ is never closed.");
                }

                tokens.Add(new Token(TokenKind.NewLine, "", _line));
                tokens.Add(new Token(TokenKind.End, "", _line));
                return tokens;
            }

            if (untilBrace && depth == 0 && text[_at] == '}')
            {
                _at++;
                tokens.Add(new Token(TokenKind.End, "", _line));
                return tokens;
            }

            var token = Next();
            depth += token is { Kind: TokenKind.Symbol, Text: "{" } ? 1 : token is { Kind: TokenKind.Symbol, Text: "}" } ? -1 : 0;
            tokens.Add(token);
        }
    }

    private Token Next()
    {
        var line = _line;
        var first = text[_at];
        if (first == '\n')
        {
            _at++;
            _line++;
            return new Token(TokenKind.NewLine, "", line);
        }

        if (char.IsAsciiLetter(first) || first == '_')
        {
            return new Token(TokenKind.Identifier, Take(c => char.IsAsciiLetterOrDigit(c) || c == '_'), line);
        }

        if (char.IsAsciiDigit(first))
        {
            return new Token(TokenKind.Number, Take(char.IsAsciiDigit), line);
        }

        if (first == '\'')
        {
            return String(line);
        }

        var symbol = _symbols.FirstOrDefault(s => string.CompareOrdinal(text, _at, s, 0, s.Length) == 0)
            ?? throw Fault($"the character '{first}' means nothing here.");
        _at += symbol.Length;
        return new Token(TokenKind.Symbol, symbol, line);
    }

    private Token String(int line)
    {
        if (string.CompareOrdinal(text, _at, "'''", 0, 3) == 0)
        {
            throw Fault("strings of several lines are not used here.");
        }

        var literal = new StringBuilder();
        var holes = new List<IReadOnlyList<Token>>();
        _at++;
        while (true)
        {
            if (_at == text.Length || text[_at] == '\n')
            {
                throw Fault("a string is never closed.");
            }

            switch (text[_at])
            {
                case '\'':
                    _at++;
                    return new Token(TokenKind.String, literal.ToString(), line) { Holes = holes };
                case '\\':
                    var escaped = _at + 1 < text.Length ? text[_at + 1] : ' ';
                    literal.Append(escaped switch
                    {
                        'n' => '\n',
                        't' => '\t',
                        '\\' or '\'' or '$' => escaped,
                        _ => throw Fault($"'\\{escaped}' is no escape."),
                    });
                    _at += 2;
                    break;
                case '$' when _at + 1 < text.Length && text[_at + 1] == '{':
                    _at += 2;
                    holes.Add(Read(untilBrace: true));
                    break;
                default:
                    literal.Append(text[_at++]);
                    break;
            }
        }
    }

    private void SkipBlanks()
    {
        while (_at < text.Length)
        {
            if (text[_at] is ' ' or '\t' or '\r')
            {
                _at++;
            }
            else if (text[_at] == '#' || string.CompareOrdinal(text, _at, "//", 0, 2) == 0)
            {
                Take(c => c != '\n');
            }
            else
            {
                return;
            }
        }
    }

    private string Take(Func<char, bool> belongs)
    {
        var start = _at;
        while (_at < text.Length && belongs(text[_at]))
        {
            _at++;
        }

        return text[start.._at];
    }

    private BicepException Fault(string message) => new(file, _line, message);
}
