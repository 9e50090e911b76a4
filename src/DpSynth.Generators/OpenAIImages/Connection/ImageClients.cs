using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Azure.Core;
using DpSynth.Synthesis.Generation;
using OpenAI;
using OpenAI.Images;

namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>
/// Makes clients of the official libraries, Azure.AI.OpenAI for Azure OpenAI and OpenAI for all else, stripped of what is done elsewhere or must
/// not be done: they do not retry, follow no redirect (the credential would go along), and log nothing.
/// </summary>
/// <param name="options">The worker's settings.</param>
/// <param name="identity">Who asks with a token; null for the identity that the settings name.</param>
internal sealed class ImageClients(ImageApiOptions options, TokenCredential? identity = null) : IDisposable
{
    /// <summary>The scope of tokens for OpenAI's API as Azure serves it, or a gateway before it.</summary>
    internal const string OpenAIScope = "https://ai.azure.com/.default";

    // The first that has the gpt-image models and their edits. Pinned, for a newer library would bring another with it.
    private const AzureOpenAIClientOptions.ServiceVersion Version = AzureOpenAIClientOptions.ServiceVersion.V2025_04_01_Preview;

    private const string UserAgent = "DpSynth";

    private readonly ImageApiCredentials _credentials = new(options);
    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(10),
        MaxConnectionsPerServer = int.MaxValue,
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <summary>Makes the client of a deployment.</summary>
    /// <exception cref="GenerationException">The key is not where the settings say.</exception>
    public async Task<ImageClient> CreateAsync(string deployment)
    {
        var token = options.Authentication == ImageApiAuthentication.EntraId ? identity ?? _credentials.Identity() : null;
        var key = token is null ? new ApiKeyCredential(await _credentials.ReadKeyAsync()) : null;
        var endpoint = ImageEndpoint.Of(options);
        return endpoint.Service == ImageApiService.AzureOpenAI
            ? CreateAzure(endpoint.Address, deployment, token, key)
            : CreateOpenAI(endpoint.Address, deployment, token, key);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private ImageClient CreateAzure(Uri resource, string deployment, TokenCredential? token, ApiKeyCredential? key)
    {
        var settings = new AzureOpenAIClientOptions(Version)
        {
            Audience = options.TokenScope is { Length: > 0 } scope ? scope : AzureOpenAIAudience.AzurePublicCloud,
            UserAgentApplicationId = UserAgent,
        };
        Strip(settings);
        var client = token is not null ? new AzureOpenAIClient(resource, token, settings) : new AzureOpenAIClient(resource, key!, settings);
        return client.GetImageClient(deployment);
    }

    private ImageClient CreateOpenAI(Uri address, string model, TokenCredential? token, ApiKeyCredential? key)
    {
        var settings = new OpenAIClientOptions { Endpoint = address, UserAgentApplicationId = UserAgent };
        Strip(settings);
        return token is not null
            ? new ImageClient(model, new BearerTokenPolicy(token, options.TokenScope is { Length: > 0 } scope ? scope : OpenAIScope), settings)
            : new ImageClient(model, key!, settings);
    }

    private void Strip(ClientPipelineOptions settings)
    {
        settings.RetryPolicy = new ClientRetryPolicy(maxRetries: 0);
        settings.NetworkTimeout = Timeout.InfiniteTimeSpan;
        settings.Transport = new HttpClientPipelineTransport(_http);
        settings.EnableDistributedTracing = false;
        settings.ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false };
        if (options.ApiVersion is { Length: > 0 } version)
        {
            settings.AddPolicy(new ApiVersionPolicy(version), PipelinePosition.PerCall);
        }
    }
}
