using System.Reflection;
using System.Text;
using System.Text.Json;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Synthesis.Evolution;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Tests.PrivateEvolution;

public sealed class EvolutionStateTests
{
    [Fact]
    public void State_round_trips_through_the_workers_serializer()
    {
        var state = new EvolutionState { RunId = "run", Delta = 1e-6, Iterations = 4, PrivateShards = 30, Generation = 2, EpsilonSpent = 0.5 };

        Assert.Equal(state, JsonSerializer.Deserialize<EvolutionState>(JsonSerializer.Serialize(state)));
    }

    [Fact]
    public void Largest_generation_of_the_demo_stays_far_below_the_limit_of_a_payload()
    {
        var dispatched = new DispatchedGeneration([.. Enumerable.Repeat(2000, 500)], [.. Enumerable.Range(0, 500)]);

        Assert.InRange(Encoding.UTF8.GetByteCount(JsonSerializer.Serialize(dispatched)), 1, 16 * 1024);
    }

    [Fact]
    public void Activities_take_and_return_nothing_that_could_hold_an_image_an_embedding_or_a_count()
    {
        // What crosses the orchestration is stored in its history, which operators read: texts and numbers, never arrays of reals or bytes.
        var types =
            from method in typeof(Activities).GetMethods()
            where method.GetCustomAttribute<FunctionAttribute>() is not null
            from type in method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)
            from reached in Reach(type)
            select reached;

        Assert.DoesNotContain(types, type => type.IsArray || type == typeof(BinaryData) || typeof(IEnumerable<double>).IsAssignableFrom(type) || typeof(IEnumerable<byte>).IsAssignableFrom(type));
    }

    private static IEnumerable<Type> Reach(Type type) =>
        type.IsGenericType ? type.GetGenericArguments().SelectMany(Reach).Append(type)
        : type.Namespace?.StartsWith("DpSynth", StringComparison.Ordinal) == true ? type.GetProperties().SelectMany(property => Reach(property.PropertyType)).Append(type)
        : [type];
}
