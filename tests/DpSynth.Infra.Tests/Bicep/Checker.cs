namespace DpSynth.Infra.Tests.Bicep;

/// <summary>
/// Finds what a Bicep compiler would refuse of the part of the language that is used here: unknown names, functions, decorators and API
/// versions, modules called with the wrong parameters, outputs that a module does not have, conditional modules used as if they were
/// always there, plain type errors; and, as its linter would, what is declared and never used.
/// </summary>
internal sealed class Checker(IReadOnlyDictionary<string, string> apiVersions)
{
    private static readonly HashSet<string> _functions = new(StringComparer.Ordinal)
    {
        "concat", "contains", "empty", "environment", "guid", "json", "length", "loadJsonContent", "resourceGroup", "string", "subscription",
        "subscriptionResourceId", "take", "toLower", "union", "uniqueString", "uriComponent", "utcNow",
    };

    private static readonly HashSet<string> _decorators = new(StringComparer.Ordinal)
    {
        "allowed", "description", "maxLength", "maxValue", "metadata", "minLength", "minValue", "secure",
    };

    private static readonly HashSet<string> _types = new(StringComparer.Ordinal) { "string", "int", "bool", "object", "array" };

    private static readonly string[] _moduleKeys = ["name", "scope", "params", "dependsOn"];

    private readonly Dictionary<string, Template> _read = new(StringComparer.Ordinal);

    /// <summary>The faults of a file and, through it, of the modules it uses.</summary>
    public IReadOnlyList<string> Check(string path)
    {
        var faults = new List<string>();
        var waiting = new Queue<string>([Path.GetFullPath(path)]);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            var template = Read(next);
            faults.AddRange(Check(template).Select(fault => $"{template.FileName}{fault}"));
            foreach (var module in template.Modules.Select(module => Locate(template, module)).Where(File.Exists))
            {
                waiting.Enqueue(module);
            }
        }

