using Mono.Cecil;
using Mono.Cecil.Cil;

namespace DpSynth.Architecture.Tests;

/// <summary>
/// The domain says what it means in its own words: where things lie, and what the command is called, others know. (A privacy statement tells its
/// readers the command that checks it.)
/// </summary>
public sealed class WordTests
{
    private static readonly string[] _rooms = ["Numerics", "Ledgers", "Synthesis"];

    private static readonly string[] _foreign =
    [
        "private-data", "private-work", "ledger-heads", "container 'candidates'", "container 'models'", "container 'releases'", "generation-jobs",
        "generation-results", "run-requests", "run-events", "./dpsynth", "dpsynth models", "dpsynth budget",
    ];

    [Fact]
    public void The_domain_names_no_container_no_queue_and_no_command() => Assert.DoesNotContain(
        Texts("Synthesis", "Ledgers", "Numerics"), static text => _foreign.Any(word => text.Contains(word, StringComparison.Ordinal)));

    [Fact]
    public void Texts_are_found() => Assert.Contains(Texts("Synthesis"), text => text.StartsWith("There is no dataset", StringComparison.Ordinal));

    [Fact]
    public void Every_room_that_is_looked_at_is_there() => Assert.All(_rooms, room => Assert.NotEmpty(Texts(room)));

    private static IEnumerable<string> Texts(params string[] rooms)
    {
        foreach (var room in rooms)
        {
            using var module = ModuleDefinition.ReadModule(Path.Combine(AppContext.BaseDirectory, $"DpSynth.{room}.dll"));
            foreach (var method in module.GetTypes().SelectMany(type => type.Methods).Where(method => method.HasBody))
            {
                foreach (var code in method.Body.Instructions.Where(code => code.OpCode == OpCodes.Ldstr))
                {
                    yield return (string)code.Operand;
                }
            }
        }
    }
}
