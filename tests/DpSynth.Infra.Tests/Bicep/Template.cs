namespace DpSynth.Infra.Tests.Bicep;

/// <summary>One file, and what it says where it can be read without deploying.</summary>
internal sealed class Template
{
    private Template(string path, IReadOnlyList<Statement> statements)
    {
        Path = path;
        Statements = statements;
    }

    /// <summary>The file, absolute.</summary>
    public string Path { get; }

    public string FileName => System.IO.Path.GetFileName(Path);

    public IReadOnlyList<Statement> Statements { get; }

    public IEnumerable<Parameter> Parameters => Statements.OfType<Parameter>();

    public IEnumerable<Output> Outputs => Statements.OfType<Output>();

    public IEnumerable<Module> Modules => Statements.OfType<Module>();

    /// <summary>All resources, the nested ones with their full type and version.</summary>
    public IEnumerable<Resource> Resources => Statements.OfType<Resource>().SelectMany(WithNested);

    /// <summary>Every expression at the top of a statement.</summary>
    public IEnumerable<Expression> Expressions => Statements.SelectMany(Of);

    public static Template Read(string path) => new(path, Parser.Parse(System.IO.Path.GetFileName(path), File.ReadAllText(path)));

    public static Template Parse(string path, string text) => new(path, Parser.Parse(System.IO.Path.GetFileName(path), text));

    public static IEnumerable<Expression> Of(Statement statement) => statement switch
    {
        Parameter { Default: { } value } => [value],
        Variable variable => [variable.Value],
        Output output => [output.Value],
        Resource resource => [resource.Body],
        Module module => [module.Body],
        _ => [],
    };

    /// <summary>The value of a variable that consists of literals: strings, numbers, booleans, arrays, dictionaries.</summary>
    public object? Literal(string variable) => Evaluate(Statements.OfType<Variable>().Single(v => v.Symbol == variable).Value);

    public IReadOnlyList<string> Strings(string variable) => [.. ((IReadOnlyList<object?>)Literal(variable)!).Cast<string>()];

    public IReadOnlyList<IReadOnlyDictionary<string, object?>> Maps(string variable) =>
        [.. ((IReadOnlyList<object?>)Literal(variable)!).Cast<IReadOnlyDictionary<string, object?>>()];

    private static IEnumerable<Resource> WithNested(Resource resource) =>
        resource.Body.All().OfType<Map>().SelectMany(map => map.Resources)
            .Select(nested => nested with { Type = $"{resource.Type}/{nested.Type}", Version = nested.Version ?? resource.Version })
            .Prepend(resource);

    /// <summary>Literal values; anything that is known only at deployment becomes its expression.</summary>
    private static object? Evaluate(Expression expression) => expression switch
    {
        Text { Holes.Count: 0 } text => text.Value,
        Constant constant => constant.Value,
        List list => list.Items.Select(Evaluate).ToArray(),
        Map map => map.Properties.ToDictionary(property => ((Text)property.Key).Value, property => Evaluate(property.Value), StringComparer.Ordinal),
        _ => expression,
    };
}
