using System.Text.Json;
using DpSynth.Synthesis;

namespace DpSynth.Cli.Terminals;

/// <summary>
/// Where a command writes: results on standard output, messages and progress on standard error. With <c>--json</c> the result is one
/// JSON object and nothing else reaches standard output.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="errors">Standard error.</param>
/// <param name="isInteractive">Whether a person watches standard error: lines may then be redrawn and coloured.</param>
/// <param name="width">Columns of an interactive terminal.</param>
public sealed class Terminal(TextWriter output, TextWriter errors, bool isInteractive, Func<int> width)
{
    /// <summary>Whether results are JSON.</summary>
    public bool Json { get; set; }

    /// <summary>Whether lines may be redrawn and coloured.</summary>
    public bool IsInteractive => isInteractive;

    /// <summary>The process's console.</summary>
    public static Terminal OfConsole() => new(
        Console.Out,
        Console.Error,
        !Console.IsErrorRedirected && Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb"),
        () => Console.WindowWidth);

    /// <summary>Says something to the person at the terminal.</summary>
    public void Say(string message) => errors.WriteLine(message);

    /// <summary>Writes a result: <paramref name="text"/> for people, <paramref name="value"/> with <c>--json</c>.</summary>
    public void Result<T>(T value, Func<T, string> text)
    {
        output.WriteLine(Json ? JsonSerializer.Serialize(value, SynthesisJson.Indented) : text(value).TrimEnd());
        output.Flush();
    }

    /// <summary>Writes a part of a result that is too long to be held in one piece, as it is.</summary>
    public void Write(ReadOnlySpan<char> text) => output.Write(text);

    /// <summary>Says why the command failed; with <c>--json</c> an object <c>{ error, exitCode }</c> stands for the result.</summary>
    public void Fail(string sentence, int exitCode)
    {
        if (Json)
        {
            Result(new { Error = sentence, ExitCode = exitCode }, _ => sentence);
        }

        errors.WriteLine(sentence);
    }

    /// <summary>Begins a stage of work whose progress is shown.</summary>
    /// <param name="title">What is done, in a word or two.</param>
    /// <param name="unit">What is counted, in the plural: <c>images</c>.</param>
    /// <param name="total">How many there are; 0 where that is not known yet.</param>
    public IProgressStage Begin(string title, string unit, long total) => isInteractive
        ? new LiveStage(errors, Math.Clamp(width(), 40, 160), title, unit, total, TimeProvider.System)
        : new PlainStage(errors, title, unit, total, TimeProvider.System);
}
