using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using DpSynth.Catalogue;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Runs;

/// <summary><c>dpsynth runs schema</c>.</summary>
internal static partial class SchemaCommand
{
    private static readonly Option<bool> _markdown = new("--markdown") { Description = "As the tables of docs/requests.md." };

    public static Command Create(CommandContext context) => CommandContext.Command(
        "schema",
        "Print what a request can say, field by field; with --json as JSON Schema, which editors understand.",
        [_markdown],
        (parsed, _) =>
        {
            context.Terminal.Result(
                Schema(),
                _ => string.Join(Environment.NewLine, RequestParts.Reader.Parts.Select(part => $"{part.Name}{Environment.NewLine}{(parsed.GetValue(_markdown)
                    ? $"{Environment.NewLine}{RequestSchema.Table(part.Fields)}"
                    : List(part.Fields))}")));
            return Task.FromResult(ExitCode.Success);
        });

    /// <summary>
    /// What it refuses is refused; what it lets through, the reader may still refuse: fields that do not go together, texts that say nothing.
    /// </summary>
    private static JsonObject Schema()
    {
        var schema = RequestSchema.Of(RequestParts.Reader.Fields);
        schema["properties"]!["$schema"] = new JsonObject { ["type"] = "string" };
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        return schema;
    }

    private static string List(IReadOnlyList<Field> fields)
    {
        var text = new StringBuilder();
        foreach (var field in fields)
        {
            string?[] facts = [field.Range, field.IsRequired ? "required" : field.Default.Length > 0 ? $"default: {field.Default}" : null];
            text.AppendLine(Plain($"  {field.Name}  {string.Join("; ", facts.Where(fact => !string.IsNullOrEmpty(fact)))}").TrimEnd());
            text.AppendLine(Plain($"      {field.Meaning}"));
        }

        return text.ToString();
    }

    private static string Plain(string markdown) =>
        Link().Replace(markdown, "${text}").Replace("`", "", StringComparison.Ordinal).Replace("**", "", StringComparison.Ordinal);

    [GeneratedRegex(@"(: )?\[below\]\(#[^)]*\)|\[(?<text>[^\]]*)\]\([^)]*\)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Link();
}
