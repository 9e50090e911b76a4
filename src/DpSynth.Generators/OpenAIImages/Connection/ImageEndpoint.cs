namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>Where a worker sends its requests, and which of the two APIs is spoken there. All that tells them apart is here.</summary>
/// <param name="Service">The API.</param>
/// <param name="Address">What its client is given: of Azure OpenAI the resource, of others the address up to and with <c>/v1/</c>. It ends in a slash.</param>
internal sealed record ImageEndpoint(ImageApiService Service, Uri Address)
{
    // Hosts of Azure OpenAI and Foundry resources, in all clouds.
    private static readonly string[] _azureHosts =
        [.. from name in (string[])["openai", "services.ai", "cognitiveservices"] from cloud in (string[])["com", "us", "cn"] select $".{name}.azure.{cloud}"];

    // What portals and the v1 API's documentation show behind a resource's address.
    private static readonly string[] _azureTails = ["/openai/v1", "/openai"];

    /// <summary>Reads sound settings.</summary>
    public static ImageEndpoint Of(ImageApiOptions options)
    {
        var (endpoint, service) = (options.Endpoint!, ServiceOf(options));
        var path = endpoint.AbsolutePath.TrimEnd('/');
        if (service == ImageApiService.AzureOpenAI && _azureTails.FirstOrDefault(tail => path.EndsWith(tail, StringComparison.OrdinalIgnoreCase)) is { } tail)
        {
            path = path[..^tail.Length];
        }

        return new ImageEndpoint(service, new UriBuilder(endpoint) { Path = $"{path}/" }.Uri);
    }

    /// <summary>What is wrong with an absolute address, as one sentence; null if nothing is.</summary>
    public static string? DescribeFault(ImageApiOptions options)
    {
        // A gateway may have a path of its own; a resource has none, and what was pasted is an operation's address or a project's.
        var (endpoint, setting) = (Of(options), $"{ImageApiOptions.SectionName}__{nameof(ImageApiOptions.Endpoint)}");
        return endpoint is { Service: ImageApiService.AzureOpenAI, Address: { AbsolutePath: not "/" } address } && IsAzure(address)
            ? $"{setting} must be the address of the Azure OpenAI resource alone, https://{address.Host}/, without "
                + $"'{address.AbsolutePath.TrimEnd('/')}': a request names the deployment."
            : null;
    }

    private static ImageApiService ServiceOf(ImageApiOptions options) =>
        options.Service ?? (IsAzure(options.Endpoint!) ? ImageApiService.AzureOpenAI : ImageApiService.OpenAI);

    private static bool IsAzure(Uri address) => Array.Exists(_azureHosts, host => address.Host.EndsWith(host, StringComparison.OrdinalIgnoreCase));
}
