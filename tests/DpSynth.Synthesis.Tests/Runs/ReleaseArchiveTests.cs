using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using DpSynth.Imaging.Png;
using DpSynth.Ledgers;
using DpSynth.Numerics;
using DpSynth.Privacy;
using DpSynth.Privacy.Accounting;
using DpSynth.Privacy.Mechanisms;
using DpSynth.Synthesis.PrivateEvolution;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Synthesis.Tests.Runs;

/// <summary>
/// The same request, images, seed and noise give the same run, byte for byte, from one version to the next: everything that a run released, made
/// and published is held against archives that earlier versions wrote. A difference is either a fault or a change that the changelog
/// has to name; then delete the archive, run the test, and look at what it wrote in its place.
/// </summary>
public sealed partial class ReleaseArchiveTests
{
    private static EvolutionOptions Evolution => new()
    {
        PopulationSizes = [40, 40, 40, 24],
        VariationDegrees = [VariationDegree.Of(0.6), VariationDegree.Of(0.4), VariationDegree.Of(0.2), VariationDegree.Of(0.1)],
    };

    public static TheoryData<string> Names => [.. _cases.Keys];

    private static readonly Dictionary<string, RunRequest> _cases = new(StringComparer.Ordinal)
    {
        ["by-image"] = RunHarness.Request(Evolution with { Lookahead = 2 }),
        ["by-image-kept"] = RunHarness.Request(Evolution with { Lookahead = 0, KeepSelected = true, NextVariationFolds = 2, InitialVariationFolds = 1 }),
        ["by-image-two-votes"] = RunHarness.Request(
            Evolution with { Lookahead = 0, Neighbours = 2, ContrastNeighbours = 3, SmoothingNeighbours = 1, Selection = SelectionMethod.Rank }),
        ["by-image-derived-delta"] = RunHarness.Request(Evolution with { Lookahead = 0, BudgetWeights = [1, 2, 3] }) with { Delta = null, Epsilon = 20 },
        ["by-image-public-counts"] = RunHarness.Request(Evolution with { Lookahead = 0 }) with
        {
            Privacy = new PrivacyOptions { ClassCounts = ClassCounts.Public, Adjacency = Adjacency.ReplaceOne }
        },
        ["by-owner"] = RunHarness.Request(Evolution with
        {
            Lookahead = 0,
            Neighbours = 2
        }) with
        { Privacy = new PrivacyOptions { Owners = new PatternOwners("/(?<owner>[0-9]{3})[0-9][.]png$") } },
        ["without-classes"] =
            RunHarness.Request(Evolution with { Lookahead = 1 }) with { ClassConditional = false, Scores = new ScoreOptions { Private = true } },
    };

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Run_is_what_it_was_byte_for_byte(string name)
    {
        using var run = new RunHarness { Noise = new RepeatableNoise() };
        Upload(run, "dark", 30, 60);
        Upload(run, "light", 220, 45);
        await run.RunAsync(_cases[name], candidatesPerShard: 7);
        var now = await DescribeAsync(run);

        var archive = Path.Combine(FolderOfThisFile(), "Archives", name + ".txt");
        if (!File.Exists(archive))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(archive)!);
            await File.WriteAllTextAsync(archive, now);
            Assert.Fail($"There was no archive {archive}; it is written now. Look at it, and keep it.");
        }

        Assert.Equal(await File.ReadAllTextAsync(archive), now);
    }

    [Fact]
    public async Task Archive_tells_runs_apart_that_differ_in_one_image()
    {
        using var run = new RunHarness { Noise = new RepeatableNoise() };
        Upload(run, "dark", 30, 59);
        Upload(run, "light", 220, 45);
        await run.RunAsync(_cases["by-image"], candidatesPerShard: 7);

        Assert.NotEqual(await File.ReadAllTextAsync(Path.Combine(FolderOfThisFile(), "Archives", "by-image.txt")), await DescribeAsync(run));
    }

    /// <summary>Documents as text; pixels, parents and noisy counts by their SHA-256.</summary>
    private static async Task<string> DescribeAsync(RunHarness run)
    {
        var text = new StringBuilder();
        void Add(string what, ReadOnlySpan<byte> bytes) => text.Append(Convert.ToHexStringLower(SHA256.HashData(bytes))).Append("  ").Append(what).Append('\n');

        var reserved = (await run.PrivateStore.ReadRecordAsync<ReservedRun>(RunHarness.Run, ReservedRun.RecordName, default))!;
        foreach (var release in (await run.Ledger.ReadAsync("cats", default)).Runs.Single().Measurements)
        {
            for (var part = 0; await run.PrivateStore.ReadMeasurementAsync(RunHarness.Run, release.Key, part, default) is { } counts; part++)
            {
                text.Append(CultureInfo.InvariantCulture, $"{release.Key}/{part}: {string.Join(' ', counts)}\n");
            }
        }

        for (var generation = 0; generation <= reserved.Request.Evolution.Iterations; generation++)
        {
            if (generation > 0)
            {
                var parents = await run.Candidates.ReadParentsAsync(RunHarness.Run, generation, default);
                Add($"parents of generation {generation}", Encoding.UTF8.GetBytes(
                    string.Join('|', parents.Classes.Select(one => $"{one.KeptFrom}:{string.Join(' ', one.Parents)}"))));
            }

            foreach (var job in reserved.Generation(generation).Population.Jobs)
            {
                var made = await run.Candidates.ReadCandidatesAsync(job.ShardId, withImages: true, default);
                Add($"generation {generation}, shard {job.Shard}", made.Images!.Pixels);
            }
        }

        foreach (var (file, content) in run.Releases.Files.OrderBy(file => file.Key, StringComparer.Ordinal))
        {
            if (Path.GetExtension(file) is ".tar" or ".png")
            {
                Add(file, content);
            }
            else
            {
                text.Append(CultureInfo.InvariantCulture, $"\n== {file}\n{Passing().Replace(Encoding.UTF8.GetString(content), "…")}\n");
            }
        }

        return text.ToString();
    }

    /// <summary>What differs from day to day and version to version: the product's version, and entries of the ledger, which say when they were made.</summary>
    [GeneratedRegex("DpSynth [0-9]+[.][0-9]+[.][0-9]+|(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Passing();

    private static string FolderOfThisFile([CallerFilePath] string path = "") =>
        path.StartsWith("/_/", StringComparison.Ordinal) ? Path.Combine(
            RepositoryRoot(), Path.GetDirectoryName(path)!["/_/".Length..]) : Path.GetDirectoryName(path)!;

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DpSynth.Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not run inside the repository.");
        }

        return folder;
    }

    private static void Upload(RunHarness run, string className, byte brightness, int count)
    {
        for (var i = 0; i < count; i++)
        {
            var pixels = new byte[RunHarness.Shape.ByteCount];
            for (var j = 0; j < pixels.Length; j++)
            {
                pixels[j] = (byte)(brightness + (((i * 7) + (j * 3)) % 23));
            }

            run.PrivateStore.Blobs[$"cats/{className}/{i:D4}.png"] = PngEncoder.Encode(pixels, RunHarness.Shape);
        }
    }


    /// <summary>Normal noise, rounded, that follows from what it is for.</summary>
    private sealed class RepeatableNoise : IDiscreteGaussianNoise
    {
        public void Fill(Span<long> destination, Rational sigmaSquared, string purpose)
        {
            var random = new SeededRandom(BitConverter.ToUInt64(SHA256.HashData(Encoding.UTF8.GetBytes(purpose))));
            var sigma = Math.Sqrt(sigmaSquared.ToDouble());
            foreach (ref var value in destination)
            {
                value = (long)Math.Round(random.NextGaussian() * sigma);
            }
        }
    }
}
