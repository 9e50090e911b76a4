using DpSynth.Models.Diffusion;
using DpSynth.Models.Folders;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Tests.Diffusion;

public sealed class ModelFolderFaultTests
{
    [Theory]
    [InlineData("model_index.json")]
    [InlineData("tokenizer/merges.txt")]
    [InlineData("text_encoder/model.onnx")]
    [InlineData("unet/config.json")]
    [InlineData("vae_decoder/model.onnx")]
    [InlineData("scheduler/scheduler_config.json")]
    public void Load_names_the_file_that_is_missing(string file)
    {
        using var model = new ChangedModel();
        model.Remove(file);
        Assert.Contains(Path.Combine(model.Folder, file), Fault(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_names_the_model_that_is_cut_short()
    {
        using var model = new ChangedModel();
        model.Truncate("unet/model.onnx");
        Assert.Contains("unet/model.onnx is no ONNX model that can be loaded", Fault(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_refuses_a_model_with_inputs_that_it_does_not_understand()
    {
        using var model = new ChangedModel();
        model.Remove("unet/model.onnx");
        File.Copy(Path.Combine(Fixtures.ModelFolder, "vae_decoder", "model.onnx"), Path.Combine(model.Folder, "unet", "model.onnx"));
        Assert.Contains("'sample'", Fault(model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("model_index.json", "\"unet\": [", "\"transformer\": [", "'unet'")]
    [InlineData("model_index.json", "{", "[", "not valid JSON")]
    [InlineData("unet/config.json", "\"in_channels\": 4", "\"in_channels\": 9", "inpainting")]
    [InlineData("vae_decoder/config.json", "\"scaling_factor\": 0.8642703482382031", "\"scaling_factor\": -1", "'scaling_factor'")]
    [InlineData("vae_decoder/config.json", "\"force_upcast\"", "\"shift_factor\": 0.1, \"force_upcast\"", "'shift_factor'")]
    [InlineData("tokenizer/tokenizer_config.json", "\"model_max_length\": 32", "\"model_max_length\": 1", "'model_max_length'")]
    [InlineData("tokenizer/special_tokens_map.json", "<|startoftext|>", "<|begin|>", "'bos_token'")]
    public void Load_refuses_what_is_not_supported_and_names_it(string file, string from, string to, string named)
    {
        using var model = new ChangedModel();
        model.Replace(file, from, to);
        Assert.Contains(named, Fault(model), StringComparison.Ordinal);
    }

    [Fact]
    public void Load_says_so_when_the_provider_is_missing_and_the_processor_must_not_step_in()
    {
        // No machine has a thousand GPUs; without the provider's library the sentence is the same.
        var options = new InferenceOptions { Provider = ExecutionProvider.Cuda, DeviceId = 999 };
        var fault = Assert.Throws<InferenceException>(() => StableDiffusionPipeline.Load(Fixtures.ModelFolder, options));
        Assert.Contains("Cuda is not available on device 999", fault.Message, StringComparison.Ordinal);

        using var pipeline = StableDiffusionPipeline.Load(Fixtures.ModelFolder, options with { AllowCpuFallback = true });
        Assert.Equal(ExecutionProvider.Cpu, pipeline.Provider);
        Assert.Contains("Cuda is not available", pipeline.ProviderFallback, StringComparison.Ordinal);
    }

    private static string Fault(ChangedModel model) =>
        Assert.Throws<ModelFolderException>(() => StableDiffusionPipeline.Load(model.Folder).Dispose()).Message;
}
