using System.Reflection;
using DpSynth.Generators.OpenAIImages;
using DpSynth.Synthesis.Datasets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class BlindByTypeTests
{
    [Fact]
    public void Nothing_that_a_generator_is_made_of_or_given_can_carry_a_private_image()
    {
        var reached = new HashSet<Type>();
        foreach (var type in typeof(ImageApi).Assembly.GetTypes().Where(
            static type => type.Namespace?.StartsWith("DpSynth.Generators.OpenAIImages", StringComparison.Ordinal) == true))
        {
            Reach(type, reached);
        }

        Reach(typeof(IPaidGenerator), reached);

        Assert.Contains(typeof(IDrawingStore), reached);
        Assert.DoesNotContain(reached, IsPrivate);
    }

    [Fact]
    public void Search_finds_what_is_private_where_it_is()
    {
        var reached = new HashSet<Type>();
        Reach(typeof(Leak), reached);

        Assert.Contains(reached, IsPrivate);
    }

    [Fact]
    public void Assembly_knows_neither_the_private_store_nor_the_storage_room()
    {
        var references = typeof(ImageApi).Assembly.GetReferencedAssemblies().Select(static name => name.Name).ToArray();

        Assert.DoesNotContain("DpSynth.Storage", references);
        Assert.DoesNotContain("Azure.Storage.Blobs", references);
    }

    private static bool IsPrivate(Type type) => type.Namespace == typeof(IDatasetStore).Namespace;

    /// <summary>Everything that constructors, methods, fields and properties of a type take or give, and everything behind that.</summary>
    private static void Reach(Type type, HashSet<Type> reached)
    {
        if (type.HasElementType)
        {
            Reach(type.GetElementType()!, reached);
            return;
        }

        foreach (var argument in type.GetGenericArguments())
        {
            Reach(argument, reached);
        }

        if (type.Assembly.GetName().Name?.StartsWith("DpSynth", StringComparison.Ordinal) != true || !reached.Add(type))
        {
            return;
        }

        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var member in type.GetMembers(All))
        {
            switch (member)
            {
                case MethodBase method:
                    foreach (var parameter in method.GetParameters())
                    {
                        Reach(parameter.ParameterType, reached);
                    }

                    if (method is MethodInfo { ReturnType: var result })
                    {
                        Reach(result, reached);
                    }

                    break;
                case FieldInfo field:
                    Reach(field.FieldType, reached);
                    break;
                case PropertyInfo property:
                    Reach(property.PropertyType, reached);
                    break;
            }
        }

        foreach (var nested in type.GetNestedTypes(All))
        {
            Reach(nested, reached);
        }

        if (type.BaseType is { } parent)
        {
            Reach(parent, reached);
        }
    }

    private sealed class Leak(Func<Task<List<Leak.Inner>>> way)
    {
        public Func<Task<List<Inner>>> Way => way;

        internal sealed record Inner(IDatasetStore[] Stores);
    }
}
