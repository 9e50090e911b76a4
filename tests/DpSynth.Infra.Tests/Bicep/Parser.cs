using System.Globalization;

namespace DpSynth.Infra.Tests.Bicep;

/// <summary>Reads the part of Bicep that <c>infra/</c> uses, and refuses the rest.</summary>
internal sealed class Parser
{
    private static readonly string[][] _precedence = [["||"], ["&&"], ["==", "!=", "=~", "!~"], ["<", "<=", ">", ">="], ["+", "-"], ["*", "/", "%"], ["??"]];

    private readonly string _file;
    private readonly IReadOnlyList<Token> _tokens;
    private int _at;

    private Parser(string file, IReadOnlyList<Token> tokens)
    {
        _file = file;
        _tokens = tokens;
    }

    private Token Current => _tokens[_at];

    public static IReadOnlyList<Statement> Parse(string file, string text) => new Parser(file, new Tokenizer(file, text).Read()).ReadFile();

    private List<Statement> ReadFile()
    {
        var statements = new List<Statement>();
        SkipLines();
        while (Current.Kind != TokenKind.End)
        {
            statements.Add(ReadStatement());
            Expect(TokenKind.NewLine);
            SkipLines();
        }

        return statements;
    }

    private Statement ReadStatement()
    {
        var decorators = new List<Call>();
        while (TakeIf("@"))
        {
            var decorator = Expect(TokenKind.Identifier);
            ExpectSymbol("(");
            decorators.Add(ReadCall(decorator));
            Expect(TokenKind.NewLine);
            SkipLines();
        }

        var keyword = Expect(TokenKind.Identifier);
        switch (keyword.Text)
        {
            case "targetScope":
                ExpectSymbol("=");
                return new TargetScope(Expect(TokenKind.String).Text, keyword.Line);
            case "param":
                var parameter = Expect(TokenKind.Identifier).Text;
                var type = Expect(TokenKind.Identifier).Text;
                return new Parameter(parameter, type, TakeIf("=") ? ReadExpression() : null, decorators, keyword.Line);
            case "var":
                var variable = Expect(TokenKind.Identifier).Text;
                ExpectSymbol("=");
                return new Variable(variable, ReadExpression(), decorators, keyword.Line);
            case "output":
                var output = Expect(TokenKind.Identifier).Text;
                var outputType = Expect(TokenKind.Identifier).Text;
                ExpectSymbol("=");
                return new Output(output, outputType, ReadExpression(), decorators, keyword.Line);
            case "resource":
                return ReadResource(decorators, keyword.Line);
            case "module":
                var module = Expect(TokenKind.Identifier).Text;
                var path = Expect(TokenKind.String).Text;
                ExpectSymbol("=");
                return new Module(module, path, ReadBody(), decorators, keyword.Line);
            default:
                throw Fault(keyword, $"{keyword} begins no statement.");
        }
    }

    private Resource ReadResource(List<Call> decorators, int line)
    {
        var symbol = Expect(TokenKind.Identifier).Text;
        var type = Expect(TokenKind.String).Text.Split('@', 2);
        var existing = Current is { Kind: TokenKind.Identifier, Text: "existing" };
        _at += existing ? 1 : 0;
        ExpectSymbol("=");
        return new Resource(symbol, type[0], type.ElementAtOrDefault(1), existing, ReadBody(), decorators, line);
    }

    private Expression ReadBody()
    {
        if (Current is { Kind: TokenKind.Identifier, Text: "if" } word)
        {
            _at++;
            ExpectSymbol("(");
            var condition = ReadExpression();
            ExpectSymbol(")");
            return new Conditional(condition, ReadBody(), word.Line);
        }

        var body = ReadPrimary();
        return body is Map or Loop { Body: Map or Conditional } ? body : throw new BicepException(_file, body.Line, "a body is an object, or a loop of objects.");
    }

    private Expression ReadExpression()
    {
        var condition = ReadBinary(0);
        if (!TakeIf("?"))
        {
            return condition;
        }

        var yes = ReadExpression();
        ExpectSymbol(":");
        return new Operation("?", [condition, yes, ReadExpression()], condition.Line);
    }

    private Expression ReadBinary(int level)
    {
        if (level == _precedence.Length)
        {
            return ReadUnary();
        }

        var left = ReadBinary(level + 1);
        while (Current.Kind == TokenKind.Symbol && _precedence[level].Contains(Current.Text))
        {
            var name = _tokens[_at++].Text;
            left = new Operation(name, [left, ReadBinary(level + 1)], left.Line);
        }

        return left;
    }

    private Expression ReadUnary()
    {
        var line = Current.Line;
        if (TakeIf("!"))
        {
            return new Operation("!", [ReadUnary()], line);
        }

        return TakeIf("-") ? new Operation("-", [ReadUnary()], line) : ReadPostfix();
    }

