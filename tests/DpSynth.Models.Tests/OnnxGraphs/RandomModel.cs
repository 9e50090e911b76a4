using System.Text.Json;

namespace DpSynth.Models.Tests.OnnxGraphs;

/// <summary>
/// A Stable Diffusion folder with random weights: the layout and the inputs are those of real exports, the arithmetic is a few linear
/// maps. Latents are 4×8×8, images 16×16; tokens have 8 numbers, the second encoder's 12.
/// </summary>
internal sealed record RandomModel
{
    private const int Context = 32;
    private const int Vocabulary = 1536;
    private const int Width = 8;
    private const int SecondWidth = 12;
    private const int Pooled = 6;

    public ElementType Real { get; init; } = ElementType.Float;

    public ElementType Ids { get; init; } = ElementType.Int64;

    public ElementType Timestep { get; init; } = ElementType.Int64;

    public bool External { get; init; }

    public bool TwoEncoders { get; init; }

    public int GuidanceEmbedding { get; init; }

    public string Prediction { get; init; } = "epsilon";

    public bool SafetyChecker { get; init; }

    /// <summary>Rows of a call above which the UNet asks for more memory than any machine has.</summary>
    public int? MaxRows { get; init; }

    /// <summary>The mean, 0 to 1, above which the checker flags an image.</summary>
    public float BrightestSafe { get; init; } = 0.5f;

    /// <summary>Writes the folder.</summary>
    public void Save(string folder)
    {
        List<string> parts = ["tokenizer", "text_encoder", "unet", "vae_encoder", "vae_decoder", "scheduler"];
        SaveTextEncoder(folder, "", Width, seed: 1);
        if (TwoEncoders)
        {
            parts.AddRange(["tokenizer_2", "text_encoder_2"]);
            SaveTextEncoder(folder, "_2", SecondWidth, seed: 2);
        }

        SaveUNet(folder);
        SaveCodec(folder);
        Write(folder, "scheduler/scheduler_config.json", new
        {
            _class_name = "DDIMScheduler",
            beta_start = 0.00085,
            beta_end = 0.012,
            beta_schedule = "scaled_linear",
            num_train_timesteps = 1000,
            prediction_type = Prediction,
            clip_sample = false,
            set_alpha_to_one = true,
        });
        if (SafetyChecker)
        {
            parts.AddRange(["safety_checker", "feature_extractor"]);
            SaveSafetyChecker(folder);
        }

        Write(folder, "model_index.json", parts.ToDictionary(part => part, _ => new[] { "diffusers", "OnnxRuntimeModel" }));
    }

