using System.Globalization;
using System.Reflection;

namespace DpSynth.Functions.Tests.Surface;

/// <summary>
/// Writes down what callers and derived classes see of a type: one line for the type, one for each public or protected member, with kind,
/// names, types, defaults and whether it is abstract or virtual. Reads metadata only.
/// </summary>
internal static class PublicApi
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly string[] _ofObject = [nameof(Equals), nameof(GetHashCode), nameof(ToString), "Finalize"];

    public static IEnumerable<string> Describe(Type type)
    {
        yield return $"{Name(type)} : {Kind(type)}";
        foreach (var line in type.GetMembers(Declared).Select(Line).OfType<string>().Order(StringComparer.Ordinal))
        {
            yield return line;
        }
    }

    /// <summary>A member's line; null if it is not for callers and derived classes.</summary>
    public static string? Line(MemberInfo member) => Describe(member) is { } line ? $"{Name(member.DeclaringType!)} :: {line}" : null;

    /// <summary>A type's name with its namespace and arguments; parameters of generics by their own names.</summary>
    public static string Name(Type type)
    {
        if (type.IsArray)
        {
            return $"{Name(type.GetElementType()!)}[]";
        }

        if (type.IsByRef)
        {
            return $"ref {Name(type.GetElementType()!)}";
        }

        if (type.IsGenericParameter)
        {
            return type.Name;
        }

        var name = type.DeclaringType is { } outer ? $"{Name(outer)}.{type.Name}" : $"{type.Namespace}.{type.Name}";
        return type.IsGenericType ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(Name))}>" : name;
    }

    private static string Kind(Type type)
    {
        var kind = type.IsEnum ? "enum" : type.IsValueType ? "struct" : type.IsInterface ? "interface" : "class";
        var modifier = type is { IsAbstract: true, IsSealed: true } ? "static " : type is { IsAbstract: true, IsInterface: false } ? "abstract " : type is { IsSealed: true, IsValueType: false } ? "sealed " : "";
        var parent = type.BaseType is { } b && Name(b) is not ("System.Object" or "System.ValueType" or "System.Enum") ? $" of {Name(b)}" : "";
        return $"{modifier}{kind}{parent}";
    }

    private static string? Describe(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when IsVisible(constructor) => $"{Access(constructor)}new({Parameters(constructor)})",
        MethodInfo method when IsVisible(method) && (!method.IsSpecialName || method.Name.StartsWith("op_", StringComparison.Ordinal)) && !IsOfObject(method) =>
            $"{Access(method)}{Dispatch(method)}{Name(method.ReturnType)} {method.Name}{Generics(method)}({Parameters(method)})",
        PropertyInfo property when property.GetAccessors(nonPublic: true).Where(IsVisible).ToArray() is { Length: > 0 } accessors =>
            $"{Dispatch(accessors[0])}{Name(property.PropertyType)} {property.Name} {{ {string.Join(' ', accessors.Select(accessor => Access(accessor) + Accessor(accessor)))} }}",
        FieldInfo field when (field.IsPublic || field.IsFamily) && !field.IsSpecialName =>
            $"{(field.IsLiteral ? "const " : field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}{(field.IsLiteral ? $" = {Literal(field.GetRawConstantValue())}" : "")}",
        _ => null,
    };

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    private static bool IsOfObject(MethodInfo method) => method.IsVirtual && _ofObject.Contains(method.Name) && !method.Attributes.HasFlag(MethodAttributes.NewSlot);

    private static string Access(MethodBase method) => method.IsPublic ? "" : "protected ";

    private static string Dispatch(MethodInfo method) =>
        method.IsStatic ? "static "
        : method.IsAbstract ? "abstract "
        : method is { IsVirtual: true, IsFinal: false } ? method.Attributes.HasFlag(MethodAttributes.NewSlot) ? "virtual " : "override "
        : "";

    private static string Accessor(MethodInfo accessor) =>
        accessor.Name.StartsWith("get_", StringComparison.Ordinal) ? "get;"
        : accessor.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") ? "init;"
        : "set;";

    private static string Generics(MethodInfo method) =>
        method.IsGenericMethodDefinition ? $"<{string.Join(", ", method.GetGenericArguments().Select(argument => argument.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(IsParams(parameter) ? "params " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? $" = {Literal(parameter.RawDefaultValue)}" : "")}"));

    private static bool IsParams(ParameterInfo parameter) =>
        parameter.GetCustomAttributesData().Any(attribute => attribute.AttributeType.FullName == "System.ParamArrayAttribute");

    private static string Literal(object? value) => value switch
    {
        null => "null",
        bool truth => truth ? "true" : "false",
        string text => $"\"{text}\"",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
