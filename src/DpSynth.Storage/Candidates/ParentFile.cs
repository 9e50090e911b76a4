using DpSynth.Storage.Formats;
using DpSynth.Synthesis.Generation;

namespace DpSynth.Storage.Candidates;

/// <summary>
/// A <see cref="ParentList"/> as a <c>.npy</c> of int32 in two columns: row 0 holds the number of classes and 0; then one row a
/// class, its number of parents and <see cref="ClassParents.KeptFrom"/>; then the parents, class after class, as shard and index.
/// </summary>
internal static class ParentFile
{
    private const int Columns = 2;

    /// <summary>Encodes the list.</summary>
    public static byte[] Encode(ParentList parents)
    {
        var classes = parents.Classes;
        var rows = 1 + classes.Count + classes.Sum(parentsOfClass => parentsOfClass.Parents.Count);
        var values = new int[rows * Columns];
        var row = 0;
        Put(classes.Count, 0);
        foreach (var parentsOfClass in classes)
        {
            Put(parentsOfClass.Parents.Count, parentsOfClass.KeptFrom);
        }

        foreach (var reference in classes.SelectMany(parentsOfClass => parentsOfClass.Parents))
        {
            Put(reference.Shard, reference.Index);
        }

        return NpyFile.Encode<int>(values, rows, Columns);

        void Put(int first, int second)
        {
            values[row * Columns] = first;
            values[(row * Columns) + 1] = second;
            row++;
        }
    }

    /// <summary>Decodes the list.</summary>
    /// <exception cref="InvalidDataException">The file does not hold a list of parents.</exception>
    public static ParentList Decode(ReadOnlySpan<byte> file)
    {
        var values = NpyFile.Decode<int>(file, out var shape);
        if (shape.Count != 2 || shape[1] != Columns || shape[0] < 1)
        {
            throw new InvalidDataException("A list of parents is an array of two columns.");
        }

        var classCount = values[0];
        if (classCount < 0 || classCount > shape[0] - 1)
        {
            throw new InvalidDataException("The list of parents names more classes than it has rows.");
        }

        var classes = new ClassParents[classCount];
        var row = 1 + classCount;
        for (var i = 0; i < classCount; i++)
        {
            var count = values[(1 + i) * Columns];
            if (count < 0 || count > shape[0] - row)
            {
                throw new InvalidDataException("The list of parents is shorter than it says.");
            }

            var parents = new CandidateReference[count];
            for (var j = 0; j < count; j++, row++)
            {
                parents[j] = new CandidateReference(values[row * Columns], values[(row * Columns) + 1]);
            }

            classes[i] = new ClassParents(parents, values[((1 + i) * Columns) + 1]);
        }

        return row == shape[0] ? new ParentList(classes) : throw new InvalidDataException("The list of parents is longer than it says.");
    }
}
