using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Http;

/// <summary>Serves the API's description.</summary>
public static class OpenApi
{
    private const string Resource = "DpSynth.Functions.Http.openapi.json";

    /// <summary>The OpenAPI 3.1 document.</summary>
    [Function(nameof(GetOpenApi))]
    public static IResult GetOpenApi([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "openapi.json")] HttpRequest request) =>
        Results.Stream(
            typeof(OpenApi).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"The resource {Resource} is missing."),
            "application/json");
}
