using DpSynth.Generators.OpenAIImages.Connection;

namespace DpSynth.Generators.Tests.OpenAIImages;

public sealed class ImageEndpointTests
{
    [Theory]
    [InlineData("https://name.openai.azure.com/", "https://name.openai.azure.com/")]
    [InlineData("https://name.openai.azure.com", "https://name.openai.azure.com/")]
    [InlineData("https://name.openai.azure.com/openai/v1/", "https://name.openai.azure.com/")]
    [InlineData("https://name.openai.azure.com/openai/v1", "https://name.openai.azure.com/")]
    [InlineData("https://NAME.OpenAI.Azure.com/OpenAI/", "https://name.openai.azure.com/")]
    [InlineData("https://name.services.ai.azure.com/openai/v1/", "https://name.services.ai.azure.com/")]
    [InlineData("https://name.cognitiveservices.azure.com/", "https://name.cognitiveservices.azure.com/")]
    [InlineData("https://name.openai.azure.us/", "https://name.openai.azure.us/")]
    [InlineData("https://name.openai.azure.cn/", "https://name.openai.azure.cn/")]
    public void Azure_is_told_by_its_hosts_and_taken_as_the_resource(string endpoint, string address) =>
        Assert.Equal(new ImageEndpoint(ImageApiService.AzureOpenAI, new Uri(address)), ImageEndpoint.Of(Settings(endpoint)));

    [Theory]
    [InlineData("https://api.openai.com/v1/", "https://api.openai.com/v1/")]
    [InlineData("https://api.openai.com/v1", "https://api.openai.com/v1/")]
    [InlineData("https://images.example.org:8443/openai/v1/", "https://images.example.org:8443/openai/v1/")]
    [InlineData("https://openai.azure.com.example.org/v1/", "https://openai.azure.com.example.org/v1/")]
    [InlineData("https://name.eastus.cloudapp.azure.com/v1/", "https://name.eastus.cloudapp.azure.com/v1/")]
    [InlineData("https://gateway.azure-api.net/v1/", "https://gateway.azure-api.net/v1/")]
    [InlineData("http://127.0.0.1:5000/v1/", "http://127.0.0.1:5000/v1/")]
    public void All_else_is_openai_and_keeps_its_path(string endpoint, string address) =>
        Assert.Equal(new ImageEndpoint(ImageApiService.OpenAI, new Uri(address)), ImageEndpoint.Of(Settings(endpoint)));

    [Theory]
    [InlineData("https://gateway.azure-api.net/", ImageApiService.AzureOpenAI, "https://gateway.azure-api.net/")]
    [InlineData("https://gateway.azure-api.net/images/openai", ImageApiService.AzureOpenAI, "https://gateway.azure-api.net/images/")]
    [InlineData("https://name.openai.azure.com/openai/v1/", ImageApiService.OpenAI, "https://name.openai.azure.com/openai/v1/")]
    public void Setting_outdoes_the_host(string endpoint, ImageApiService service, string address)
    {
        var settings = Settings(endpoint) with { Service = service };

        Assert.Null(settings.DescribeFault());
        Assert.Equal(new ImageEndpoint(service, new Uri(address)), ImageEndpoint.Of(settings));
    }

    [Theory]
    [InlineData("https://name.openai.azure.com/openai/deployments/pictures/images/generations", "'/openai/deployments/pictures/images/generations'")]
    [InlineData("https://name.services.ai.azure.com/api/projects/one", "'/api/projects/one'")]
    [InlineData("https://name.openai.azure.com//example.org/openai/v1/", "'//example.org'")]
    public void Address_of_something_within_a_resource_is_refused(string endpoint, string path)
    {
        var fault = Settings(endpoint).DescribeFault();

        Assert.Contains("ImageApi__Endpoint must be the address of the Azure OpenAI resource alone", fault, StringComparison.Ordinal);
        Assert.Contains(path, fault, StringComparison.Ordinal);
    }

    private static ImageApiOptions Settings(string endpoint) => new() { Endpoint = new Uri(endpoint) };
}
