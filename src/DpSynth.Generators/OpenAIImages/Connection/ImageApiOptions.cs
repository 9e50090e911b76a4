namespace DpSynth.Generators.OpenAIImages.Connection;

/// <summary>
/// Which image API a worker asks, as whom and how hard; configuration section <c>ImageApi</c>. It is the administrator's alone: no request
/// chooses an address. A key is never among these settings.
/// </summary>
public sealed record ImageApiOptions
{
    /// <summary>The configuration section.</summary>
    public const string SectionName = "ImageApi";

    /// <summary>
    /// The API's address: an Azure OpenAI resource's, as <c>https://NAME.openai.azure.com/</c>, or another's up to and with <c>/v1/</c>, as
    /// <c>https://api.openai.com/v1/</c>. Plain HTTP on this machine only. Null: this worker asks no image API.
    /// </summary>
    public Uri? Endpoint { get; init; }

    /// <summary>Which API the address speaks; null to tell it by the host: Azure's own are Azure OpenAI, all others OpenAI or alike.</summary>
    public ImageApiService? Service { get; init; }

    /// <summary>As whom the worker asks.</summary>
    public ImageApiAuthentication Authentication { get; init; }

    /// <summary>Client id of the worker's managed identity; null for whatever identity is there.</summary>
    public string? ClientId { get; init; }

    /// <summary>The scope of Entra ID's tokens; null for the service's own.</summary>
    public string? TokenScope { get; init; }

    /// <summary>The Key Vault that holds the key, such as <c>https://NAME.vault.azure.net/</c>.</summary>
    public Uri? KeyVaultUri { get; init; }

    /// <summary>The secret's name in that vault.</summary>
    public string? SecretName { get; init; }

    /// <summary>For trials without a vault: the environment variable that holds the key.</summary>
    public string? KeyVariable { get; init; }

    /// <summary>Value of the query parameter <c>api-version</c>; null for the one that is pinned for Azure OpenAI, and for none elsewhere.</summary>
    public string? ApiVersion { get; init; }

    /// <summary>Requests a minute that all workers together send to a deployment; null for no limit of ours.</summary>
    public double? RequestsPerMinute { get; init; }

    /// <summary>Images a minute that all workers together ask of a deployment; every request asks for one.</summary>
    public double? ImagesPerMinute { get; init; }

    /// <summary>Requests of one worker under way at once, at the start.</summary>
    public int InitialConcurrency { get; init; } = 4;

    /// <summary>Requests of one worker under way at once, at most.</summary>
    public int MaxConcurrency { get; init; } = 64;

    /// <summary>The time one attempt may take.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>The time one image may take, waiting and further attempts included.</summary>
    public TimeSpan TotalTimeout { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>Attempts after the first.</summary>
    public int MaxRetries { get; init; } = 8;

    /// <summary>The median pause before the second attempt; it grows from there, with decorrelated jitter, unless the service names one.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between attempts, also where the service asks for more.</summary>
    public TimeSpan LongestRetryDelay { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long nothing is sent when most attempts fail.</summary>
    public TimeSpan BreakDuration { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>What is wrong with the settings, as one sentence; null if nothing is.</summary>
    public string? DescribeFault()
    {
        if (Endpoint is not { IsAbsoluteUri: true } endpoint)
        {
            return $"{SectionName}__{nameof(Endpoint)} must be an address such as https://NAME.openai.azure.com/ or https://api.openai.com/v1/.";
        }

        if (endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0 || endpoint.Fragment.Length > 0)
        {
            return $"{SectionName}__{nameof(Endpoint)} must be an address without user, query or fragment.";
        }

        if (!(endpoint.Scheme == Uri.UriSchemeHttps || (endpoint.Scheme == Uri.UriSchemeHttp && endpoint.IsLoopback)))
        {
            return $"{SectionName}__{nameof(Endpoint)} must begin with https://; plain HTTP is for this machine only.";
        }

        if (Authentication == ImageApiAuthentication.EntraId && endpoint.Scheme != Uri.UriSchemeHttps)
        {
            return $"{SectionName}__{nameof(Endpoint)} must begin with https:// where {SectionName}__{nameof(Authentication)} is "
                + $"{nameof(ImageApiAuthentication.EntraId)}: tokens are not sent in plain.";
        }

        if (ImageEndpoint.DescribeFault(this) is { } fault)
        {
            return fault;
        }

        if (Authentication == ImageApiAuthentication.None && !endpoint.IsLoopback)
        {
            return $"{SectionName}__{nameof(Authentication)} is {nameof(ImageApiAuthentication.None)}, which is for this machine only.";
        }

        if (Authentication == ImageApiAuthentication.ApiKey && (KeyVaultUri is null || SecretName is null) && KeyVariable is null)
        {
            return $"{SectionName}__{nameof(KeyVaultUri)} and {SectionName}__{nameof(SecretName)} must name the secret that holds the key, or "
                + $"{SectionName}__{nameof(KeyVariable)} an environment variable.";
        }

        if (KeyVaultUri is { } vault && !(vault.IsAbsoluteUri && vault.Scheme == Uri.UriSchemeHttps))
        {
            return $"{SectionName}__{nameof(KeyVaultUri)} must be an address such as https://NAME.vault.azure.net/.";
        }

        if (RequestsPerMinute is <= 0 or > 1e6 || ImagesPerMinute is <= 0 or > 1e6)
        {
            return $"{SectionName}__{nameof(RequestsPerMinute)} and {SectionName}__{nameof(ImagesPerMinute)} must be above 0 and at most 1000000.";
        }

        if (!(InitialConcurrency >= 1 && InitialConcurrency <= MaxConcurrency && MaxConcurrency <= 1024))
        {
            return $"{SectionName}__{nameof(InitialConcurrency)} must be at least 1 and at most {SectionName}__{nameof(MaxConcurrency)}, which is at "
                + "most 1024.";
        }

        if (MaxRetries is < 0 or > 100)
        {
            return $"{SectionName}__{nameof(MaxRetries)} must lie between 0 and 100.";
        }

        return Array.TrueForAll(
            [AttemptTimeout, TotalTimeout, LongestRetryDelay, BreakDuration], static span => span > TimeSpan.Zero && span <= TimeSpan.FromDays(1))
            && RetryDelay >= TimeSpan.Zero && RetryDelay <= LongestRetryDelay && BreakDuration >= TimeSpan.FromMilliseconds(500)
                && AttemptTimeout >= TimeSpan.FromMilliseconds(10)
            ? null
            : $"The times of {SectionName} must be above zero and at most a day, {nameof(BreakDuration)} at least half a second.";
    }
}

/// <summary>Which API an address speaks.</summary>
public enum ImageApiService
{
    /// <summary>OpenAI's own, as other servers speak it too: <c>images/generations</c> below the address, a key or token as the bearer.</summary>
    OpenAI,

    /// <summary>Azure OpenAI's: the routes of a deployment below the resource's address, with a version of the API.</summary>
    AzureOpenAI,
}

/// <summary>As whom a worker asks an image API.</summary>
public enum ImageApiAuthentication
{
    /// <summary>As its own identity in Entra ID.</summary>
    EntraId,

    /// <summary>With a key from Key Vault, or from an environment variable for trials.</summary>
    ApiKey,

    /// <summary>As nobody: for a server on this machine.</summary>
    None,
}