    private Expression ReadPostfix()
    {
        var target = ReadPrimary();
        while (true)
        {
            if (TakeIf(".") || TakeIf(".?"))
            {
                var member = Expect(TokenKind.Identifier);
                target = TakeIf("(") ? ReadCall(member, target) : new Member(target, member.Text, member.Line);
            }
            else if (TakeIf("["))
            {
                var index = ReadExpression();
                ExpectSymbol("]");
                target = new Element(target, index, target.Line);
            }
            else if (TakeIf("!"))
            {
                target = new Operation("asserted", [target], target.Line);
            }
            else
            {
                return target;
            }
        }
    }

    private Expression ReadPrimary()
    {
        var token = _tokens[_at++];
        return token switch
        {
            { Kind: TokenKind.String } => new Text(token.Text, [.. token.Holes.Select(hole => new Parser(_file, hole).ReadHole())], token.Line),
            { Kind: TokenKind.Number } => new Constant(int.Parse(token.Text, CultureInfo.InvariantCulture), token.Line),
            { Kind: TokenKind.Identifier, Text: "true" or "false" } => new Constant(token.Text == "true", token.Line),
            { Kind: TokenKind.Identifier, Text: "null" } => new Constant(null, token.Line),
            { Kind: TokenKind.Identifier } => TakeIf("(") ? ReadCall(token) : new Name(token.Text, token.Line),
            { Kind: TokenKind.Symbol, Text: "(" } => ReadParenthesis(),
            { Kind: TokenKind.Symbol, Text: "[" } => ReadList(token.Line),
            { Kind: TokenKind.Symbol, Text: "{" } => ReadMap(token.Line),
            _ => throw Fault(token, $"{token} begins no expression."),
        };
    }

    private Expression ReadHole()
    {
        var expression = ReadExpression();
        Expect(TokenKind.End);
        return expression;
    }

    private Expression ReadParenthesis()
    {
        var expression = ReadExpression();
        ExpectSymbol(")");
        return expression;
    }

    private Call ReadCall(Token name, Expression? target = null)
    {
        var arguments = new List<Expression>();
        if (target is not null)
        {
            throw Fault(name, "functions of a target are not used here.");
        }

        while (!TakeIf(")"))
        {
            arguments.Add(ReadExpression());
            if (Current.Text != ")")
            {
                ExpectSymbol(",");
            }
        }

        return new Call(name.Text, arguments, name.Line);
    }

    private Expression ReadList(int line)
    {
        SkipLines();
        if (Current is { Kind: TokenKind.Identifier, Text: "for" })
        {
            _at++;
            return ReadLoop(line);
        }

        var items = new List<Expression>();
        while (!TakeIf("]"))
        {
            items.Add(ReadExpression());
            ReadSeparator("]");
        }

        return new List(items, line);
    }

    private Loop ReadLoop(int line)
    {
        string item;
        string? index = null;
        if (TakeIf("("))
        {
            item = Expect(TokenKind.Identifier).Text;
            ExpectSymbol(",");
            index = Expect(TokenKind.Identifier).Text;
            ExpectSymbol(")");
        }
        else
        {
            item = Expect(TokenKind.Identifier).Text;
        }

        var word = Expect(TokenKind.Identifier);
        if (word.Text != "in")
        {
            throw Fault(word, "'in' is missing.");
        }

        var source = ReadExpression();
        ExpectSymbol(":");
        var body = ReadExpression();
        SkipLines();
        ExpectSymbol("]");
        return new Loop(item, index, source, body, line);
    }

    private Map ReadMap(int line)
    {
        var properties = new List<Property>();
        var resources = new List<Resource>();
        SkipLines();
        while (!TakeIf("}"))
        {
            var key = _tokens[_at];
            if (key is { Kind: TokenKind.Identifier, Text: "resource" } && _tokens[_at + 1].Kind == TokenKind.Identifier)
            {
                _at++;
                resources.Add(ReadResource([], key.Line));
            }
            else
            {
                Expression name = key.Kind == TokenKind.Identifier ? new Text(key.Text, [], key.Line) : ReadPrimary() as Text
                    ?? throw Fault(key, $"{key} is no property's name.");
                _at += key.Kind == TokenKind.Identifier ? 1 : 0;
                ExpectSymbol(":");
                properties.Add(new Property(name, ReadExpression()));
            }

            ReadSeparator("}");
        }

        return new Map(properties, resources, line);
    }

    private void ReadSeparator(string close)
    {
        if (Current.Text == close && Current.Kind == TokenKind.Symbol)
        {
            return;
        }

        if (!TakeIf(","))
        {
            Expect(TokenKind.NewLine);
        }

        SkipLines();
    }

    private void SkipLines()
    {
        while (Current.Kind == TokenKind.NewLine)
        {
            _at++;
        }
    }

    private bool TakeIf(string symbol)
    {
        var found = Current.Kind == TokenKind.Symbol && Current.Text == symbol;
        _at += found ? 1 : 0;
        return found;
    }

    private void ExpectSymbol(string symbol)
    {
        if (!TakeIf(symbol))
        {
            throw Fault(Current, $"'{symbol}' is missing before {Current}.");
        }
    }

    private Token Expect(TokenKind kind) => Current.Kind == kind ? _tokens[_at++] : throw Fault(Current, $"{kind} is missing before {Current}.");

    private BicepException Fault(Token token, string message) => new(_file, token.Line, message);
}
