namespace DpSynth.Synthesis.Requests;

/// <summary>Reads the field <c>embedder</c>: <c>{ "name": …, "options": { … } }</c>; absent, it is the plain pixels.</summary>
internal static class EmbedderOptionsReader
{
    private static readonly string[] Names = [PixelsOptions.EmbedderName];

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
            _ => throw new RequestException($"'embedder.name' is '{name}', which is not a known embedder{JsonFields.Suggest(name, Names)}."),
        };
        options?.RefuseUnknown();
        return result;
    }
}
