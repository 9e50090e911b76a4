using DpSynth.Generators.OpenAIImages.Connection;
using Microsoft.Extensions.Configuration;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class ImageApiOptionsTests
{
    [Fact]
    public void Three_settings_turn_to_azure()
    {
        var options = Bind(
            new() { ["Endpoint"] = "https://name.openai.azure.com/", ["Authentication"] = "EntraId", ["ClientId"] = "11111111-1111-1111-1111-111111111111" });

        Assert.Null(options.DescribeFault());
        Assert.Equal(ImageApiService.AzureOpenAI, ImageEndpoint.Of(options).Service);
    }

    [Fact]
    public void Openai_takes_a_key_from_a_vault()
    {
        var options = Bind(new()
        {
            ["Endpoint"] = "https://api.openai.com/v1/",
            ["Authentication"] = "ApiKey",
            ["KeyVaultUri"] = "https://name.vault.azure.net/",
            ["SecretName"] = "openai"
        });

        Assert.Null(options.DescribeFault());
        Assert.NotNull((options with { SecretName = null }).DescribeFault());
        Assert.NotNull((options with { KeyVaultUri = new Uri("http://name.vault.azure.net/") }).DescribeFault());
    }

    [Fact]
    public void Gateway_before_azure_is_named_by_a_setting()
    {
        var options = Bind(new() { ["Endpoint"] = "https://gateway.example.org/pictures/", ["Service"] = "AzureOpenAI" });

        Assert.Null(options.DescribeFault());
        Assert.Equal(ImageApiService.AzureOpenAI, ImageEndpoint.Of(options).Service);
    }

    [Fact]
    public void Empty_settings_mean_that_no_api_is_asked()
    {
        var options = Bind(new() { ["Endpoint"] = "", ["Authentication"] = "EntraId", ["ClientId"] = "id", ["RequestsPerMinute"] = "", ["Service"] = "" });

        Assert.Null(options.Endpoint);
        Assert.Null(options.RequestsPerMinute);
        Assert.Null(options.Service);
    }

    [Fact]
    public void No_setting_can_hold_a_key() =>
        Assert.Equal(
            ["KeyVariable"],
            typeof(ImageApiOptions).GetProperties()
                .Where(static property => property.PropertyType == typeof(string) && property.Name.Contains("Key", StringComparison.Ordinal))
                    .Select(static property => property.Name));

    [Theory]
    [InlineData("http://127.0.0.1:5000/v1/", true)]
    [InlineData("http://localhost/v1/", true)]
    [InlineData("http://10.0.0.1/v1/", false)]
    [InlineData("https://example.org/v1/", false)]
    [InlineData("ftp://127.0.0.1/v1/", false)]
    public void Only_this_machine_is_asked_without_a_credential(string endpoint, bool allowed) =>
        Assert.Equal(allowed, new ImageApiOptions { Endpoint = new Uri(endpoint), Authentication = ImageApiAuthentication.None }.DescribeFault() is null);

    [Theory]
    [InlineData(ImageApiAuthentication.EntraId, false)]
    [InlineData(ImageApiAuthentication.ApiKey, true)]
    public void Token_is_not_sent_in_plain_even_to_this_machine(ImageApiAuthentication authentication, bool allowed) =>
        Assert.Equal(allowed,
            new ImageApiOptions { Endpoint = new Uri("http://127.0.0.1:5000/v1/"), Authentication = authentication, KeyVariable = "KEY" }
                .DescribeFault() is null);

    private static ImageApiOptions Bind(Dictionary<string, string?> settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"ImageApi:{setting.Key}", setting.Value))).Build()
            .GetSection(ImageApiOptions.SectionName).Get<ImageApiOptions>() ?? new ImageApiOptions();
}
