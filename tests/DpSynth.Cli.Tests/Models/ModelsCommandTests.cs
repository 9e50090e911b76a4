namespace DpSynth.Cli.Tests.Models;

public sealed class ModelsCommandTests : IDisposable
{
    private readonly CommandRunner _commands = new();

    [Fact]
    public async Task Check_says_what_the_family_that_ships_is_and_what_it_costs()
    {
        var result = await _commands.RunAsync("models", "check", "tiny-sd", "--steps", "2", "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        var model = result.Json.GetProperty("model");
        Assert.Equal(
            ("DDIMScheduler", "epsilon", "32×32", 32, 128),
            (model.GetProperty("scheduler").GetString(), model.GetProperty("prediction").GetString(), model.GetProperty("nativeSize").GetString(),
                model.GetProperty("contextLength").GetInt32(), model.GetProperty("embeddingDimension").GetInt32()));
        var parts = model.GetProperty("parts").EnumerateArray().ToDictionary(part => part.GetProperty("name").GetString()!);
        Assert.Equal(["image_encoder", "text_encoder", "unet", "vae_decoder", "vae_encoder"], parts.Keys.Order(StringComparer.Ordinal));
        Assert.All(
            parts.Values.SelectMany(part => part.GetProperty("inputs").EnumerateArray()), input => Assert.True(input.GetProperty("understood").GetBoolean()));
        Assert.Equal(new FileInfo(Path.Combine(TinyFamily.Folder(_commands), "unet", "model.onnx")).Length, parts["unet"].GetProperty("bytes").GetInt64());
        Assert.Equal(2, result.Json.GetProperty("generation").GetProperty("steps").GetInt32());
        Assert.True(result.Json.GetProperty("generation").GetProperty("secondsPerImage").GetDouble() > 0);
        Assert.True(result.Json.GetProperty("embedding").GetProperty("secondsPerImage").GetDouble() > 0);
        Assert.True(result.Json.GetProperty("memoryBytes").GetInt64() > 0);
    }

    [Fact]
    public async Task Check_names_every_fault_in_a_sentence_of_its_own()
    {
        var folder = TinyFamily.Copy(_commands);
        File.Delete(Path.Combine(folder, "tokenizer", "merges.txt"));
        TinyFamily.Change(folder, "vae_decoder/model.onnx", bytes => bytes[..(bytes.Length / 2)]);
        TinyFamily.Replace(folder, "scheduler/scheduler_config.json", "DDIMScheduler", "HeunDiscreteScheduler");
        TinyFamily.Replace(folder, "unet/config.json", "\"in_channels\": 4", "\"in_channels\": 9");

        var result = await _commands.RunAsync("models", "check", folder);

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        foreach (var named in (string[])["merges.txt", "vae_decoder/model.onnx is no ONNX model that can be loaded", "'HeunDiscreteScheduler'", "inpainting"])
        {
            Assert.Single(
                result.Output.Split('\n'), line => line.StartsWith("fault: ", StringComparison.Ordinal) && line.Contains(named, StringComparison.Ordinal));
        }

        Assert.Contains("DPMSolverMultistepScheduler", result.Output, StringComparison.Ordinal);
        Assert.Contains("The model cannot be used.", result.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Output + result.Errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_says_which_input_is_not_understood()
    {
        var folder = TinyFamily.Copy(_commands);
        TinyFamily.Change(folder, "unet/model.onnx", _ => File.ReadAllBytes(Path.Combine(folder, "vae_decoder", "model.onnx")));

        var result = await _commands.RunAsync("models", "check", folder);

        Assert.Equal(ExitCode.Failure, result.ExitCode);
        Assert.Contains("takes latent_sample: Float[batch, 4, 8, 8] (NOT UNDERSTOOD)", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_a_folder_that_holds_no_model_fails_and_of_no_folder_is_not_found()
    {
        var empty = await _commands.RunAsync("models", "check", _commands.Folder.FullName);
        var none = await _commands.RunAsync("models", "check", "no-such-model");

        Assert.Equal((ExitCode.Failure, ExitCode.NotFound), (empty.ExitCode, none.ExitCode));
        Assert.Contains("neither a Stable Diffusion folder", empty.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_of_an_image_model_alone_says_what_it_embeds()
    {
        var result = await _commands.RunAsync("models", "check", Path.Combine(TinyFamily.Folder(_commands), "image_encoder"), "--json");

        Assert.Equal(ExitCode.Success, result.ExitCode);
        Assert.True(result.Json.GetProperty("model").GetProperty("isImageModel").GetBoolean());
        Assert.False(result.Json.TryGetProperty("generation", out _));
    }

    [Fact]
    public async Task List_names_the_models_that_requests_may_use()
    {
        var result = await _commands.RunAsync("models", "list", "--json");

        Assert.Contains("tiny-sd", result.Json.GetProperty("models").EnumerateArray().Select(model => model.GetProperty("name").GetString()));
    }

    public void Dispose() => _commands.Dispose();
}