    private void SaveTextEncoder(string folder, string suffix, int width, int seed)
    {
        var tokenizer = Directory.CreateDirectory(Path.Combine(folder, "tokenizer" + suffix)).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Fixtures.ModelFolder, "tokenizer")))
        {
            File.CreateSymbolicLink(Path.Combine(tokenizer, Path.GetFileName(file)), file);
        }

        var graph = Graph(seed)
            .Input("input_ids", Ids, "batch", "sequence")
            .Weights("embedding", 1, Vocabulary, width)
            .Weights("layer", 0.5, width, width)
            .Node("Gather", ["embedding", "input_ids"], "hidden_states.0")
            .Node("MatMul", ["hidden_states.0", "layer"], "hidden_states.1")
            .Node("MatMul", ["hidden_states.1", "layer"], "hidden_states.2")
            .Node("Identity", ["hidden_states.2"], "last_hidden_state")
            .Output("last_hidden_state", Real, "batch", "sequence", width);
        if (TwoEncoders)
        {
            for (var i = 0; i < 3; i++)
            {
                graph.Output($"hidden_states.{i}", Real, "batch", "sequence", width);
            }

            graph.Weights("projection", 1, width, Pooled)
                .Node("ReduceMean", ["last_hidden_state"], "mean", ("axes", new[] { 1 }), ("keepdims", 0))
                .Node("MatMul", ["mean", "projection"], "text_embeds")
                .Output("text_embeds", Real, "batch", Pooled);
        }

        graph.Save(Path.Combine(folder, "text_encoder" + suffix, "model.onnx"));
        Write(folder, $"text_encoder{suffix}/config.json", new { hidden_size = width, max_position_embeddings = Context, projection_dim = Pooled });
    }

    // A 1×1 convolution, and a shift of each channel by every condition.
    private void SaveUNet(string folder)
    {
        var width = TwoEncoders ? Width + SecondWidth : Width;
        var graph = Graph(3)
            .Input("sample", Real, "batch", 4, "height", "width")
            .Input("timestep", Timestep, "steps")
            .Input("encoder_hidden_states", Real, "batch", "sequence", width)
            .Constant("thousandth", [0.001f])
            .Weights("kernel", 0.3, 4, 4, 1, 1)
            .Weights("of_tokens", 1, width, 4)
            .Integers("places", 2, 3)
            .Node("Cast", ["timestep"], "time", ("to", (int)Real))
            .Node("Mul", ["time", "thousandth"], "share")
            .Node("ReduceMean", ["encoder_hidden_states"], "tokens", ("axes", new[] { 1 }), ("keepdims", 0))
            .Node("MatMul", ["tokens", "of_tokens"], "shift0");
        var shifts = 1;
        void Condition(string name, int length, double range)
        {
            graph.Input(name, Real, "batch", length)
                .Weights("of_" + name, range, length, 4)
                .Node("MatMul", [name, "of_" + name], "by_" + name)
                .Node("Add", [$"shift{shifts - 1}", "by_" + name], $"shift{shifts++}");
        }

        if (TwoEncoders)
        {
            Condition("text_embeds", Pooled, 1);
            Condition("time_ids", 6, 0.02);
        }

        if (GuidanceEmbedding > 0)
        {
            Condition("timestep_cond", GuidanceEmbedding, 0.3);
        }

        graph.Node("Mul", [$"shift{shifts - 1}", "share"], "shift")
            .Node("Unsqueeze", ["shift", "places"], "shifts")
            .Node("Conv", ["sample", "kernel"], "mixed")
            .Node("Add", ["mixed", "shifts"], MaxRows is null ? "out_sample" : "held");
        if (MaxRows is { } rows)
        {
            AskForMemory(graph, rows);
        }

        graph
            .Output("out_sample", Real, "batch", 4, "height", "width")
            .Save(Path.Combine(folder, "unet", "model.onnx"));
        Write(folder, "unet/config.json", new
        {
            in_channels = 4,
            sample_size = 8,
            cross_attention_dim = width,
            block_out_channels = new[] { 8 },
            time_cond_proj_dim = GuidanceEmbedding > 0 ? GuidanceEmbedding : (int?)null,
        });
    }

    // Where there are too many rows, 2⁴⁶ numbers: 2⁴⁸ bytes, which no process can address. Else one.
    private static void AskForMemory(OnnxGraph graph, int rows) => graph
        .Integers("first", 0)
        .Integers("none", 1, 1)
        .Integers("too_many", 1L << 23, 1L << 23)
        .Integers("most_rows", rows)
        .Constant("zero", [0])
        .Node("Shape", ["sample"], "size")
        .Node("Gather", ["size", "first"], "rows")
        .Node("Greater", ["rows", "most_rows"], "is_above")
        .Node("Where", ["is_above", "too_many", "none"], "asked")
        .Node("Expand", ["zero", "asked"], "memory")
        .Node("ReduceMax", ["memory"], "nothing", ("keepdims", 0))
        .Node("Add", ["held", "nothing"], "out_sample");

    private void SaveCodec(string folder)
    {
        Graph(4)
            .Input("latent_sample", Real, "batch", 4, "height", "width")
            .Weights("kernel", 0.7, 4, 3, 2, 2)
            .Node("ConvTranspose", ["latent_sample", "kernel"], "pixels", ("strides", new[] { 2, 2 }))
            .Node("Tanh", ["pixels"], "sample")
            .Output("sample", Real, "batch", 3, "2*height", "2*width")
            .Save(Path.Combine(folder, "vae_decoder", "model.onnx"));
        Graph(5)
            .Input("sample", Real, "batch", 3, "height", "width")
            .Weights("kernel", 0.7, 4, 3, 2, 2)
            .Node("Conv", ["sample", "kernel"], "latent_sample", ("strides", new[] { 2, 2 }))
            .Output("latent_sample", Real, "batch", 4, "height/2", "width/2")
            .Save(Path.Combine(folder, "vae_encoder", "model.onnx"));
        foreach (var part in (string[])["vae_decoder", "vae_encoder"])
        {
            Write(folder, $"{part}/config.json", new { latent_channels = 4, scaling_factor = 1.0, block_out_channels = new[] { 8, 8 } });
        }
    }

    private void SaveSafetyChecker(string folder)
    {
        Graph(6)
            .Input("clip_input", Real, "batch", 3, 16, 16)
            .Input("images", Real, "batch", "height", "width", 3)
            .Constant("brightest", [BrightestSafe])
            .Node("ReduceMean", ["clip_input"], "means", ("axes", new[] { 1, 2, 3 }), ("keepdims", 0))
            .Node("Greater", ["means", "brightest"], "has_nsfw_concepts")
            .Node("Identity", ["images"], "out_images")
            .Output("out_images", Real, "batch", "height", "width", 3)
            .Output("has_nsfw_concepts", ElementType.Bool, "batch")
            .Save(Path.Combine(folder, "safety_checker", "model.onnx"));
        Write(folder, "feature_extractor/preprocessor_config.json", new
        {
            size = new { height = 16, width = 16 },
            resample = 3,
            image_mean = new[] { 0.0, 0, 0 },
            image_std = new[] { 1.0, 1, 1 },
        });
    }

    private OnnxGraph Graph(int seed) => new OnnxGraph(Real, External).Seed(seed);

    private static void Write(string folder, string file, object content)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, JsonSerializer.Serialize(content));
    }
}
