using DpSynth.Synthesis;
using Microsoft.AspNetCore.Http;

namespace DpSynth.Functions.Http;

/// <summary>The API's JSON: camelCase names, enums as camelCase texts.</summary>
internal static class ApiJson
{
    /// <summary>200 with a JSON body.</summary>
    public static IResult Ok<T>(T body) => Results.Json(body, SynthesisJson.Options);
}
