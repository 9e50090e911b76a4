namespace DpSynth.EndToEnd.Tests.Hosting;

/// <summary>
/// A host that somebody else started, such as Azure Functions Core Tools: its address and the two accounts that it works on, from the
/// environment. Without them the tests start the local host. What only the local host can show is marked with the trait
/// <c>host = local</c>.
/// </summary>
internal sealed record ForeignHost(Uri Endpoint, string PrivateStorage, string ExchangeStorage)
{
    private const string EndpointVariable = "DPSYNTH_TEST_HOST";

    /// <summary>The host; null if the local one is to be tested.</summary>
    public static ForeignHost? Given { get; } = Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 } endpoint
        ? new(new Uri(endpoint), Require("PrivateStorage"), Require("AzureWebJobsStorage"))
        : null;

    private static string Require(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value
        ? value
        : throw new InvalidOperationException($"{EndpointVariable} names a host, but {variable} does not say which storage it works on.");
}
