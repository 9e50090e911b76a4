using System.Globalization;
using DpSynth.TestResults;

if (args.Length == 0)
{
    await Console.Error.WriteLineAsync("Usage: DpSynth.TestResults FOLDER [PROJECT=EXITCODE …]");
    return 2;
}

var sum = TestSum.Of(
    args[0],
    args.Skip(1).Select(one => one.Split('=')).Select(parts => (parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture))));
if (sum.Broken.Count > 0)
{
    await Console.Error.WriteLineAsync(
        $"{sum.Broken.Count} test project(s) ended without a complete result; each counts as one failure: {string.Join(", ", sum.Broken)}.");
}

Console.WriteLine(sum);
return sum.IsGood ? 0 : 1;
