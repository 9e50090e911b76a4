namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>embedder</c>: <c>{ "name": …, "options": { … } }</c>; absent, it is the plain pixels.</summary>
internal static class EmbedderOptionsReader
{
    private static readonly string[] Names = [PixelsOptions.EmbedderName, ProjectedPixelsOptions.EmbedderName, OnnxImageOptions.EmbedderName];

    public static EmbedderOptions Read(JsonFields request)
    {
        if (request.Object("embedder") is not { } embedder)
        {
            return new PixelsOptions();
        }

        var name = embedder.RequireText("name");
        var options = embedder.Object("options");
        embedder.RefuseUnknown();

        EmbedderOptions result = name switch
        {
            PixelsOptions.EmbedderName => new PixelsOptions
            {
                Blur = options?.Number("blur", 0, 0, 16) ?? 0,
                Downscale = options?.Integer("downscale", 1, 1, 16) ?? 1,
            },
            ProjectedPixelsOptions.EmbedderName => new ProjectedPixelsOptions
            {
                Dimension = options?.Integer("dimension", 128, 1, 4096) ?? 128,
                Seed = options?.Integer("seed", 0, 0, int.MaxValue) ?? 0,
                Blur = options?.Number("blur", 0, 0, 16) ?? 0,
                Downscale = options?.Integer("downscale", 1, 1, 16) ?? 1,
            },
            OnnxImageOptions.EmbedderName => ReadOnnxImage(options),
            _ => throw new RequestException($"'embedder.name' is '{name}', which is not a known embedder{JsonFields.Suggest(name, Names)}."),
        };
        options?.RefuseUnknown();
        return result;
    }

    /// <summary>Refuses options that do not go with the images' shape.</summary>
    public static void CheckShape(EmbedderOptions embedder, ImageOptions image)
    {
        if (embedder.DescribeFault(image.ToShape()) is { } fault)
        {
            throw new RequestException(fault);
        }
    }

    private static OnnxImageOptions ReadOnnxImage(JsonFields? options)
    {
        if (options is null)
        {
            throw new RequestException("The field 'embedder.options.model' is missing: name a folder of the models directory.");
        }

        var result = new OnnxImageOptions
        {
            Model = options.RequireText("model"),
            ModelHash = options.Text("modelHash"),
            Output = options.Text("output"),
            Pooling = options.Choice("pooling", TokenPooling.Class, ("class", TokenPooling.Class), ("mean", TokenPooling.Mean)),
        };
        if (!ModelName.IsValid(result.Model))
        {
            throw new RequestException($"'embedder.options.model' must be {ModelName.Rule}.");
        }

        return result.ModelHash is null || ModelHash.IsValid(result.ModelHash)
            ? result
            : throw new RequestException($"'embedder.options.modelHash' must be {ModelHash.Rule}.");
    }
}
