using System.Reflection;
using System.Text;
using System.Text.Json;
using DpSynth.Functions.PrivateEvolution;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Tests.PrivateEvolution;

/// <summary>
/// Everything that crosses an orchestration is stored in its history, which operators read and every step loads whole: small, and
/// never anything that could hold an image, an embedding or a count.
/// </summary>
public sealed class PayloadTests
{
    private const int Limit = 16 * 1024;

    public static TheoryData<Type> Payloads()
    {
        var crossing =
            from type in typeof(FunctionApp).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            from parameter in method.GetParameters()
            where parameter.IsDefined(typeof(ActivityTriggerAttribute))
            from payload in new[] { parameter.ParameterType, Unwrapped(method.ReturnType) }
            select payload;
        return [.. crossing.Concat([typeof(EvolutionState), typeof(RunOutcome), typeof(RunProgress), typeof(GenerationResult), typeof(CheckResult)])
            .Where(type => type != typeof(Task)).Distinct()];
    }

    [Theory]
    [MemberData(nameof(Payloads))]
    public void Largest_payload_of_each_kind_stays_below_its_limit(Type payload)
    {
        // Not escaped any further than the worker's serializer does by itself: six characters for one.
        var json = JsonSerializer.Serialize(Largest(payload, ""), payload);

        Assert.InRange(Encoding.UTF8.GetByteCount(json), 2, Limit);
    }

    [Fact]
    public void All_activities_were_looked_at() => Assert.InRange(Payloads().Count, 12, 100);

    /// <summary>
    /// The largest value of a type: the longest text that the code lets through, the longest numbers, every member set. What has no
    /// largest value, such as a list, must not be there.
    /// </summary>
    private static object Largest(Type type, string member)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying)
        {
            return Largest(underlying, member);
        }

        if (type.IsEnum)
        {
            return Enum.GetValues(type).Cast<object>().MaxBy(value => value.ToString()!.Length)!;
        }

        return Type.GetTypeCode(type) switch
        {
            TypeCode.String => new string('„', LongestText(member)),
            TypeCode.Boolean => false,
            TypeCode.Int32 => int.MinValue,
            TypeCode.Double => -1.2345678901234567e-300,
            TypeCode.DateTime => new DateTime(2026, 12, 31, 23, 59, 59, 999, 999, DateTimeKind.Utc),
            _ when type.Namespace?.StartsWith("DpSynth", StringComparison.Ordinal) == true => LargestRecord(type),
            _ => throw new InvalidOperationException($"'{member}' is a {type}, which knows no largest value."),
        };
    }

    private static object LargestRecord(Type type)
    {
        var constructor = type.GetConstructors().OrderByDescending(candidate => candidate.GetParameters().Length).First();
        var record = constructor.Invoke([.. constructor.GetParameters().Select(parameter => Largest(parameter.ParameterType, parameter.Name!))]);
        foreach (var property in type.GetProperties().Where(property => property.CanWrite))
        {
            property.SetValue(record, Largest(property.PropertyType, property.Name));
        }

        return record;
    }

    private static int LongestText(string member) => member switch
    {
        "RunId" => Identifier.MaximumLength,
        "Reason" or "Sentence" => Refusal.MaxSentence,
        "Code" => 32,
        "Error" => 501,
        "Unit" => 16,
        "Location" or "Release" => "releases/".Length + Identifier.MaximumLength + 1,
        _ => throw new InvalidOperationException($"How long may '{member}' be?"),
    };

    private static Type Unwrapped(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Task<>) ? type.GetGenericArguments()[0] : type;
}
