using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DpSynth.Architecture.Tests;

/// <summary>Which of the product's namespaces use which, read from the compiled assemblies: signatures, fields, attributes and code.</summary>
internal sealed class Arrows
{
    private readonly Dictionary<string, SortedSet<string>> _uses = new(StringComparer.Ordinal);

    /// <summary>Reads the product's assemblies in a folder.</summary>
    public static Arrows Read(IEnumerable<string> assemblies)
    {
        var arrows = new Arrows();
        foreach (var path in assemblies)
        {
            using var module = ModuleDefinition.ReadModule(path);
            foreach (var type in module.GetTypes())
            {
                arrows.Add(type);
            }
        }

        return arrows;
    }

    /// <summary>Arrows that are given.</summary>
    public static Arrows Of(params (string From, string To)[] arrows)
    {
        var given = new Arrows();
        foreach (var (from, to) in arrows)
        {
            given.Add(from, to);
        }

        return given;
    }

    /// <summary>All namespaces, in ordinal order.</summary>
    public IEnumerable<string> Namespaces => _uses.Keys.Union(_uses.Values.SelectMany(uses => uses)).Order(StringComparer.Ordinal);

    /// <summary>What a namespace uses.</summary>
    public IEnumerable<string> From(string name) => _uses.GetValueOrDefault(name) ?? [];

    /// <summary>The same between groups of namespaces; arrows within a group go.</summary>
    public Arrows Between(Func<string, string> group) => Of(
        [.. _uses.SelectMany(one => one.Value, (one, to) => (From: group(one.Key), To: group(to))).Where(arrow => arrow.From != arrow.To).Distinct()]);

    /// <summary>The same without some of the groups.</summary>
    public Arrows Without(Func<string, bool> left) => Of(
        [.. _uses.Where(one => !left(one.Key)).SelectMany(one => one.Value.Where(to => !left(to)), (one, to) => (one.Key, to))]);

    /// <summary>The arrows that are part of a circle; none if no way leads back to where it began.</summary>
    public IReadOnlyList<string> FindCircles()
    {
        var reach = Namespaces.ToDictionary(name => name, Reach, StringComparer.Ordinal);
        return
        [
            .. from one in reach
               from next in From(one.Key)
               where reach[next].Contains(one.Key)
               select $"{one.Key} -> {next}",
        ];
    }

    private HashSet<string> Reach(string start)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(From(start));
        while (open.TryPop(out var next))
        {
            if (reached.Add(next))
            {
                foreach (var further in From(next))
                {
                    open.Push(further);
                }
            }
        }

        return reached;
    }

    private void Add(TypeDefinition type)
    {
        var from = NamespaceOf(type);
        AddAll(from, type.BaseType, type.Interfaces.Select(one => one.InterfaceType), type.GenericParameters);
        AddAttributes(from, type);
        foreach (var field in type.Fields)
        {
            Add(from, field.FieldType);
            AddAttributes(from, field);
        }

        foreach (var property in type.Properties)
        {
            AddAttributes(from, property);
        }

        foreach (var method in type.Methods)
        {
            AddAll(from, method.ReturnType, method.Parameters.Select(one => one.ParameterType), method.GenericParameters);
            AddAttributes(from, method);
            if (method.HasBody)
            {
                Add(from, method.Body);
            }
        }
    }

    private void Add(string from, MethodBody body)
    {
        foreach (var variable in body.Variables)
        {
            Add(from, variable.VariableType);
        }

        foreach (var handler in body.ExceptionHandlers.Where(handler => handler.CatchType is not null))
        {
            Add(from, handler.CatchType);
        }

        foreach (var operand in body.Instructions.Select(instruction => instruction.Operand))
        {
            switch (operand)
            {
                case TypeReference used:
                    Add(from, used);
                    break;
                case MethodReference called:
                    Add(from, called.DeclaringType);
                    AddAll(from, called.ReturnType, called.Parameters.Select(one => one.ParameterType), []);
                    foreach (var argument in (called as GenericInstanceMethod)?.GenericArguments ?? [])
                    {
                        Add(from, argument);
                    }

                    break;
                case FieldReference field:
                    Add(from, field.DeclaringType);
                    Add(from, field.FieldType);
                    break;
            }
        }
    }

    private void AddAll(string from, TypeReference? type, IEnumerable<TypeReference> others, IEnumerable<GenericParameter> parameters)
    {
        foreach (var one in others.Concat(parameters.SelectMany(parameter => parameter.Constraints.Select(constraint => constraint.ConstraintType))))
        {
            Add(from, one);
        }

        Add(from, type);
    }

    private void AddAttributes(string from, ICustomAttributeProvider member)
    {
        foreach (var attribute in member.CustomAttributes)
        {
            Add(from, attribute.AttributeType);
            foreach (var value in attribute.ConstructorArguments.Select(argument => argument.Value).OfType<TypeReference>())
            {
                Add(from, value);
            }
        }
    }

    private void Add(string from, TypeReference? type)
    {
        switch (type)
        {
            case null or GenericParameter:
                return;
            case GenericInstanceType generic:
                foreach (var argument in generic.GenericArguments)
                {
                    Add(from, argument);
                }

                break;
        }

        if (type is TypeSpecification specified)
        {
            Add(from, specified.ElementType);
            return;
        }

        Add(from, NamespaceOf(type));
    }

    private void Add(string from, string to)
    {
        if (from != to && from.Length > 0 && to.Length > 0)
        {
            (_uses.TryGetValue(from, out var uses) ? uses : _uses[from] = new SortedSet<string>(StringComparer.Ordinal)).Add(to);
        }
    }

    private static string NamespaceOf(TypeReference type)
    {
        while (type.DeclaringType is { } outer)
        {
            type = outer;
        }

        return type.Namespace;
    }
}
