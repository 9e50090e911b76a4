using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Numerics.Search;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>Private Evolution among what requests can name, and the reader of its field <c>evolution</c>.</summary>
public static class EvolutionDescriptor
{
    /// <summary>The method's name.</summary>
    public const string Name = "private-evolution";

    /// <summary>Longest schedule: generations 0 to 100.</summary>
    private const int MaxGenerations = 101;

    /// <summary>Largest population.</summary>
    private const int MaxPopulation = 10_000_000;

    private static readonly Field<IReadOnlyList<int>> _populationSizes = Field.List(
        "populationSizes",
        MaxGenerations,
        static () => new() { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = MaxPopulation },
        static (item, path) => JsonFields.AsInteger(item, path, 1, MaxPopulation),
        "required",
        "2 to 101 entries, each 1 to 10,000,000",
        "candidates in generations 0 to T, over all classes; the last one is published. Each at least as large as there are classes, times k where it "
            + "is voted on",
        minimum: 2);

    private static readonly Field<IReadOnlyList<VariationDegree>> _variationDegrees = Field.List(
        "variationDegrees",
        MaxGenerations,
        static () => new()
        {
            ["oneOf"] = new JsonArray(
                new JsonObject { ["type"] = "number" },
                new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "number" } }),
        },
        ReadDegree,
        "required",
        "as many entries",
        "how far variations move: entry 0 in the initial folds, entry t in the lookahead before measurement t and in making generation t. A number, or an "
            + "object of the generator's components",
        minimum: 2);

    private static readonly Field<int> _lookahead = Field.Integer(
        "lookahead",
        8,
        0,
        64,
        "K: fresh variations embedded and averaged for a candidate before the vote; 0 embeds the candidate itself. Most of the work lies here");

    private static readonly Field<Metric> _metric = Field.Choice(
        "metric", "what nearest means", ("l2", Metric.L2), ("cosine", Metric.Cosine), ("ip", Metric.InnerProduct));

    private static readonly Field<int> _neighbours = Field.Integer(
        "neighbours", 1, 1, 100, "k: how many nearest candidates an image votes for, 1/√k each; at most the candidates a class has");

    private static readonly Field<int> _smoothingNeighbours = Field.Integer(
        "smoothingNeighbours",
        0,
        0,
        100,
        "n: a noisy count is replaced by the mean of itself and of the counts of the n nearest candidates of its class, which has 1/√(n + 1) of the "
            + "noise; 0 leaves counts as they are. For few private images a class");

    private static readonly Field<double> _threshold = Field.Number("threshold", 1.0, 0, 1e9, "H: taken off every noisy count before selection");

    private static readonly Field<ThresholdUnit> _thresholdUnit = Field.Choice(
        "thresholdUnit", "whether H counts in σ of the counts' noise (after smoothing) or in votes", ("sigma", ThresholdUnit.Sigma),
            ("count", ThresholdUnit.Count));

    private static readonly Field<int> _contrastNeighbours = Field.Integer(
        "contrastNeighbours",
        0,
        0,
        100,
        "n: a count above the threshold is multiplied by the squared share of its own class among the n nearest candidates that kept votes, of all "
            + "classes; 0 leaves counts as they are. For generators that do not know the classes");

    private static readonly Field<SelectionMethod> _selection = Field.Choice(
        "selection", "parents drawn in proportion to their count, or the largest first", ("sample", SelectionMethod.Sample), ("rank", SelectionMethod.Rank));

    private static readonly Field<int> _initialVariationFolds = Field.Integer(
        "initialVariationFolds", 0, 0, 16, "rounds of variation of generation 0 before the first vote");

    private static readonly Field<int> _nextVariationFolds = Field.Integer("nextVariationFolds", 1, 0, 64, "variations made of each parent");

    private static readonly Field<bool> _keepSelected = Field.Boolean(
        "keepSelected", false, "parents go on unchanged beside their variations; needed where `nextVariationFolds` is 0");

    private static readonly Field<IReadOnlyList<double>> _budgetWeights = Field.List(
        "budgetWeights",
        MaxGenerations - 1,
        static () => new() { ["type"] = "number", ["minimum"] = 1e-6, ["maximum"] = 1e6 },
        ReadWeight,
        "even",
        "T entries, each 0.000001 to 1,000,000",
        "relative shares w_t of what class counts leave of the budget: 1/σ_t² ∝ w_t");

    /// <summary>The method.</summary>
    public static MethodDescriptor Instance { get; } = new()
    {
        Name = Name,
        Summary = "A generator proposes, private images vote for what is nearest to them, noise makes the votes private, the winners are varied, and so on.",
        Field = "evolution",
        Options = typeof(EvolutionOptions),
        Fields =
        [
            _populationSizes, _variationDegrees, _lookahead, _metric, _neighbours, _smoothingNeighbours, _threshold, _thresholdUnit, _contrastNeighbours,
            _selection, _initialVariationFolds, _nextVariationFolds, _keepSelected, _budgetWeights,
        ],
        Read = Read,
    };

    private static EvolutionOptions Read(JsonFields? found)
    {
        var fields = found ?? throw new RequestException("The field 'evolution' is missing: give 'populationSizes' and 'variationDegrees'.");
        var evolution = new EvolutionOptions
        {
            PopulationSizes = _populationSizes.Of(fields),
            VariationDegrees = _variationDegrees.Of(fields),
            Lookahead = _lookahead.Of(fields),
            Metric = _metric.Of(fields),
            Neighbours = _neighbours.Of(fields),
            SmoothingNeighbours = _smoothingNeighbours.Of(fields),
            Threshold = _threshold.Of(fields),
            ThresholdUnit = _thresholdUnit.Of(fields),
            ContrastNeighbours = _contrastNeighbours.Of(fields),
            Selection = _selection.Of(fields),
            InitialVariationFolds = _initialVariationFolds.Of(fields),
            NextVariationFolds = _nextVariationFolds.Of(fields),
            KeepSelected = _keepSelected.Of(fields),
            BudgetWeights = _budgetWeights.Of(fields),
        };
        fields.RefuseUnknown();
        CheckSchedules(evolution, fields);
        return evolution;
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
                $"'{fields.PathOf("variationDegrees")}' has {evolution.VariationDegrees.Count} entries and '{fields.PathOf("populationSizes")}' has "
                    + $"{sizes}; both need one for each generation.");
        }

        if (evolution.BudgetWeights.Count != 0 && evolution.BudgetWeights.Count != sizes - 1)
        {
            throw new RequestException(
                $"'{fields.PathOf("budgetWeights")}' has {evolution.BudgetWeights.Count} entries; it needs one for each of the {sizes - 1} "
                    + "measurements, or none.");
        }

        var smallestVoted = evolution.PopulationSizes.Take(sizes - 1).Min();
        if (evolution.Neighbours > smallestVoted)
        {
            throw new RequestException(
                $"'{fields.PathOf("neighbours")}' is {evolution.Neighbours} and a generation that is voted on has {smallestVoted} candidates; ask for "
                    + "fewer neighbours or more candidates.");
        }

        if (evolution.NextVariationFolds == 0 && !evolution.KeepSelected)
        {
            throw new RequestException(
                $"'{fields.PathOf("nextVariationFolds")}' is 0 and '{fields.PathOf("keepSelected")}' is false, so the next generation would be empty; "
                    + "change one of them.");
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
