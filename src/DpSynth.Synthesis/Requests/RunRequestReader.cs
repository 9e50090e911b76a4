using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace DpSynth.Synthesis.Requests;

/// <summary>
/// Reads and validates a request's JSON completely: what comes out needs no further checking, except against the dataset and its
/// budget.
/// </summary>
public sealed class RunRequestReader
{
    /// <summary>Longest request in characters.</summary>
    public const int MaximumLength = 48 * 1024;

    /// <summary>Longest address of a webhook in characters.</summary>
    private const int MaxWebhook = 2000;

    private static readonly Field<string> _runId = Name(
        "runId", "the run's id. The same request under the same id is one run, however often it is sent; a different request under a taken id is refused",
        "1 to 64 letters, digits, `-`, `_`, starting with a letter or digit");

    private static readonly Field<string> _dataset = Name("dataset", "the dataset's name, under which it was uploaded", "as `runId`");

    private static readonly Field<double> _epsilon = new("epsilon", "ε of the whole run, in nats", (fields, name) => ReadEpsilon(fields.RequireNumber(name)))
    {
        Default = "required",
        Range = "above 0, at most 1000",
        IsRequired = true,
        Schema = () => new() { ["type"] = "number", ["exclusiveMinimum"] = 0, ["maximum"] = 1000 },
    };

    private static readonly Field<double?> _delta = new(
        "delta",
        "δ of the whole run. Choose it well below 1/n; do not derive it from the exact n of private data. If absent, see [below](#delta)",
        (fields, name) => fields.Take(name) is { } element ? ReadDelta(JsonFields.AsNumber(element, name)) : null)
    {
        Default = "derived",
        Range = "inside (0, 1)",
        Schema = () => new()
        {
            ["type"] = "number",
            ["exclusiveMinimum"] = 0,
            ["exclusiveMaximum"] = 1,
            ["description"] =
                "If absent, 1/(n ln n) of the number of units n as the policy makes it public or as measured with noise, and at most what the policy allows.",
        },
    };

    private static readonly Field<bool> _classConditional = Field.Boolean(
        "classConditional", true, "each class (folder) evolves for itself; if not, the dataset counts as one class");

    private static readonly Field<string?> _publicReference = new(
        "publicReference",
        "NAME of a public image set in `candidates/public/NAME/`. The scores stand in the release's `manifest.json`, under `scores`",
        (fields, name) => fields.Text(name) is not { } text || Identifier.IsValid(text)
            ? fields.Text(name)
            : throw new RequestException($"'{fields.PathOf(name)}' must be {Identifier.Rule}: the name of a public image set."))
    {
        Default = "none",
        Range = "as `runId`",
        Schema = static () => new() { ["type"] = "string", ["pattern"] = Identifier.Pattern },
    };

    private static readonly Field<bool> _private = Field.Boolean(
        "private",
        false,
        "compares with the private images. **ε does not cover such a score**: it is computed from them without noise. It is written to the "
            + "run's record `private-scores.json` on the private side and nowhere else. Do not publish it, and do not choose by it which of several "
            + "releases to publish");

    private static readonly Field<ScoreOptions> _scores = Field.Object(
        "scores",
        [_publicReference, _private],
        fields => fields is null ? new ScoreOptions() : new ScoreOptions { PublicReference = _publicReference.Of(fields), Private = _private.Of(fields) },
        "which scores of quality are computed of the release: [below](#scores)",
        absent: "none");

    private static readonly Field<ulong> _seed = new(
        "seed", "of everything drawn on the public side. The privacy noise has no seed", (fields, name) => (ulong)fields.Integer(name, 0, 0, int.MaxValue))
    {
        Default = "0",
        Range = "0 to 2,147,483,647",
        Schema = static () =>
            new() { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = int.MaxValue, ["default"] = 0 },
    };

    private static readonly Field<Uri?> _webhook = new(
        "webhook", "called when the run has ended; its host must be one that the installation lists: [integrations.md](integrations.md#webhooks)", ReadWebhook)
    {
        Default = "none",
        Range = "an https address, at most 2,000 characters",
        Schema = static () => new() { ["type"] = "string", ["format"] = "uri", ["pattern"] = "^https://", ["maxLength"] = MaxWebhook },
    };

