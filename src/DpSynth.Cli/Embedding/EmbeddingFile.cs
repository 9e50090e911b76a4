using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using DpSynth.Numerics;
using DpSynth.Storage.Formats;

namespace DpSynth.Cli.Embedding;

/// <summary>Embeddings in <c>.npy</c> files, <c>[rows, columns]</c>.</summary>
internal static class EmbeddingFile
{
    /// <summary>Reads embeddings of float16, float32 or float64.</summary>
    /// <exception cref="CommandException">There is no such file, or it holds something else.</exception>
    public static async Task<EmbeddingMatrix> ReadAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            throw new CommandException(ExitCode.NotFound, $"There is no file '{path}'.");
        }

        try
        {
            await using var stream = File.OpenRead(path);
            var header = await NpyHeader.ReadAsync(stream, cancellationToken);
            if (header.Shape is not [>= 1 and var rows, >= 1 and var columns])
            {
                throw new InvalidDataException($"it holds an array of shape ({string.Join(", ", header.Shape)}); embeddings are a matrix of a row each.");
            }

            stream.Position = 0;
            var values = header.Element switch
            {
                NpyElement.Float16 => Widen<Half>((await NpyFile.ReadAsync<Half>(stream, stream.Length, cancellationToken)).Values),
                NpyElement.Float32 => (await NpyFile.ReadAsync<float>(stream, stream.Length, cancellationToken)).Values,
                NpyElement.Float64 => Widen<double>((await NpyFile.ReadAsync<double>(stream, stream.Length, cancellationToken)).Values),
                var other => throw new InvalidDataException($"it holds {other}; embeddings are floating-point numbers."),
            };
            return new EmbeddingMatrix(rows, columns, values);
        }
        catch (InvalidDataException fault)
        {
            throw new CommandException(ExitCode.Usage, $"'{path}' cannot be read: {fault.Message}");
        }
    }

    /// <summary>Writes rows as they come; the file has its name only when the last one is in it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="rows">Rows there will be.</param>
    /// <param name="columns">Values of a row.</param>
    /// <param name="write">Writes the rows, in any number of parts.</param>
    /// <param name="cancellationToken">Stops the writing.</param>
    /// <typeparam name="T">float or int.</typeparam>
    public static async Task WriteAsync<T>(
        string path, int rows, int columns, Func<Func<ReadOnlyMemory<T>, ValueTask>, Task> write, CancellationToken cancellationToken)
        where T : unmanaged
    {
        var full = Path.GetFullPath(path);
        if (Directory.Exists(full))
        {
            throw new CommandException(ExitCode.Usage, $"'{path}' is a folder; the result is a file.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = full + ".partial";
        try
        {
            await using (var file = File.Create(partial))
            {
                var element = typeof(T) == typeof(int) ? NpyElement.Int32 : NpyElement.Float32;
                await file.WriteAsync(new NpyHeader(element, [rows, columns]).ToBytes(), cancellationToken);
                await write(part =>
                {
                    file.Write(MemoryMarshal.AsBytes(part.Span));
                    return ValueTask.CompletedTask;
                });
            }

            File.Move(partial, full, overwrite: true);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static float[] Widen<T>(T[] values)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var result = new float[values.Length];
        TensorPrimitives.ConvertTruncating<T, float>(values, result);
        return result;
    }
}
