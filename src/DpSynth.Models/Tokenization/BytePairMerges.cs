using DpSynth.Models.Folders;

namespace DpSynth.Models.Tokenization;

/// <summary>Byte-pair encoding (Sennrich, Haddow and Birch, arXiv 1508.07909): joins the pair of the lowest rank until none is left.</summary>
internal sealed class BytePairMerges
{
    private const string EndOfWord = "</w>";

    private readonly Dictionary<(string Left, string Right), int> _ranks = [];

    /// <summary>Reads <c>merges.txt</c>: a comment, then one pair a line, the best first.</summary>
    public static BytePairMerges Read(string path)
    {
        if (!File.Exists(path))
            throw new ModelFolderException($"The model folder lacks the file {path}.");

        var merges = new BytePairMerges();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
                continue;

            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1)
                throw new ModelFolderException($"{path}: line {number} is no pair of two pieces.");
            merges._ranks.TryAdd((line[..space], line[(space + 1)..]), merges._ranks.Count);
        }

        return merges;
    }

    /// <summary>The pieces of a word that is spelt in the byte alphabet.</summary>
    public List<string> Split(string word)
    {
        var pieces = new List<string>(word.Length);
        foreach (var character in word)
            pieces.Add(character.ToString());
        pieces[^1] += EndOfWord;

        while (pieces.Count > 1)
        {
            var best = BestRank(pieces);
            if (best == int.MaxValue)
                break;
            Join(pieces, best);
        }

        return pieces;
    }

    private int BestRank(List<string> pieces)
    {
        var best = int.MaxValue;
        for (var i = 0; i + 1 < pieces.Count; i++)
            best = Math.Min(best, Rank(pieces, i));
        return best;
    }

    private void Join(List<string> pieces, int rank)
    {
        var kept = 0;
        for (var i = 0; i < pieces.Count; i++)
        {
            if (i + 1 < pieces.Count && Rank(pieces, i) == rank)
            {
                pieces[kept++] = pieces[i] + pieces[i + 1];
                i++;
            }
            else
            {
                pieces[kept++] = pieces[i];
            }
        }

        pieces.RemoveRange(kept, pieces.Count - kept);
    }

    private int Rank(List<string> pieces, int index) =>
        _ranks.TryGetValue((pieces[index], pieces[index + 1]), out var rank) ? rank : int.MaxValue;
}
