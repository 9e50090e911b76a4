using System.Text.Json;
using DpSynth.Imaging;
using DpSynth.Synthesis.Requests.OpenAIImages;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// Reads and validates a request's JSON completely: what comes out needs no further checking, except against the dataset and its
/// budget.
/// </summary>
public static class RunRequestReader
{
    /// <summary>Longest request in characters.</summary>
    public const int MaximumLength = 48 * 1024;

    /// <summary>Longest address of a webhook in characters.</summary>
    private const int MaxWebhook = 2000;

    /// <summary>Reads a request.</summary>
    /// <exception cref="RequestException">The text is not a valid request; the message says in one sentence why.</exception>
    public static RunRequest Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaximumLength)
        {
            throw new RequestException($"The request is {json.Length} characters long; at most {MaximumLength} are allowed.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
        }
        catch (JsonException malformed)
        {
            throw new RequestException(
                $"The request is not valid JSON: line {malformed.LineNumber + 1}, byte {malformed.BytePositionInLine + 1} cannot be read.");
        }

        using (document)
        {
            try
            {
                return Read(document.RootElement);
            }
            catch (InvalidOperationException unreadable) when (unreadable.Source?.StartsWith("System.Text.Json", StringComparison.Ordinal) == true)
            {
                throw new RequestException("A text of the request has half of a surrogate pair, such as '\\ud800'; write the whole character.");
            }
        }
    }

    private static RunRequest Read(JsonElement root)
    {
        var fields = new JsonFields(root, "");
        var runId = ReadIdentifier(fields, "runId");
        try
        {
            return Read(fields, runId);
        }
        catch (RequestException fault) when (fault.RunId is null)
        {
            throw new RequestException(fault.Message, runId);
        }
    }

    private static RunRequest Read(JsonFields fields, string runId)
    {
        var request = new RunRequest
        {
            RunId = runId,
            Dataset = ReadIdentifier(fields, "dataset"),
            Method = fields.Choice("method", RunRequest.PrivateEvolution, (RunRequest.PrivateEvolution, RunRequest.PrivateEvolution)),
            Epsilon = ReadEpsilon(fields),
            Delta = ReadDelta(fields),
            Privacy = PrivacyOptionsReader.Read(fields),
            ClassConditional = fields.Boolean("classConditional", true),
            Image = ReadImage(fields.Object("image") ?? throw new RequestException("The field 'image' is missing: give 'width', 'height' and 'channels'.")),
            Generator = GeneratorOptionsReader.Read(fields),
            Embedder = EmbedderOptionsReader.Read(fields),
            Evolution = EvolutionOptionsReader.Read(
                fields.Object("evolution") ?? throw new RequestException("The field 'evolution' is missing: give 'populationSizes' and 'variationDegrees'.")),
            Scores = ReadScores(fields.Object("scores")),
            Seed = (ulong)fields.Integer("seed", 0, 0, int.MaxValue),
            Webhook = ReadWebhook(fields),
        };
        fields.RefuseUnknown();
        PrivacyOptionsReader.CheckDelta(request.Delta, request.Privacy);
        EvolutionOptionsReader.CheckDegrees(request.Evolution, request.Generator);
        EmbedderOptionsReader.CheckShape(request.Embedder, request.Image);
        OpenAIImagesReader.CheckCost(request);
        return request;
    }

    private static string ReadIdentifier(JsonFields fields, string name)
    {
        var text = fields.RequireText(name);
        return Identifier.IsValid(text) ? text : throw new RequestException($"'{name}' must be {Identifier.Rule}.");
    }

    private static double ReadEpsilon(JsonFields fields)
    {
        var epsilon = fields.RequireNumber("epsilon");
        return epsilon is > 0 and <= 1000
            ? epsilon
            : throw new RequestException($"'epsilon' is {epsilon}; it must be above 0 and at most 1000, for example 1.");
    }

    private static double? ReadDelta(JsonFields fields)
    {
        if (fields.Take("delta") is not { } element)
        {
            return null;
        }

        var delta = JsonFields.AsNumber(element, "delta");
        return delta is > 0 and < 1
            ? delta
            : throw new RequestException($"'delta' is {delta}; it must lie strictly between 0 and 1, for example 1e-6.");
    }

    private static ScoreOptions ReadScores(JsonFields? fields)
    {
        if (fields is null)
        {
            return new ScoreOptions();
        }

        var scores = new ScoreOptions
        {
            PublicReference = fields.Text("publicReference"),
            Private = fields.Boolean("private", false),
        };
        fields.RefuseUnknown();
        return scores.PublicReference is null || Identifier.IsValid(scores.PublicReference)
            ? scores
            : throw new RequestException($"'{fields.PathOf("publicReference")}' must be {Identifier.Rule}: the name of a public image set.");
    }

    private static Uri? ReadWebhook(JsonFields fields)
    {
        if (fields.Text("webhook") is not { } text)
        {
            return null;
        }

        return text.Length <= MaxWebhook && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new RequestException($"'webhook' must be an absolute https address of at most {MaxWebhook} characters, without a user name and without '#'.");
    }

    private static ImageOptions ReadImage(JsonFields fields)
    {
        var image = new ImageOptions
        {
            Width = fields.Integer("width", null, 1, 2048),
            Height = fields.Integer("height", null, 1, 2048),
            Channels = fields.Integer("channels", 3, 1, 3),
            Resize = fields.Choice("resize", ResizeMode.Fit, ("fit", ResizeMode.Fit), ("fill", ResizeMode.Fill), ("stretch", ResizeMode.Stretch)),
            Corrupt = fields.Choice("corrupt", CorruptImages.Reject, ("reject", CorruptImages.Reject), ("skip", CorruptImages.Skip)),
        };
        fields.RefuseUnknown();
        return image.Channels != 2
            ? image
            : throw new RequestException("'image.channels' is 2; it must be 1 (grey) or 3 (colour).");
    }
}
