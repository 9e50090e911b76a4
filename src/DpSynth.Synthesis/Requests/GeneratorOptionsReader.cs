using DpSynth.Synthesis.Requests.OpenAIImages;

namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>generator</c>: <c>{ "name": …, "options": { … } }</c>.</summary>
internal static class GeneratorOptionsReader
{
    private static readonly string[] Names = [DrawTextOptions.GeneratorName, NearestImageOptions.GeneratorName, StableDiffusionOptions.GeneratorName, OpenAIImagesOptions.GeneratorName];

    public static GeneratorOptions Read(JsonFields request)
    {
        var generator = request.Object("generator")
            ?? throw new RequestException($"The field 'generator' is missing: give its 'name', for example '{DrawTextOptions.GeneratorName}'.");
        var name = generator.RequireText("name");
        var options = generator.Object("options");
        generator.RefuseUnknown();

        GeneratorOptions result = name switch
        {
            DrawTextOptions.GeneratorName => options is null ? new DrawTextOptions() : ReadDrawText(options),
            NearestImageOptions.GeneratorName => new NearestImageOptions
            {
                PublicSet = options?.RequireText("publicSet")
                    ?? throw new RequestException("The field 'generator.options.publicSet' is missing: name a folder of public images."),
            },
            StableDiffusionOptions.GeneratorName => ReadStableDiffusion(
                options ?? throw new RequestException("The field 'generator.options' is missing: give 'model' and 'prompts'."),
                request.Boolean("classConditional", true)),
            OpenAIImagesOptions.GeneratorName => OpenAIImagesReader.Read(
                options ?? throw new RequestException("The field 'generator.options' is missing: give 'model' and 'prompts'."),
                request.Boolean("classConditional", true)),
            _ => throw new RequestException($"'generator.name' is '{name}', which is not a known generator{JsonFields.Suggest(name, Names)}."),
        };
        options?.RefuseUnknown();
        return result.DescribeFault() is { } fault ? throw new RequestException(fault) : result;
    }

    private static DrawTextOptions ReadDrawText(JsonFields options)
    {
        var defaults = new DrawTextOptions();
        var texts = options.List("texts", 256, JsonFields.AsText);
        return new DrawTextOptions
        {
            Texts = texts.Count > 0 ? texts : defaults.Texts,
            Fonts = options.List("fonts", 1000, JsonFields.AsText),
            Centre = options.Choice("centre", defaults.Centre, ("mass", TextCentring.Mass), ("box", TextCentring.Box)),
            Size = ReadRange(options, "size") ?? defaults.Size,
            Stroke = ReadRange(options, "stroke") ?? defaults.Stroke,
            Rotation = ReadRange(options, "rotation") ?? defaults.Rotation,
            Shear = ReadRange(options, "shear") ?? defaults.Shear,
            Aspect = ReadRange(options, "aspect") ?? defaults.Aspect,
            Offset = ReadRange(options, "offset") ?? defaults.Offset,
            Elastic = ReadRange(options, "elastic") ?? defaults.Elastic,
        };
    }

    private static StableDiffusionOptions ReadStableDiffusion(JsonFields options, bool classConditional)
    {
        var defaults = new StableDiffusionOptions { Model = "", Prompts = [] };
        var prompts = options.List("prompts", StableDiffusionOptions.MaxPrompts, JsonFields.AsText);
        if (!classConditional && prompts.FirstOrDefault(prompt => prompt.Contains(StableDiffusionOptions.ClassPlaceholder, StringComparison.Ordinal)) is not null)
        {
            throw new RequestException(
                $"'{options.PathOf("prompts")}' names {StableDiffusionOptions.ClassPlaceholder}, but the run is not class-conditional: leave it out or set 'classConditional'.");
        }

        int? Length(string name) => options.Take(name) is { } value ? JsonFields.AsInteger(value, options.PathOf(name), 8, 2048) : null;
        return new StableDiffusionOptions
        {
            Model = options.RequireText("model"),
            ModelHash = options.Text("modelHash"),
            Prompts = prompts,
            NegativePrompt = options.Text("negativePrompt"),
            GuidanceScale = options.Number("guidanceScale", defaults.GuidanceScale, 0, 50),
            Steps = options.Integer("steps", defaults.Steps, 1, 1000),
            Scheduler = options.Text("scheduler"),
            Width = Length("width"),
            Height = Length("height"),
        };
    }

    private static ParameterRange? ReadRange(JsonFields options, string name)
    {
        if (options.Object(name) is not { } range)
        {
            return null;
        }

        var result = new ParameterRange(range.RequireNumber("minimum"), range.RequireNumber("maximum"));
        range.RefuseUnknown();
        return result;
    }
}
