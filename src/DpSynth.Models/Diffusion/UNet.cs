using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>The noise predictor, with what its configuration and its inputs say of it.</summary>
public sealed class UNet : IDisposable
{
    private const string Sample = "sample";
    private const string Timestep = "timestep";
    private const string HiddenStates = "encoder_hidden_states";
    private const string TextEmbeds = "text_embeds";
    private const string TimeIds = "time_ids";
    private const string TimestepCondition = "timestep_cond";

    // Original height and width, top and left of the crop, target height and width (SDXL, arXiv 2307.01952, section 2.2).
    internal const int SizeNumbers = 6;

    private UNet(OnnxModel model, JsonConfiguration configuration, LatentFormat format)
    {
        Model = model;
        Format = format;
        SampleInput = model.RequireInput(Sample, rank: 4);
        HiddenStatesInput = model.RequireInput(HiddenStates, rank: 3);
        TimestepInput = model.Input(Timestep) is { Rank: <= 1 } timestep ? timestep : model.RequireInput(Timestep, rank: 1);
        PooledInput = model.Input(TextEmbeds) is null ? null : model.RequireInput(TextEmbeds, rank: 2);
        SizeInput = model.Input(TimeIds) is null ? null : model.RequireInput(TimeIds, rank: 2);
        GuidanceInput = model.Input(TimestepCondition) is null ? null : model.RequireInput(TimestepCondition, rank: 2);
        model.RefuseOtherInputs(Sample, Timestep, HiddenStates, TextEmbeds, TimeIds, TimestepCondition);
        Output = model.Outputs.Count == 1 ? model.RequireOutput(model.Outputs[0].Name, rank: 4) : model.RequireOutput("out_sample", rank: 4);

        var channels = configuration.Integer("in_channels", format.Channels);
        if (channels != format.Channels)
        {
            throw configuration.Fault(
                "in_channels", $"is {channels}, but latents have {format.Channels}; models for inpainting or upscaling are not supported");
        }

        if (SizeInput is { } size && size.Dimensions[1] >= 0 && size.Dimensions[1] != SizeNumbers)
        {
            throw new ModelFolderException($"{model.File} takes {size.Dimensions[1]} time_ids, which is not supported; base models take {SizeNumbers}.");
        }

        CrossAttentionDimension = configuration.Has("cross_attention_dim")
            ? configuration.RequireInteger("cross_attention_dim")
            : HiddenStatesInput.Dimensions[2];
        GuidanceDimension = configuration.Integer("time_cond_proj_dim", GuidanceInput?.Dimensions[1] ?? 0);
        var widths = configuration.Numbers("block_out_channels");
        FirstWidth = widths.Length > 0 ? (int)widths[0] : 320;
        Divisor = 1 << Math.Max(0, widths.Length - 1);
        DefaultSize = ReadSize(configuration);
    }

    /// <summary>The ONNX file.</summary>
    public OnnxModel Model { get; }

    /// <summary>The latents it works on.</summary>
    public LatentFormat Format { get; }

    /// <summary>Length of a token.</summary>
    public int CrossAttentionDimension { get; }

    /// <summary>Length of the guidance embedding of distilled models (LCM); 0 for models without.</summary>
    public int GuidanceDimension { get; }

    /// <summary>Height and width of latents in training; null if the configuration does not say.</summary>
    public (int Height, int Width)? DefaultSize { get; }

    /// <summary>Height and width of latents must be multiples of this: the UNet halves them so often.</summary>
    public int Divisor { get; }

    internal int FirstWidth { get; }

    internal TensorSignature SampleInput { get; }

    internal TensorSignature TimestepInput { get; }

    internal TensorSignature HiddenStatesInput { get; }

    internal TensorSignature? PooledInput { get; }

    internal TensorSignature? SizeInput { get; }

    internal TensorSignature? GuidanceInput { get; }

    internal TensorSignature Output { get; }

    /// <summary>Opens a folder's UNet.</summary>
    /// <exception cref="ModelFolderException">A file is missing, or the model is not one that is understood.</exception>
    public static UNet Open(ModelFolder folder, LatentFormat format, InferenceOptions options)
    {
        ArgumentNullException.ThrowIfNull(folder);
        var model = OnnxModel.Open(folder.OnnxFile("unet"), options);
        try
        {
            return new UNet(model, folder.Configuration("unet"), format);
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>Rows of the timestep input: one, unless the model has it run along with the batch.</summary>
    internal int TimestepRows(int rows)
    {
        if (TimestepInput.Rank == 0)
        {
            return 1;
        }

        var declared = TimestepInput.Dimensions[0];
        var symbol = TimestepInput.Symbols[0];
        return declared >= 0 ? declared : symbol.Length > 0 && symbol == SampleInput.Symbols[0] ? rows : 1;
    }

    /// <inheritdoc/>
    public void Dispose() => Model.Dispose();

    // A number for squares, [height, width] for others; a fixed input says the same.
    private (int Height, int Width)? ReadSize(JsonConfiguration configuration)
    {
        if (SampleInput.Dimensions[2] > 0 && SampleInput.Dimensions[3] > 0)
        {
            return (SampleInput.Dimensions[2], SampleInput.Dimensions[3]);
        }

        if (configuration.Take("sample_size") is not { } size)
        {
            return null;
        }

        if (size.ValueKind == System.Text.Json.JsonValueKind.Array && configuration.Numbers("sample_size") is [var height, var width])
        {
            return ((int)height, (int)width);
        }

        var side = configuration.RequireInteger("sample_size");
        return (side, side);
    }
}
