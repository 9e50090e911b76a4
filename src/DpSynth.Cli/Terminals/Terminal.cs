using System.Text.Json;
using DpSynth.Synthesis;
using Spectre.Console;

namespace DpSynth.Cli.Terminals;

/// <summary>
/// Where a command writes: results on standard output, messages and progress on standard error. With <c>--json</c> the result is one
/// JSON object and nothing else reaches standard output.
/// </summary>
/// <param name="output">Standard output.</param>
/// <param name="errors">Standard error.</param>
/// <param name="isInteractive">Whether a person watches standard error: lines may then be redrawn and coloured.</param>
/// <param name="width">Columns of an interactive terminal.</param>
/// <param name="showsResults">Whether a person reads standard output on that terminal too: tables may then be coloured, and wrapped to its width.</param>
public sealed class Terminal(TextWriter output, TextWriter errors, bool isInteractive, Func<int> width, bool showsResults = false)
{
    private readonly Lazy<IAnsiConsole> _screen = new(() =>
    {
        var screen = Screen.Open(errors, width, hasColours: true);

        // A process that ends in the middle of a stage leaves the terminal as it found it.
        AppDomain.CurrentDomain.ProcessExit += (_, _) => screen.Cursor.Show();
        return screen;
    });

    private Func<bool> _isDrawing = () => false;

    /// <summary>Whether results are JSON.</summary>
    public bool Json { get; set; }

    /// <summary>Whether lines may be redrawn and coloured.</summary>
    public bool IsInteractive => isInteractive;

    /// <summary>The process's console.</summary>
    public static Terminal OfConsole()
    {
        // See https://no-color.org; what runs builds sets CI, and keeps what is written as a log.
        var isScreen = Environment.GetEnvironmentVariable("TERM") is not (null or "" or "dumb") && !IsSet("NO_COLOR") && !IsSet("CI");
        return new(
            Console.Out, Console.Error, isScreen && !Console.IsErrorRedirected, () => Console.WindowWidth, isScreen && !Console.IsOutputRedirected);
    }

    /// <summary>Says something to the person at the terminal.</summary>
    public void Say(string message)
    {
        if (_isDrawing())
        {
            _screen.Value.WriteLine(message);
        }
        else
        {
            errors.WriteLine(message);
        }
    }

    /// <summary>Whether a person is there to be asked.</summary>
    public bool CanAsk => isInteractive && !Json && !Console.IsInputRedirected;

    /// <summary>Asks the person at the terminal, with an answer that stands if nothing is typed.</summary>
    /// <param name="question">The question.</param>
    /// <param name="recommended">The answer that stands.</param>
    /// <param name="read">Reads an answer; null if it is none.</param>
    public T Ask<T>(string question, string recommended, Func<string, T?> read)
        where T : class
    {
        while (true)
        {
            errors.Write($"{question} [{recommended}] ");
            errors.Flush();
            var typed = Console.In.ReadLine()?.Trim();
            if (read(string.IsNullOrEmpty(typed) ? recommended : typed) is { } answer)
            {
                return answer;
            }

            errors.WriteLine("That is no answer to this question.");
        }
    }

    /// <summary>Writes a result: <paramref name="text"/> for people, <paramref name="value"/> with <c>--json</c>.</summary>
    public void Result<T>(T value, Func<T, string> text) => Result(value, (shown, _) => text(shown));

    /// <summary>Writes a result with tables in it: <paramref name="text"/> for people, <paramref name="value"/> with <c>--json</c>.</summary>
    public void Result<T>(T value, Func<T, Layout, string> text)
    {
        output.WriteLine(
            Json ? JsonSerializer.Serialize(value, SynthesisJson.Indented) : text(value, new Layout(showsResults ? width() : null)).TrimEnd());
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
    /// <returns>The stage. One that begins on a terminal before another is over is not shown: only one line is redrawn at a time.</returns>
    public IProgressStage Begin(string title, string unit, long total)
    {
        if (!isInteractive || Json)
        {
            return new PlainStage(errors, title, unit, total, TimeProvider.System);
        }

        if (_isDrawing())
        {
            return new PlainStage(TextWriter.Null, title, unit, total, TimeProvider.System);
        }

        var stage = new LiveStage(_screen.Value, title, unit, total, TimeProvider.System);
        _isDrawing = () => !stage.IsOver;
        return stage;
    }

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
