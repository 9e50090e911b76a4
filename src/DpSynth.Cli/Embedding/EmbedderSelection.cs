using System.CommandLine;
using DpSynth.Catalogue;
using DpSynth.Catalogue.OnnxImage;
using DpSynth.Catalogue.Pixels;
using DpSynth.Catalogue.ProjectedPixels;
using DpSynth.Cli.Accounting;
using DpSynth.Cli.Connections;
using DpSynth.Cli.Inference;
using DpSynth.Embedders;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;
using DpSynth.Synthesis.Embedding;
using DpSynth.Synthesis.Models;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Embedding;

/// <summary>The options that choose an embedder, as a request does under <c>embedder</c>, and the size that images are brought to first.</summary>
internal sealed class EmbedderSelection
{
    private readonly Option<string> _model = new("--model")
    {
        Description = "An image model: a folder, or the name of one in the models directory.",
        HelpName = "DIR",
    };

    private readonly Option<string> _embedder = new("--embedder")
    {
        Description = $"{string.Join(", ", RequestParts.Embedders.Select(static embedder => embedder.Name))} (default with --model: "
            + $"{OnnxImageDescriptor.Instance.Name}).",
        HelpName = "NAME",
    };

    private readonly Option<string> _output = new("--output")
    {
        Description = "The model's output to take (default: image_embeds, pooler_output, last_hidden_state or the first).",
        HelpName = "NAME",
    };

    private readonly Option<string> _pooling = new("--pooling")
    {
        Description = "How an output of tokens becomes one vector: class (default) or mean.",
        HelpName = "NAME",
    };

    private readonly Option<int?> _dimension = new("--dimension")
    {
        Description = "Values of an embedding of projected-pixels (default 128).",
        HelpName = "N",
    };

    private readonly Option<string> _size = new("--size")
    {
        Description = "The size images are brought to first, as in a run, such as 32x32 or 28x28x1 for grey (default: the first image's, in colour).",
        HelpName = "WxH",
    };

    private readonly Option<string> _resize = new("--resize")
    {
        Description = "How images of other sizes are brought to it: fit (default), fill or stretch.",
        HelpName = "MODE",
    };

    private readonly ProviderOptions _provider = new();

    /// <summary>The options, for the command.</summary>
    public IEnumerable<Symbol> Symbols => [_model, _embedder, _output, _pooling, _dimension, _size, _resize, .. _provider.Symbols];

    /// <summary>Whether an embedder was named.</summary>
    public bool IsGiven(ParseResult parsed) => parsed.GetValue(_model) is not null || parsed.GetValue(_embedder) is not null;

    /// <summary>How images are resized.</summary>
    public ResizeMode Resize(ParseResult parsed) => Choice.Read(
        "--resize", parsed.GetValue(_resize) ?? "fit", [("fit", ResizeMode.Fit), ("fill", ResizeMode.Fill), ("stretch", ResizeMode.Stretch)]);

    /// <summary>The size asked for, else that of the first image.</summary>
    public async Task<ImageShape> SizeAsync(ParseResult parsed, ImageFiles images, CancellationToken cancellationToken) =>
        parsed.GetValue(_size) is { } size
            ? ImageSize.Read("--size", size)
            : await images.FirstSizeAsync(cancellationToken) with { Channels = 3 };

    /// <summary>What makes the embedder; dispose of it after the embedder's last use.</summary>
    /// <exception cref="CommandException">No embedder was named, or options are wrong.</exception>
    public ChosenEmbedder Choose(ParseResult parsed, Surroundings surroundings)
    {
        var inference = _provider.Read(parsed);
        var dimension = parsed.GetValue(_dimension) ?? 128;
        if (dimension is < 1 or > 4096)
        {
            throw new CommandException(ExitCode.Usage, $"--dimension is {dimension}; it must lie between 1 and 4096.");
        }

        var name = parsed.GetValue(_embedder) ?? (parsed.GetValue(_model) is null
            ? throw new CommandException(ExitCode.Usage, "Say what embeds the images: --model DIR, or --embedder pixels or projected-pixels.")
            : OnnxImageDescriptor.Instance.Name);
        var isModel = Choice.Read(
            "--embedder",
            name,
            [(OnnxImageDescriptor.Instance.Name, true), (PixelsDescriptor.Instance.Name, false), (ProjectedPixelsDescriptor.Instance.Name, false)]);
        if (isModel != parsed.GetValue(_model) is not null)
        {
            throw new CommandException(
                ExitCode.Usage, isModel ? $"The embedder '{name}' needs --model DIR." : $"The embedder '{name}' takes no --model.");
        }

        if (!isModel)
        {
            EmbedderOptions options = name == PixelsDescriptor.Instance.Name ? new PixelsOptions() : new ProjectedPixelsOptions { Dimension = dimension };
            return new ChosenEmbedder(name, options, new LocalModels(ModelPath.Directory(surroundings).Path), inference);
        }

        var folder = ModelPath.Find(parsed.GetValue(_model)!, surroundings);
        var model = new OnnxImageOptions
        {
            Model = Path.GetFileName(folder),
            Output = parsed.GetValue(_output),
            Pooling = Choice.Read("--pooling", parsed.GetValue(_pooling) ?? "class", [("class", TokenPooling.Class), ("mean", TokenPooling.Mean)]),
        };
        return new ChosenEmbedder(model.Model, model, new NamedFolder(folder), inference);
    }
}

/// <summary>An embedder that was named on the command line, made by the factory that serves runs.</summary>
/// <param name="name">Its name for people.</param>
/// <param name="options">As a request gives them.</param>
/// <param name="models">Brings its model.</param>
/// <param name="inference">What executes it.</param>
internal sealed class ChosenEmbedder(string name, EmbedderOptions options, IModelSource models, InferenceOptions inference) : IDisposable
{
    private readonly ModelEmbedderFactory _factory = new(models, inference);

    /// <summary>Its name for people.</summary>
    public string Name => name;

    /// <summary>The embedder for images of a shape.</summary>
    /// <exception cref="CommandException">The model cannot be used for such images.</exception>
    public async ValueTask<IEmbedder> ForAsync(ImageShape shape, CancellationToken cancellationToken)
    {
        if (options.DescribeFault(shape) is not null)
        {
            throw new CommandException(
                ExitCode.Usage, $"Images of {shape} are too large to be projected to so many values: give a smaller --size or --dimension.");
        }

        try
        {
            return await _factory.CreateAsync(options, shape, cancellationToken);
        }
        catch (NotSupportedException fault) when (fault.InnerException is ModelFolderException)
        {
            throw new CommandException(ExitCode.Usage, fault.Message);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _factory.Dispose();
}

/// <summary>The folder that the command line names, whatever it is called: the rule for names is for requests. Nothing pins it, so it is not hashed.</summary>
file sealed class NamedFolder(string folder) : IModelSource
{
    public Task<LocalModel> OpenAsync(string name, string? hash, CancellationToken cancellationToken) =>
        Task.FromResult(new LocalModel(folder, Fingerprint: folder));
}