    private readonly RequestCatalogue _catalogue;
    private readonly Field<string> _method;
    private readonly Field<GeneratorOptions> _generator;
    private readonly Field<EmbedderOptions> _embedder;

    /// <summary>Makes a reader.</summary>
    /// <param name="catalogue">What requests can name.</param>
    public RunRequestReader(RequestCatalogue catalogue)
    {
        ArgumentNullException.ThrowIfNull(catalogue);
        _catalogue = catalogue;
        _method = new Field<string>("method", "how the synthetic images are found", (fields, name) => fields.Text(name) ?? catalogue.Methods[0].Name)
        {
            Default = $"`{catalogue.Methods[0].Name}`",
            Range = string.Join(", ", catalogue.Methods.Select(method => $"`{method.Name}`")),
            Schema = () => new()
            {
                ["enum"] = new JsonArray([.. catalogue.Methods.Select(method => (JsonNode)method.Name)]),
                ["default"] = catalogue.Methods[0].Name,
            },
        };
        _generator = new Field<GeneratorOptions>("generator", "what proposes candidates: [below](#generator)", ReadGenerator)
        {
            Default = "required",
            Range = "",
            IsRequired = true,
            Schema = () => RequestSchema.OneOf(catalogue.Generators),
        };
        _embedder = new Field<EmbedderOptions>("embedder", "what maps images into the space in which they are compared: [below](#embedder)", ReadEmbedder)
        {
            Default = $"`{catalogue.Embedders[0].Name}`",
            Range = "",
            Schema = () => RequestSchema.OneOf(catalogue.Embedders),
        };
        Fields =
        [
            _runId, _dataset, _method, _epsilon, _delta, PrivacyOptionsReader.Privacy, _classConditional, ImageOptionsReader.Image, _generator, _embedder,
            .. catalogue.Methods.Select(method => OptionsOf(method, isRequired: catalogue.Methods.Count == 1)), _scores, _webhook, _seed,
        ];
    }

    /// <summary>The fields of a request.</summary>
    public IReadOnlyList<Field> Fields { get; }

    /// <summary>The fields of each object in a request, by the object's name in the documentation: that of its field, or of what is described.</summary>
    public IReadOnlyList<(string Name, IReadOnlyList<Field> Fields)> Parts =>
    [
        ("request", Fields),
        ("privacy", PrivacyOptionsReader.Fields),
        ("image", ImageOptionsReader.Fields),
        ("scores", ScoreFields),
        .. _catalogue.Methods.Select(method => (method.Field, method.Fields)),
        .. _catalogue.Generators.Select(generator => (generator.Name, generator.Fields)),
        .. _catalogue.Embedders.Select(embedder => (embedder.Name, embedder.Fields)),
    ];

    private static IReadOnlyList<Field> ScoreFields { get; } = [_publicReference, _private];

