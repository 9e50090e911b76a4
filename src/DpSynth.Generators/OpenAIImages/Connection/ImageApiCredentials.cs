using Azure.Core;
using Azure.Identity;
using Azure.Security.KeyVault.Secrets;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>As whom a worker asks: its identity, or the key that its settings point at.</summary>
/// <param name="options">The settings.</param>
internal sealed class ImageApiCredentials(ImageApiOptions options)
{
    // What a client sends where nobody is asked for; a server on this machine reads no key.
    private const string NoKey = "none";

    /// <summary>The worker's identity in Entra ID.</summary>
    public TokenCredential Identity() => options.ClientId is { Length: > 0 } id
        ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
        : new DefaultAzureCredential();

    /// <summary>Reads the key.</summary>
    /// <exception cref="GenerationException">It is not where the settings say.</exception>
    public async Task<string> ReadKeyAsync()
    {
        if (options.Authentication == ImageApiAuthentication.None)
        {
            return NoKey;
        }

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
                throw new GenerationException($"The key of the image API cannot be read from the secret '{name}' in {vault.Host}: see that the secret "
                    + $"is there and the worker's identity may read it ({fault.GetType().Name}).");
            }
        }
        else
        {
            key = Environment.GetEnvironmentVariable(options.KeyVariable!);
        }

        return string.IsNullOrWhiteSpace(key)
            ? throw new GenerationException(
                "The key of the image API is empty: set the secret, or the environment variable that 'ImageApi__KeyVariable' names.")
            : key.Trim();
    }
}
