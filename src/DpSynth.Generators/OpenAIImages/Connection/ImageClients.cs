using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using DpSynth.Synthesis.Generation;
using OpenAI;
using OpenAI.Images;

namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>
/// Makes clients of the official library, stripped of what is done elsewhere or must not be done: it does not retry, follows no redirect (the
/// credential would go along), and logs nothing.
/// </summary>
internal sealed class ImageClients(ImageApiOptions options) : IDisposable
{
    // What a client sends where nobody is asked for; a server on this machine reads no key.
    private const string NoKey = "none";

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
        var settings = new OpenAIClientOptions
        {
            Endpoint = new Uri(options.Endpoint!.AbsoluteUri.TrimEnd('/') + "/"),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan,
            Transport = new HttpClientPipelineTransport(_http),
            UserAgentApplicationId = "DpSynth",
            EnableDistributedTracing = false,
            ClientLoggingOptions = new ClientLoggingOptions { EnableLogging = false },
        };
        if (options.ApiVersion is { Length: > 0 } version)
            settings.AddPolicy(new ApiVersionPolicy(version), PipelinePosition.PerCall);
        return options.Authentication == ImageApiAuthentication.EntraId
            ? new ImageClient(deployment, new BearerTokenPolicy(Identity(), options.TokenScope), settings)
            : new ImageClient(deployment, new ApiKeyCredential(await ReadKeyAsync()), settings);
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private TokenCredential Identity() => options.ClientId is { Length: > 0 } id
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
        : new DefaultAzureCredential();

    private async Task<string> ReadKeyAsync()
    {
        if (options.Authentication == ImageApiAuthentication.None)
            return NoKey;

        string? key;
        if (options is { KeyVaultUri: { } vault, SecretName: { } name })
        {
            try
            {
                key = (await new SecretClient(vault, Identity()).GetSecretAsync(name)).Value.Value;
            }
            catch (Exception fault) when (fault is Azure.RequestFailedException or AuthenticationFailedException)
            {
                // The fault itself is left behind: nobody can tell what its text holds.
                throw new GenerationException($"The key of the image API cannot be read from the secret '{name}' in {vault.Host}: see that the secret is there and the worker's identity may read it ({fault.GetType().Name}).");
            }
        }
        else
        {
            key = Environment.GetEnvironmentVariable(options.KeyVariable!);
        }

        return string.IsNullOrWhiteSpace(key)
            ? throw new GenerationException("The key of the image API is empty: set the secret, or the environment variable that 'ImageApi__KeyVariable' names.")
            : key.Trim();
    }

    private sealed class ApiVersionPolicy(string version) : PipelinePolicy
    {
        public override void Process(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Add(message.Request);
            ProcessNext(message, pipeline, currentIndex);
        }

        public override ValueTask ProcessAsync(PipelineMessage message, IReadOnlyList<PipelinePolicy> pipeline, int currentIndex)
        {
            Add(message.Request);
            return ProcessNextAsync(message, pipeline, currentIndex);
        }

        private void Add(PipelineRequest request)
        {
            var address = new UriBuilder(request.Uri!);
            address.Query = $"{(address.Query is { Length: > 1 } query ? query[1..] + "&" : "")}api-version={Uri.EscapeDataString(version)}";
            request.Uri = address.Uri;
        }
    }
}
