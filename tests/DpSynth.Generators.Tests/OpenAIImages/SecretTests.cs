using System.Text;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Spending;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class SecretTests
{
    private const string Canary = "sk-canary-0123456789abcdef";
    private static readonly ulong[] Seeds = [1, 2, 3];

    [Theory]
    [MemberData(nameof(ImageApiHarness.Services), MemberType = typeof(ImageApiHarness))]
    public async Task Key_reaches_the_service_and_nothing_else(ImageApiService service)
    {
        const string Variable = "DPSYNTH_TEST_IMAGE_KEY_GOOD";
        Environment.SetEnvironmentVariable(Variable, Canary);
        await using var harness = await ImageApiHarness.StartAsync(static options => options with { Key = Canary }, service);
        var generator = await harness.GeneratorAsync(
            configure: settings => settings with { Authentication = ImageApiAuthentication.ApiKey, KeyVariable = Variable });

        await generator.RandomAsync("cat", Seeds, default);

        Assert.Equal(Seeds.Length, harness.Server.Counts.Answered);
        Assert.All(harness.Drawings.Drawings.Values, drawing => Assert.DoesNotContain(Canary, Encoding.UTF8.GetString(drawing.Span), StringComparison.Ordinal));
        var spending = (await harness.Records.ReadAsync(ImageSpending.RecordOf(ImageApiHarness.Run), default))!;
        Assert.DoesNotContain(Canary, Encoding.UTF8.GetString(spending.Content.Span), StringComparison.Ordinal);
        Assert.DoesNotContain(Canary, harness.Settings().ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageApiService.OpenAI, "401 (invalid_api_key)")]
    [InlineData(ImageApiService.AzureOpenAI, "401: see that")]
    public async Task Key_that_the_service_quotes_in_its_error_stays_out_of_the_exception(ImageApiService service, string answer)
    {
        const string Variable = "DPSYNTH_TEST_IMAGE_KEY_WRONG";
        Environment.SetEnvironmentVariable(Variable, Canary);
        await using var harness = await ImageApiHarness.StartAsync(static options => options with { Key = "another" }, service);
        var generator = await harness.GeneratorAsync(
            configure: settings => settings with { Authentication = ImageApiAuthentication.ApiKey, KeyVariable = Variable });

        var fault = await Assert.ThrowsAsync<GenerationException>(async () => await generator.RandomAsync("cat", Seeds, default));

        // The whole text, as a log would show it, inner exceptions included.
        Assert.DoesNotContain(Canary, fault.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("cat", fault.ToString().Split(" at ")[0], StringComparison.Ordinal);
        Assert.Contains(answer, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_key_is_named_by_its_setting()
    {
        await using var harness = await ImageApiHarness.StartAsync();

        var fault = await Assert.ThrowsAsync<GenerationException>(() => harness.GeneratorAsync(
            configure: static settings => settings with { Authentication = ImageApiAuthentication.ApiKey, KeyVariable = "DPSYNTH_TEST_NO_SUCH_VARIABLE" }));

        Assert.Contains("KeyVariable", fault.Message, StringComparison.Ordinal);
    }
}
