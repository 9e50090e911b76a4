namespace DpSynth.Infra.Tests.Bicep;

/// <summary>Kinds of tokens.</summary>
internal enum TokenKind
{
    Identifier,
    Number,
    String,
    Symbol,
    NewLine,
    End,
}

/// <summary>One token.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">The identifier, digits or symbol; of a string its literal parts, joined.</param>
/// <param name="Line">Where it begins, from 1.</param>
internal sealed record Token(TokenKind Kind, string Text, int Line)
{
    /// <summary>Of a string: the tokens of each <c>${…}</c> in it.</summary>
    public IReadOnlyList<IReadOnlyList<Token>> Holes { get; init; } = [];

    public override string ToString() => Kind is TokenKind.NewLine or TokenKind.End ? Kind.ToString() : $"'{Text}'";
}

/// <summary>A file is not in the part of Bicep that is used here.</summary>
internal sealed class BicepException(string file, int line, string message) : Exception($"{file}, line {line}: {message}");