    /// <summary>Reads a request.</summary>
    /// <exception cref="RequestException">The text is not a valid request; the message says in one sentence why.</exception>
    public RunRequest Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > MaximumLength)
        {
            throw new RequestException($"The request is {json.Length} characters long; at most {MaximumLength} are allowed.");
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(
                json, new JsonDocumentOptions { MaxDepth = 16, CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
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

    private RunRequest Read(JsonElement root)
    {
        var fields = new JsonFields(root, "");

        // Editors find the schema by it; a request says nothing by it.
        fields.Take("$schema");
        var runId = _runId.Of(fields);
        try
        {
            return Read(fields, runId);
        }
        catch (RequestException fault) when (fault.RunId is null)
        {
            throw new RequestException(fault.Message, runId);
        }
    }

    private RunRequest Read(JsonFields fields, string runId)
    {
        var request = new RunRequest
        {
            RunId = runId,
            Dataset = _dataset.Of(fields),
            Epsilon = _epsilon.Of(fields),
            Delta = _delta.Of(fields),
            Privacy = PrivacyOptionsReader.Privacy.Of(fields),
            ClassConditional = _classConditional.Of(fields),
            Image = ImageOptionsReader.Image.Of(fields),
            Generator = _generator.Of(fields),
            Embedder = _embedder.Of(fields),
            Options = ReadMethod(fields),
            Scores = _scores.Of(fields),
            Seed = _seed.Of(fields),
            Webhook = _webhook.Of(fields),
        };
        fields.RefuseUnknown();
        Refuse(request.ClassConditional || !request.Generator.NamesClass
            ? null
            : "'generator.options.prompts' names {class}, but the run is not class-conditional: leave it out or set 'classConditional'.");
        Refuse(request.Options.DescribeFault(request));
        Refuse(request.Embedder.DescribeFault(request.Image.ToShape()));
        Refuse(request.Generator.DescribeFault(request.Options.Work, request.Image.ToShape()));
        return request;
    }

    private MethodOptions ReadMethod(JsonFields fields)
    {
        var method = Find(_catalogue.Methods, _method.Of(fields), "method", "method");
        return ReadWhole(fields.Object(method.Field), method.Read);
    }

    private GeneratorOptions ReadGenerator(JsonFields fields, string name)
    {
        var part = fields.Object(name)
            ?? throw new RequestException($"The field 'generator' is missing: give its 'name', for example '{_catalogue.Generators[0].Name}'.");
        var (descriptor, options) = ReadPart(part, _catalogue.Generators, name);
        var generator = ReadWhole(options, descriptor.Read);
        Refuse(generator.DescribeFault());
        return generator;
    }

    private EmbedderOptions ReadEmbedder(JsonFields fields, string name)
    {
        if (fields.Object(name) is not { } part)
        {
            return _catalogue.Embedders[0].Read(null);
        }

        var (descriptor, options) = ReadPart(part, _catalogue.Embedders, name);
        return ReadWhole(options, descriptor.Read);
    }

    private static (T Descriptor, JsonFields? Options) ReadPart<T>(JsonFields part, IReadOnlyList<T> descriptors, string kind)
        where T : Descriptor
    {
        var name = part.RequireText("name");
        var options = part.Object("options");
        part.RefuseUnknown();
        return (Find(descriptors, name, $"{kind}.name", kind), options);
    }

    private static T Find<T>(IReadOnlyList<T> descriptors, string name, string path, string kind)
        where T : Descriptor =>
        descriptors.FirstOrDefault(descriptor => descriptor.Name == name)
        ?? throw new RequestException(
            $"'{path}' is '{JsonFields.Shorten(name)}', which is not a known "
                + $"{kind}{JsonFields.Suggest(name, [.. descriptors.Select(descriptor => descriptor.Name)])}.");

    private static T ReadWhole<T>(JsonFields? options, Func<JsonFields?, T> read)
    {
        var result = read(options);
        options?.RefuseUnknown();
        return result;
    }

    private static void Refuse(string? fault)
    {
        if (fault is not null)
        {
            throw new RequestException(fault);
        }
    }

    private static Field<object?> OptionsOf(MethodDescriptor method, bool isRequired) =>
        new(method.Field, $"the options of `{method.Name}`: [below](#{method.Field})", static (_, _) => null)
        {
            Default = isRequired ? "required" : "",
            Range = "",
            IsRequired = isRequired,
            Schema = () => RequestSchema.Of(method),
        };

    private static Field<string> Name(string name, string meaning, string range) => new(name, meaning, (fields, field) =>
    {
        var text = fields.RequireText(field);
        return Identifier.IsValid(text) ? text : throw new RequestException($"'{field}' must be {Identifier.Rule}.");
    })
    {
        Default = "required",
        Range = range,
        IsRequired = true,
        Schema = () => new JsonObject { ["type"] = "string", ["pattern"] = Identifier.Pattern },
    };

    private static double ReadEpsilon(double epsilon) => epsilon is > 0 and <= 1000
        ? epsilon
        : throw new RequestException($"'epsilon' is {epsilon}; it must be above 0 and at most 1000, for example 1.");

    private static double ReadDelta(double delta) => delta is > 0 and < 1
        ? delta
        : throw new RequestException(
            string.Create(CultureInfo.InvariantCulture, $"'delta' is {delta}; it must lie strictly between 0 and 1, for example 1e-6."));

    private static Uri? ReadWebhook(JsonFields fields, string name)
    {
        if (fields.Text(name) is not { } text)
        {
            return null;
        }

        return text.Length <= MaxWebhook && Uri.TryCreate(text, UriKind.Absolute, out var address)
            && address.Scheme == Uri.UriSchemeHttps && address.UserInfo.Length == 0 && address.Fragment.Length == 0
            ? address
            : throw new RequestException(
                $"'webhook' must be an absolute https address of at most {MaxWebhook} characters, without a user name and without '#'.");
    }
}
