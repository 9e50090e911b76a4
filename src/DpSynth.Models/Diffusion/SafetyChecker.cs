using DpSynth.Imaging;
using DpSynth.Models.Embedding;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>
/// A folder's safety checker as diffusers exports it: <c>clip_input</c>, the image as <c>feature_extractor</c> prepares it, and
/// <c>images</c>, 0 to 1, give <c>has_nsfw_concepts</c>. What it makes of the images (<c>out_images</c>, blackened) is not taken. One
/// call at a time.
/// </summary>
public sealed class SafetyChecker : IDisposable
{
    private const string Part = "safety_checker";
    private const string ClipInput = "clip_input";
    private const string Images = "images";
    private const string Flags = "has_nsfw_concepts";
    private const int Colours = 3;

    private readonly OnnxModel _model;
    private readonly PreprocessorConfiguration _preprocessing;
    private readonly TensorSignature _clipInput;
    private readonly TensorSignature? _images;
    private readonly TensorSignature _flags;

    private SafetyChecker(OnnxModel model, PreprocessorConfiguration preprocessing)
    {
        (_model, _preprocessing) = (model, preprocessing);
        model.RefuseOtherInputs(ClipInput, Images);
        _clipInput = model.RequireInput(ClipInput, rank: 4);
        _images = model.Input(Images) is null ? null : model.RequireInput(Images, rank: 4);
        _flags = model.RequireOutput(Flags, rank: 1);
    }

    /// <summary>Opens a folder's checker; null if the folder has none.</summary>
    /// <exception cref="ModelFolderException">A file is missing, or the model is not one that is understood.</exception>
    public static SafetyChecker? Open(ModelFolder folder, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        if (!Directory.Exists(Path.Combine(folder.Path, Part)))
        {
            return null;
        }

        var preprocessing = PreprocessorConfiguration.Read(folder.File("feature_extractor", "preprocessor_config.json"));
        var file = folder.File(Part, "model.onnx");
        var model = File.Exists(file) ? OnnxModel.Open(file, options) : throw new ModelFolderException($"The model folder lacks the file {file}.");
        try
        {
            return new SafetyChecker(model, preprocessing);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The places of the images that must not be used, ascending.</summary>
    /// <exception cref="ModelFolderException">What the preprocessing makes of such images does not fit the model.</exception>
    public IReadOnlyList<int> Flagged(ImageBatch images, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(images);
        var preprocessor = new Preprocessor(_preprocessing, images.Shape, Colours, channelsLast: false);
        if (!_clipInput.Admits([Math.Max(1, _clipInput.Dimensions[0]), Colours, preprocessor.Height, preprocessor.Width]))
        {
            throw new ModelFolderException(
                $"{_model.File} takes {_clipInput}, but its preprocessing makes images of {images.Shape} {preprocessor.Width}×{preprocessor.Height}.");
        }

        // One image a call: exports for more than one are known to fail.
        var channelsFirst = _images?.Dimensions[1] == Colours;
        using var clipInput = new TensorBuffer(_clipInput, 1, Colours, preprocessor.Height, preprocessor.Width);
        using var shown = _images is null
            ? null
            : channelsFirst
                ? new TensorBuffer(_images, 1, Colours, images.Shape.Height, images.Shape.Width)
                : new TensorBuffer(_images, 1, images.Shape.Height, images.Shape.Width, Colours);
        using var flags = new TensorBuffer(_flags, 1);
        TensorBuffer[] inputs = shown is null ? [clipInput] : [clipInput, shown];
        using var bound = _model.Bind(alone: true, inputs, [flags]);
        var prepared = new float[preprocessor.Length];
        var scratch = new byte[preprocessor.ScratchLength];
        var values = new float[images.Shape.ByteCount];
        var flag = new float[1];
        var flagged = new List<int>();
        for (var i = 0; i < images.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            preprocessor.Apply(images[i], prepared, scratch);
            clipInput.Write(0, prepared);
            if (shown is not null)
            {
                Fill(values, images[i], channelsFirst);
                shown.Write(0, values);
            }

            bound.Run(inputs);
            flags.Read(0, flag);
            if (flag[0] != 0)
            {
                flagged.Add(i);
            }
        }

        return flagged;
    }

    /// <inheritdoc/>
    public void Dispose() => _model.Dispose();

    private static void Fill(Span<float> values, ReadOnlySpan<byte> image, bool channelsFirst)
    {
        var area = image.Length / Colours;
        for (var i = 0; i < image.Length; i++)
        {
            values[channelsFirst ? (i % Colours * area) + (i / Colours) : i] = image[i] / 255f;
        }
    }
}
