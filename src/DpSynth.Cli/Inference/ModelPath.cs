using DpSynth.Cli.Connections;
using DpSynth.Models.Folders;

namespace DpSynth.Cli.Inference;

/// <summary>Where a model that was named on the command line lies: a folder, or one of the models directory by its name.</summary>
internal static class ModelPath
{
    /// <summary>The directory that runs take their models from: the setting <c>Models__Directory</c>, else <c>models</c> beside <c>./dpsynth</c>.</summary>
    public static ModelDirectory Directory(Surroundings surroundings) => new(
        surroundings.Variable("Models__Directory") is { Length: > 0 } path ? path : Path.Combine(surroundings.Home, "models"));

    /// <summary>The folder's full path.</summary>
    /// <exception cref="CommandException">There is no such folder.</exception>
    public static string Find(string text, Surroundings surroundings)
    {
        if (System.IO.Directory.Exists(text))
        {
            return Path.TrimEndingDirectorySeparator(Path.GetFullPath(text));
        }

        var models = Directory(surroundings);
        var isName = text.Length > 0 && text is not ("." or "..") && text.AsSpan().IndexOfAny('/', '\\', '\0') < 0;
        return isName && System.IO.Directory.Exists(Path.Combine(models.Path, text))
            ? Path.Combine(models.Path, text)
            : throw new CommandException(ExitCode.NotFound, $"There is no model folder '{text}', neither here nor in {models.Path}.");
    }
}
