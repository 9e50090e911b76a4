using DpSynth.Models.Sessions;
using DpSynth.Numerics;
using DpSynth.Numerics.Search;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Embedders.Tests;

public sealed class OnnxNeighbourSearchTests
{
    [Fact]
    public void Both_searches_give_the_same_answers_to_the_last_tie()
    {
        // Small whole numbers: float32 makes no error in their products, and many candidates tie.
        var sizes = Gen.Choose(1, 40).ArrayOf(4).Where(size => size[3] <= size[1]);
        var gen = from size in sizes
                  from metric in Gen.Elements(Metric.L2, Metric.InnerProduct)
                  from queries in Gen.Choose(-3, 3).ArrayOf(size[0] * size[2])
                  from candidates in Gen.Choose(-3, 3).ArrayOf(size[1] * size[2])
                  select (Size: size, Metric: metric, Queries: queries, Candidates: candidates);
        var processor = new ProcessorSearch();
        var graph = new OnnxNeighbourSearch(new InferenceOptions());
        Prop.ForAll(gen.ToArbitrary(), example =>
        {
            var queries = Matrix(example.Size[0], example.Size[2], example.Queries);
            var candidates = Matrix(example.Size[1], example.Size[2], example.Candidates);
            var expected = processor.Find(queries, candidates, example.Metric, example.Size[3], CancellationToken.None);
            var found = graph.Find(queries, candidates, example.Metric, example.Size[3], CancellationToken.None);
            return expected.Indices.AsSpan().SequenceEqual(found.Indices);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Answers_say_what_searched()
    {
        var rows = Matrix(2, 1, [1, 2]);
        Assert.Equal("cpu", new ProcessorSearch().Find(rows, rows, Metric.L2, 1, CancellationToken.None).Provider);
        Assert.Equal("cpu", new OnnxNeighbourSearch(new InferenceOptions()).Find(rows, rows, Metric.L2, 1, CancellationToken.None).Provider);
    }

    [Theory]
    [InlineData(null, null, typeof(ProcessorSearch))]
    [InlineData("cpu", null, typeof(ProcessorSearch))]
    [InlineData("cuda", null, typeof(OnnxNeighbourSearch))]
    [InlineData("tensorrt", null, typeof(OnnxNeighbourSearch))]
    [InlineData("cuda", "cpu", typeof(ProcessorSearch))]
    [InlineData(null, "cuda", typeof(OnnxNeighbourSearch))]
    public void Search_follows_the_provider_of_votes_and_else_that_of_models(string? models, string? voting, Type search) =>
        Assert.IsType(search, OnnxNeighbourSearch.FromConfiguration(Settings(("Models:Provider", models), (OnnxNeighbourSearch.ProviderSetting, voting))));

    [Fact]
    public void Missing_GPU_is_an_error_unless_the_processor_may_step_in()
    {
        // No machine has a thousand GPUs.
        var rows = Matrix(2, 1, [1, 2]);
        var strict = OnnxNeighbourSearch.FromConfiguration(Settings(("Models:Provider", "cuda"), ("Models:DeviceId", "999")));
        Assert.Throws<InferenceException>(() => strict.Find(rows, rows, Metric.L2, 1, CancellationToken.None));
        var lenient = OnnxNeighbourSearch.FromConfiguration(
            Settings(("Models:Provider", "cuda"), ("Models:DeviceId", "999"), ("Models:AllowCpuFallback", "true")));
        var table = lenient.Find(rows, rows, Metric.L2, 1, CancellationToken.None);
        Assert.Equal(("cpu", 0, 1), (table.Provider, table[0][0], table[1][0]));
    }

    private static IConfiguration Settings(params (string Name, string? Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, setting.Value))).Build();

    private static EmbeddingMatrix Matrix(int rows, int columns, int[] values) => new(rows, columns, Array.ConvertAll(values, value => (float)value));
}
