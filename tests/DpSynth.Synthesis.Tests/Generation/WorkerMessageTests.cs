using System.Text.Json;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Synthesis.Tests.Generation;

/// <summary>What app and workers tell each other, in the JSON of the queues.</summary>
public sealed class WorkerMessageTests
{
    public static TheoryData<WorkerJob> Jobs => [new GenerationJob("run", 2, 3, 1, 40, 20) { Returns = 1 }, new CheckJob("run")];

    public static TheoryData<WorkerAnswer> Answers =>
        [new GenerationResult("run", 2, 3, null), new GenerationResult("run", 2, 3, "No."), new CheckResult("run", "No."), new CheckResult("run", null)];

    [Theory]
    [MemberData(nameof(Jobs))]
    public void Jobs_come_back_as_they_were(WorkerJob job) => Assert.Equal(job, There(There(job)));

    [Theory]
    [MemberData(nameof(Answers))]
    public void Answers_come_back_as_they_were(WorkerAnswer answer) => Assert.Equal(answer, There(There(answer)));

    [Fact]
    public void Messages_of_version_0_1_are_understood()
    {
        Assert.Equal(new GenerationJob("run", 0, 3, 0, 30, 10),
            Read<WorkerJob>("""{"runId":"run","generation":0,"shard":3,"classIndex":0,"start":30,"count":10}"""));
        Assert.Equal(new CheckJob("run"), Read<WorkerJob>("""{"runId":"run","generation":-1,"shard":0,"classIndex":0,"start":0,"count":0}"""));
        Assert.Equal(new GenerationResult("run", 1, 2, null), Read<WorkerAnswer>("""{"runId":"run","generation":1,"shard":2}"""));
        Assert.Equal(new CheckResult("run", "No."), Read<WorkerAnswer>("""{"runId":"run","generation":-1,"shard":0,"error":"No."}"""));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""[]""")]
    [InlineData("""{"job":"check"}""")]
    [InlineData("""{"job":"check","runId":"../x"}""")]
    [InlineData("""{"job":"dance","runId":"run"}""")]
    [InlineData("""{"job":"generate","runId":"run","generation":"many"}""")]
    public void Anything_else_is_no_message(string json)
    {
        Assert.Throws<JsonException>(() => Read<WorkerJob>(json));
        Assert.Throws<JsonException>(() => Read<WorkerAnswer>(json));
    }

    [Fact]
    public void Kind_may_stand_anywhere() => Assert.Equal(new CheckJob("run"), Read<WorkerJob>("""{"runId":"run","job":"check"}"""));

    private static T There<T>(T message)
        where T : class => Read<T>(JsonSerializer.Serialize(message, SynthesisJson.Options));

    private static T Read<T>(string json)
        where T : class => JsonSerializer.Deserialize<T>(json, SynthesisJson.Options)!;
}
