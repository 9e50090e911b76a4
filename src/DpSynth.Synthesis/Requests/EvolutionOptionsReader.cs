using System.Text.Json;
using DpSynth.Numerics.Search;

namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>evolution</c>.</summary>
internal static class EvolutionOptionsReader
{
    /// <summary>Longest schedule: generations 0 to 100.</summary>
    public const int MaximumGenerations = 101;

    /// <summary>Largest population.</summary>
    public const int MaximumPopulation = 10_000_000;

    public static EvolutionOptions Read(JsonFields fields)
    {
        var evolution = new EvolutionOptions
        {
            PopulationSizes = fields.List("populationSizes", MaximumGenerations, (item, path) => JsonFields.AsInteger(item, path, 1, MaximumPopulation)),
            VariationDegrees = fields.List("variationDegrees", MaximumGenerations, ReadDegree),
            Lookahead = fields.Integer("lookahead", 8, 0, 64),
            Metric = fields.Choice("metric", Metric.L2, ("l2", Metric.L2), ("cosine", Metric.Cosine), ("ip", Metric.InnerProduct)),
            Neighbours = fields.Integer("neighbours", 1, 1, 100),
            SmoothingNeighbours = fields.Integer("smoothingNeighbours", 0, 0, 100),
            Threshold = fields.Number("threshold", 1.0, 0, 1e9),
            ThresholdUnit = fields.Choice("thresholdUnit", ThresholdUnit.Sigma, ("sigma", ThresholdUnit.Sigma), ("count", ThresholdUnit.Count)),
            ContrastNeighbours = fields.Integer("contrastNeighbours", 0, 0, 100),
            Selection = fields.Choice("selection", SelectionMethod.Sample, ("sample", SelectionMethod.Sample), ("rank", SelectionMethod.Rank)),
            InitialVariationFolds = fields.Integer("initialVariationFolds", 0, 0, 16),
            NextVariationFolds = fields.Integer("nextVariationFolds", 1, 0, 64),
            KeepSelected = fields.Boolean("keepSelected", false),
            BudgetWeights = fields.List("budgetWeights", MaximumGenerations - 1, ReadWeight),
        };
        fields.RefuseUnknown();
        CheckSchedules(evolution, fields);
        return evolution;
    }

    /// <summary>Checks what only the generator knows of its variation degrees.</summary>
    public static void CheckDegrees(EvolutionOptions evolution, GeneratorOptions generator)
    {
        for (var i = 0; i < evolution.VariationDegrees.Count; i++)
        {
            if (generator.DescribeFault(evolution.VariationDegrees[i]) is { } fault)
            {
                throw new RequestException($"'evolution.variationDegrees[{i}]' is wrong: {fault}");
            }
        }
    }

    private static void CheckSchedules(EvolutionOptions evolution, JsonFields fields)
    {
        var sizes = evolution.PopulationSizes.Count;
        if (sizes < 2)
        {
            throw new RequestException(
                $"'{fields.PathOf("populationSizes")}' needs at least two entries: the random population and one generation after a vote.");
        }

        if (evolution.VariationDegrees.Count != sizes)
        {
            throw new RequestException(
                $"'{fields.PathOf("variationDegrees")}' has {evolution.VariationDegrees.Count} entries and '{fields.PathOf("populationSizes")}' has {sizes}; both need one for each generation.");
        }

        if (evolution.BudgetWeights.Count != 0 && evolution.BudgetWeights.Count != sizes - 1)
        {
            throw new RequestException(
                $"'{fields.PathOf("budgetWeights")}' has {evolution.BudgetWeights.Count} entries; it needs one for each of the {sizes - 1} releases, or none.");
        }

        var smallestVoted = evolution.PopulationSizes.Take(sizes - 1).Min();
        if (evolution.Neighbours > smallestVoted)
        {
            throw new RequestException(
                $"'{fields.PathOf("neighbours")}' is {evolution.Neighbours} and a generation that is voted on has {smallestVoted} candidates; ask for fewer neighbours or more candidates.");
        }

        if (evolution.NextVariationFolds == 0 && !evolution.KeepSelected)
        {
            throw new RequestException(
                $"'{fields.PathOf("nextVariationFolds")}' is 0 and '{fields.PathOf("keepSelected")}' is false, so the next generation would be empty; change one of them.");
        }
    }

    private static VariationDegree ReadDegree(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.Object)
        {
            return VariationDegree.Of(JsonFields.AsNumber(element, path));
        }

        var fields = new JsonFields(element, path);
        double? value = fields.Take("value") is { } single ? JsonFields.AsNumber(single, $"{path}.value") : null;
        var components = new SortedDictionary<string, double>(StringComparer.Ordinal);
        foreach (var (name, component) in fields.Remaining())
        {
            components.Add(name, JsonFields.AsNumber(component, $"{path}.{name}"));
        }

        return new VariationDegree(value, components);
    }

    private static double ReadWeight(JsonElement element, string path)
    {
        var weight = JsonFields.AsNumber(element, path);
        return weight is >= 1e-6 and <= 1e6 ? weight : throw new RequestException($"'{path}' is {weight}; it must be between 0.000001 and 1000000.");
    }
}
