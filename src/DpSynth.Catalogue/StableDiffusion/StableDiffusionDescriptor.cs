using System.Text.RegularExpressions;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Catalogue.StableDiffusion;

/// <summary>The generator <c>stable-diffusion</c> among what requests can name, and the reader of its options.</summary>
public static class StableDiffusionDescriptor
{
    private static readonly StableDiffusionOptions _defaults = new() { Model = "", Prompts = [] };

    private static readonly Field<string> _model = Field.RequiredText(
        "model",
        "as `runId`, and single dots inside",
        "a folder in the worker's folder of models, or a model in the container `models`; `tiny-sd` ships (32×32)");

    private static readonly Field<string?> _modelHash = Field.Text(
        "modelHash",
        "taken down when the run is planned",
        "64 of `0-9 a-f`",
        "the model's fingerprint: workers refuse any other model of the name, see [models.md](models.md)",
        ModelHash.Pattern);

    private static readonly Field<IReadOnlyList<string>> _prompts = Field.Texts(
        "prompts",
        StableDiffusionOptions.MaxPrompts,
        "required",
        "1 to 64, each 1 to 1,000 characters",
        "a candidate draws one; `{class}` stands for the class's name and needs `classConditional`. What the model's context has no room for is left out",
        minimum: 1);

    private static readonly Field<string?> _negativePrompt = Field.Text("negativePrompt", "none", "at most 1,000 characters", "what images should not show");

    private static readonly Field<double> _guidanceScale = Field.Number(
        "guidanceScale", _defaults.GuidanceScale, 0, 50, "classifier-free guidance; up to 1 without");

    private static readonly Field<int> _steps = Field.Integer("steps", _defaults.Steps, 1, 1000, "steps of the whole schedule");

    private static readonly Field<string?> _scheduler = Field.Text(
        "scheduler", "the model's", string.Join(", ", StableDiffusionOptions.Schedulers.Select(static name => $"`{name}`")), "the sampler",
        $"^({string.Join('|', StableDiffusionOptions.Schedulers.Select(Regex.Escape))})$");

    private static readonly Field<int?> _width = Field.OptionalInteger(
        "width", 8, 2048, "the model's", "width at which images are made, given with `height` or not at all; a multiple of what the model halves (64 "
            + "for SD 1.5)");

    private static readonly Field<int?> _height = Field.OptionalInteger("height", 8, 2048, "the model's", "height likewise");

    /// <summary>The generator.</summary>
    public static GeneratorDescriptor Instance { get; } = new()
    {
        Name = StableDiffusionOptions.GeneratorName,
        Summary = "A Stable Diffusion model in ONNX layout: draws from prompts, varies images at a strength.",
        Options = typeof(StableDiffusionOptions),
        Fields = [_model, _modelHash, _prompts, _negativePrompt, _guidanceScale, _steps, _scheduler, _width, _height],
        Read = static fields => Read(fields ?? throw new RequestException("The field 'generator.options' is missing: give 'model' and 'prompts'.")),
    };

    private static StableDiffusionOptions Read(JsonFields fields) => new()
    {
        Model = _model.Of(fields),
        ModelHash = _modelHash.Of(fields),
        Prompts = _prompts.Of(fields),
        NegativePrompt = _negativePrompt.Of(fields),
        GuidanceScale = _guidanceScale.Of(fields),
        Steps = _steps.Of(fields),
        Scheduler = _scheduler.Of(fields),
        Width = _width.Of(fields),
        Height = _height.Of(fields),
    };
}
