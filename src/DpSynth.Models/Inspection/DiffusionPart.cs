using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Inspection;

/// <summary>A part of a Stable Diffusion folder that is an ONNX file, and the inputs and outputs that are known of it.</summary>
/// <param name="Name">The folder's name.</param>
/// <param name="IsRequired">Whether there is no image without it.</param>
/// <param name="Inputs">Known inputs; empty: the only one, whatever its name.</param>
/// <param name="Outputs">Known outputs; empty: the only one, whatever its name. A trailing asterisk stands for anything.</param>
internal sealed record DiffusionPart(string Name, bool IsRequired, string[] Inputs, string[] Outputs)
{
    private static readonly string[] TextInputs = ["input_ids", "attention_mask"];
    private static readonly string[] TextOutputs = ["last_hidden_state", "pooler_output", "text_embeds", "hidden_states.*"];

    public static IReadOnlyList<DiffusionPart> All { get; } =
    [
        new("text_encoder", true, TextInputs, TextOutputs),
        new("text_encoder_2", false, TextInputs, TextOutputs),
        new("unet", true, ["sample", "timestep", "encoder_hidden_states", "text_embeds", "time_ids", "timestep_cond"], ["out_sample"]),
        new("vae_decoder", true, [], []),
        new("vae_encoder", false, [], []),
        new("safety_checker", false, ["clip_input", "images"], ["out_images", "has_nsfw_concepts"]),
    ];

    // A safety checker is run if its folder is there, whatever the index says.
    public bool IsIn(ModelFolder folder) => Name == "safety_checker" ? Directory.Exists(folder.File(Name, "")) : folder.Has(Name);

    public bool KnowsInput(TensorSignature input) => Knows(Inputs, input);

    public bool KnowsOutput(TensorSignature output) => Knows(Outputs, output);

    private static bool Knows(string[] known, TensorSignature tensor) => known.Length == 0
        ? tensor.Rank == 4
        : Array.Exists(known, name => name.EndsWith('*') ? tensor.Name.StartsWith(name[..^1], StringComparison.Ordinal) : name == tensor.Name);
}
