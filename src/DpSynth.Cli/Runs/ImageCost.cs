using System.Text.Json;
using System.Text.Json.Nodes;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Cli.Terminals;
using DpSynth.Synthesis.Requests;

namespace DpSynth.Cli.Runs;

/// <summary>What a request will cost at an image API, before it is sent.</summary>
internal static class ImageCost
{
    /// <summary>Prints the estimate; nothing for generators that pay nothing.</summary>
    public static void Announce(RunRequest request, Terminal terminal)
    {
        if (ImageCostEstimate.Of(request) is not { } estimate || request.Generator is not OpenAIImagesOptions options)
        {
            return;
        }

        terminal.Say(
            $"Estimate: {Figures.Count(estimate.Generations)} images generated and {Figures.Count(estimate.Edits)} edited by {options.Model} "
                + $"({options.SizeFor(request.Image.ToShape())}, {options.Quality}), {Figures.Dollars(estimate.Cost)}"
            + (options.MaxCost is { } most ? $"; the run stops before it passes {Figures.Dollars(most)}." : "; no cap is set ('--max-cost')."));
    }

    /// <summary>Writes a cap into a request.</summary>
    /// <exception cref="CommandException">The request's generator pays nothing, or its cap is lower.</exception>
    public static string WriteCap(string json, RunRequest request, decimal cap)
    {
        if (request.Generator is not OpenAIImagesOptions options)
        {
            throw new CommandException(
                ExitCode.Usage, $"--max-cost is for '{OpenAIImagesOptions.GeneratorName}'; '{request.Generator.Name}' asks no image API.");
        }

        if (options.MaxCost < cap)
        {
            throw new CommandException(
                ExitCode.Usage, $"--max-cost is above the request's own 'maxCost' of {Figures.Dollars(options.MaxCost.Value)}; change it there.");
        }

        var reading = new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var written = JsonNode.Parse(json, documentOptions: reading)!;
        written["generator"]!["options"]!["maxCost"] = cap;
        return written.ToJsonString();
    }
}
