using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Catalogue;
using DpSynth.Functions.Callers;
using DpSynth.Functions.EventPush;
using DpSynth.Functions.Http;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;

namespace DpSynth.Functions.Tests.Http;

public sealed class OpenApiTests
{
    private static readonly JsonElement Document = JsonDocument.Parse(
        typeof(OpenApi).Assembly.GetManifestResourceStream("DpSynth.Functions.Http.openapi.json")!).RootElement;

    [Fact]
    public void Document_describes_exactly_the_routes_of_the_app()
    {
        var routes =
            from type in typeof(OpenApi).Assembly.GetTypes()
            from method in type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            let function = method.GetCustomAttribute<FunctionAttribute>()
            from parameter in method.GetParameters()
            let trigger = parameter.GetCustomAttribute<HttpTriggerAttribute>()
            where function is not null && trigger is not null
            from verb in trigger.Methods ?? []
            select $"{verb} /{trigger.Route} {(verb == "options" ? "" : function.Name)}";
        var described =
            from path in Document.GetProperty("paths").EnumerateObject()
            from operation in path.Value.EnumerateObject()
            where operation.Name is not "parameters"
            select $"{operation.Name} {path.Name} {(operation.Value.TryGetProperty("operationId", out var id) ? id.GetString() : "")}";

        Assert.Equal(routes.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_names_what_the_events_of_a_push_are_held_to()
    {
        var push = Document.GetProperty("paths").GetProperty($"/{OnRequestPushed.Route}").GetProperty("post");

        Assert.Contains(AppRoles.PushEvents, push.GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            $"{PushedEvents.MaximumBytes / 1024 / 1024} MiB and {PushedEvents.MaximumEvents} events at most.",
            push.GetProperty("requestBody").GetProperty("description").GetString());
        Assert.All(push.GetProperty("requestBody").GetProperty("content").EnumerateObject(), content => Assert.True(PushedEvents.Understands(content.Name)));
        Assert.Equal(
            RequestEnvelope.RunRequested,
            Schema("RunRequested").GetProperty("type").GetProperty("const").GetString());
    }

    [Fact]
    public void Document_has_no_dangling_reference()
    {
        foreach (var reference in References(Document))
        {
            var target = reference["#/".Length..].Split('/').Aggregate(Document, (element, name) => element.GetProperty(name));
            Assert.Equal(JsonValueKind.Object, target.ValueKind);
        }
    }

    [Fact]
    public void Document_names_exactly_the_fields_of_a_run()
    {
        var fields = typeof(RunView).GetProperties().Select(property => JsonNamingPolicy.CamelCase.ConvertName(property.Name));

        Assert.Equal(fields.Order(StringComparer.Ordinal), Properties("Run").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Document_describes_requests_as_they_are_read()
    {
        var described = JsonNode.Parse(Document.GetProperty("components").GetProperty("schemas").GetProperty("RunRequest").GetRawText());
        var read = RequestSchema.Of(RequestParts.Reader.Fields);

        Assert.True(
            JsonNode.DeepEquals(read, described), "The schema 'RunRequest' in openapi.json is not what './dpsynth runs schema --json' prints: put that in.");
    }

    [Fact]
    public void Document_names_every_state_and_stage()
    {
        var schemas = Document.GetProperty("components").GetProperty("schemas");

        Assert.Equal(Names<RunState>(), Texts(schemas.GetProperty("Run").GetProperty("properties").GetProperty("state")));
        Assert.Equal(Names<RunStage>(), Texts(schemas.GetProperty("Progress").GetProperty("properties").GetProperty("stage")));
    }

    private static IEnumerable<string> Names<T>()
        where T : struct, Enum =>
        Enum.GetValues<T>().Select(value => JsonSerializer.Serialize(value, SynthesisJson.Options).Trim('"'));

    private static IEnumerable<string> Texts(JsonElement schema) => schema.GetProperty("enum").EnumerateArray().Select(text => text.GetString()!);

    private static JsonElement Schema(string name) =>
        Document.GetProperty("components").GetProperty("schemas").GetProperty(name).GetProperty("properties");

    private static IEnumerable<string> Properties(string schema) => Schema(schema).EnumerateObject().Select(property => property.Name);

    private static IEnumerable<string> References(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(property =>
            property.NameEquals("$ref") ? [property.Value.GetString()!] : References(property.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(References),
        _ => [],
    };
}
