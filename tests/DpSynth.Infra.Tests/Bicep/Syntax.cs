namespace DpSynth.Infra.Tests.Bicep;

/// <summary>An expression.</summary>
internal abstract record Expression(int Line);

/// <summary>A string; with <paramref name="Holes"/> its text is the literal parts only.</summary>
internal sealed record Text(string Value, IReadOnlyList<Expression> Holes, int Line) : Expression(Line);

/// <summary>A number, <c>true</c>, <c>false</c> or <c>null</c>.</summary>
internal sealed record Constant(object? Value, int Line) : Expression(Line);

/// <summary>An array.</summary>
internal sealed record List(IReadOnlyList<Expression> Items, int Line) : Expression(Line);

/// <summary>An object, with the resources nested in it.</summary>
internal sealed record Map(IReadOnlyList<Property> Properties, IReadOnlyList<Resource> Resources, int Line) : Expression(Line)
{
    public Expression? this[string key] => Properties.FirstOrDefault(property => property.Key is Text { Holes.Count: 0 } text && text.Value == key)?.Value;
}

/// <summary>One property of an object.</summary>
internal sealed record Property(Expression Key, Expression Value);

/// <summary>A name.</summary>
internal sealed record Name(string Value, int Line) : Expression(Line);

/// <summary><c>target.name</c>, also behind <c>.?</c>.</summary>
internal sealed record Member(Expression Target, string Value, int Line) : Expression(Line);

/// <summary><c>target[index]</c>.</summary>
internal sealed record Element(Expression Target, Expression Index, int Line) : Expression(Line);

/// <summary>A call.</summary>
internal sealed record Call(string Function, IReadOnlyList<Expression> Arguments, int Line) : Expression(Line);

/// <summary>An operator on one to three operands. <c>!</c> behind its operand is the operator <c>asserted</c>.</summary>
internal sealed record Operation(string Operator, IReadOnlyList<Expression> Operands, int Line) : Expression(Line);

/// <summary><c>[for item in source: body]</c>.</summary>
internal sealed record Loop(string Item, string? Index, Expression Source, Expression Body, int Line) : Expression(Line);

/// <summary><c>if (condition) body</c>, before a resource's or module's body.</summary>
internal sealed record Conditional(Expression Condition, Expression Body, int Line) : Expression(Line);

/// <summary>A statement at the top of a file, with the decorators before it.</summary>
internal abstract record Statement(string Symbol, IReadOnlyList<Call> Decorators, int Line);

internal sealed record Parameter(string Symbol, string Type, Expression? Default, IReadOnlyList<Call> Decorators, int Line)
    : Statement(Symbol, Decorators, Line);

internal sealed record Variable(string Symbol, Expression Value, IReadOnlyList<Call> Decorators, int Line) : Statement(Symbol, Decorators, Line);

internal sealed record Resource(string Symbol, string Type, string? Version, bool Existing, Expression Body, IReadOnlyList<Call> Decorators, int Line)
    : Statement(Symbol, Decorators, Line)
{
    public Map Properties => Syntax.Unwrap(Body);
}

internal sealed record Module(string Symbol, string Path, Expression Body, IReadOnlyList<Call> Decorators, int Line) : Statement(Symbol, Decorators, Line)
{
    public Map Properties => Syntax.Unwrap(Body);
}

internal sealed record Output(string Symbol, string Type, Expression Value, IReadOnlyList<Call> Decorators, int Line) : Statement(Symbol, Decorators, Line);

internal sealed record TargetScope(string Value, int Line) : Statement("targetScope", [], Line);

internal static class Syntax
{
    public static Map Unwrap(Expression body) => body switch
    {
        Map map => map,
        Loop loop => Unwrap(loop.Body),
        Conditional conditional => Unwrap(conditional.Body),
        _ => throw new InvalidOperationException($"A body is a {body.GetType().Name}."),
    };

    /// <summary>The expression and everything in it, nested resources' bodies included.</summary>
    public static IEnumerable<Expression> All(this Expression expression) => Parts(expression).SelectMany(All).Prepend(expression);

    public static IEnumerable<Expression> Parts(Expression expression) => expression switch
    {
        Text text => text.Holes,
        List list => list.Items,
        Map map => map.Properties.SelectMany(property => new[] { property.Key, property.Value }).Concat(map.Resources.Select(nested => nested.Body)),
        Member member => [member.Target],
        Element element => [element.Target, element.Index],
        Call call => call.Arguments,
        Operation operation => operation.Operands,
        Loop loop => [loop.Source, loop.Body],
        Conditional conditional => [conditional.Condition, conditional.Body],
        _ => [],
    };
}