        return faults;
    }

    /// <summary>Takes a template as if it were read from its path.</summary>
    public void Supply(Template template) => _read[template.Path] = template;

    private Template Read(string path) => _read.TryGetValue(path, out var template) ? template : _read[path] = Template.Read(path);

    private static string Locate(Template template, Module module) =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(template.Path)!, module.Path));

    private IEnumerable<string> Check(Template template)
    {
        var declared = new Dictionary<string, Statement>(StringComparer.Ordinal);
        var used = new HashSet<string>(StringComparer.Ordinal);
        foreach (var statement in template.Statements.Where(statement => statement is not Output))
        {
            if (!declared.TryAdd(statement.Symbol, statement))
            {
                yield return $":{statement.Line} '{statement.Symbol}' is declared twice.";
            }
        }

        foreach (var fault in template.Statements.SelectMany(statement => Declaration(statement).Concat(
            Template.Of(statement).SelectMany(expression => Names(template, expression, declared, [], used)))))
        {
            yield return fault;
        }

        foreach (var fault in template.Resources.SelectMany(Resource).Concat(template.Modules.SelectMany(module => Call(template, module))))
        {
            yield return fault;
        }

        foreach (var statement in declared.Values.Where(s => s is Parameter or Variable or Bicep.Resource { Existing: true } && !used.Contains(s.Symbol)))
        {
            yield return $":{statement.Line} '{statement.Symbol}' is never used.";
        }
    }

    private IEnumerable<string> Declaration(Statement statement)
    {
        foreach (var decorator in statement.Decorators.Where(decorator => !_decorators.Contains(decorator.Function)))
        {
            yield return $":{decorator.Line} there is no decorator '{decorator.Function}'.";
        }

        var type = statement is Parameter { Type: var p } ? p : statement is Output { Type: var o } ? o : null;
        if (type is not null && !_types.Contains(type))
        {
            yield return $":{statement.Line} there is no type '{type}'.";
        }

        if (statement is Parameter { Default: { } value } parameter && TypeOf(value) is { } actual && actual != parameter.Type)
        {
            yield return $":{statement.Line} the default of '{parameter.Symbol}' is a {actual}, not a {parameter.Type}.";
        }
    }

    private IEnumerable<string> Resource(Resource resource)
    {
        if (!apiVersions.TryGetValue(resource.Type, out var version) || version != resource.Version)
        {
            yield return $":{resource.Line} {resource.Type}@{resource.Version} is not among the known versions ({version ?? "none of this type"}).";
        }

        if (resource.Properties["name"] is null)
        {
            yield return $":{resource.Line} '{resource.Symbol}' has no name.";
        }

        foreach (var twice in resource.Body.All().OfType<Map>().SelectMany(map => map.Properties
            .Select(property => property.Key).OfType<Text>().Where(key => key.Holes.Count == 0).GroupBy(key => key.Value, StringComparer.Ordinal).Where(g => g.Count() > 1)))
        {
            yield return $":{twice.Last().Line} the property '{twice.Key}' is given twice.";
        }
    }

    private IEnumerable<string> Call(Template template, Module module)
    {
        var path = Locate(template, module);
        if (!_read.ContainsKey(path) && !File.Exists(path))
        {
            yield return $":{module.Line} there is no file '{module.Path}'.";
            yield break;
        }

        foreach (var key in module.Properties.Properties.Select(property => property.Key).OfType<Text>().Where(key => !_moduleKeys.Contains(key.Value)))
        {
            yield return $":{key.Line} a module has no property '{key.Value}'.";
        }

        var parameters = Read(path).Parameters.ToDictionary(parameter => parameter.Symbol, StringComparer.Ordinal);
        var given = (module.Properties["params"] as Map)?.Properties.ToDictionary(property => ((Text)property.Key).Value, property => property.Value, StringComparer.Ordinal)
            ?? [];
        foreach (var (name, value) in given)
        {
            if (!parameters.TryGetValue(name, out var parameter))
            {
                yield return $":{value.Line} '{module.Path}' has no parameter '{name}'.";
            }
            else if (TypeOf(value, template) is { } type && type != parameter.Type)
            {
                yield return $":{value.Line} '{name}' of '{module.Path}' is a {parameter.Type}, not a {type}.";
            }
        }

        foreach (var missing in parameters.Values.Where(parameter => parameter.Default is null && !given.ContainsKey(parameter.Symbol)))
        {
            yield return $":{module.Line} '{missing.Symbol}' of '{module.Path}' is not given.";
        }
    }

    /// <summary>Walks an expression with the loop variables in scope.</summary>
    private IEnumerable<string> Names(
        Template template, Expression expression, Dictionary<string, Statement> declared, IReadOnlyList<string> loops, HashSet<string> used)
    {
        var scope = expression is Loop loop ? [.. loops, loop.Item, .. loop.Index is { } index ? new[] { index } : []] : loops;
        switch (expression)
        {
            case Name name when !loops.Contains(name.Value):
                used.Add(name.Value);
                if (!declared.ContainsKey(name.Value))
                {
                    yield return $":{name.Line} there is no '{name.Value}'.";
                }

                break;
            case Call call when !_functions.Contains(call.Function):
                yield return $":{call.Line} there is no function '{call.Function}'.";
                break;
            case Member { Target: Member { Value: "outputs" } outputs } output when Module(outputs.Target, declared, out var asserted) is { } module:
                var path = Locate(template, module);
                if ((_read.ContainsKey(path) || File.Exists(path)) && Read(path).Outputs.All(o => o.Symbol != output.Value))
                {
                    yield return $":{output.Line} '{module.Path}' has no output '{output.Value}'.";
                }

                if (module.Body is Conditional != asserted)
                {
                    yield return $":{output.Line} '{module.Symbol}' is {(asserted ? "always there" : "there under a condition only")}; write it {(asserted ? "without" : "with")} '!'.";
                }

                break;
        }

        foreach (var fault in Syntax.Parts(expression).SelectMany(part => Names(template, part, declared, scope, used)))
        {
            yield return fault;
        }
    }

    private static Module? Module(Expression target, Dictionary<string, Statement> declared, out bool asserted)
    {
        asserted = target is Operation { Operator: "asserted" };
        var bare = target is Operation { Operator: "asserted" } operation ? operation.Operands[0] : target;
        return bare is Name name && declared.GetValueOrDefault(name.Value) is Module module ? module : null;
    }

    /// <summary>The type, where it is plain; null where only a compiler knows.</summary>
    private string? TypeOf(Expression value, Template? template = null) => value switch
    {
        Text => "string",
        Constant { Value: int } => "int",
        Constant { Value: bool } => "bool",
        List or Loop => "array",
        Map => "object",
        Name name => template?.Statements.FirstOrDefault(statement => statement.Symbol == name.Value) switch
        {
            Parameter parameter => parameter.Type,
            Variable variable => TypeOf(variable.Value, template),
            _ => null,
        },
        Member { Target: Member { Value: "outputs", Target: var target } } member when template is not null
            && Module(target, template.Statements.Where(s => s is not Output).ToDictionary(s => s.Symbol, StringComparer.Ordinal), out _) is { } module =>
            File.Exists(Locate(template, module)) ? Read(Locate(template, module)).Outputs.FirstOrDefault(output => output.Symbol == member.Value)?.Type : null,
        Operation { Operator: "?" } choice => TypeOf(choice.Operands[1], template) is { } yes && yes == TypeOf(choice.Operands[2], template) ? yes : null,
        _ => null,
    };
}
