using System.Text.Json;
using DpSynth.Models.Folders;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// CLIP's byte-level byte-pair tokenizer, read from a folder's <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and
/// <c>special_tokens_map.json</c>. Thread-safe.
/// </summary>
public sealed class ClipTokenizer
{
    // Configurations without a limit write a huge number instead of one.
    private const int LongestContext = 1 << 16;

    private readonly BytePairMerges _merges;
    private readonly Dictionary<string, int> _ids;
    private readonly int _start;
    private readonly int _end;
    private readonly int _padding;
    private readonly int _unknown;

    private ClipTokenizer(BytePairMerges merges, Dictionary<string, int> ids, int start, int end, int padding, int unknown, int? contextLength)
    {
        (_merges, _ids, _start, _end, _padding, _unknown) = (merges, ids, start, end, padding, unknown);
        ContextLength = contextLength;
    }

    /// <summary>Tokens of a prompt with start and end, as <c>model_max_length</c> says; null if the folder sets no limit.</summary>
    public int? ContextLength { get; }

    /// <summary>Reads a tokenizer's folder.</summary>
    /// <exception cref="ModelFolderException">A file is missing or not readable, or a special token is not in the vocabulary.</exception>
    public static ClipTokenizer Read(string folder)
    {
        var vocabulary = JsonConfiguration.Read(Path.Combine(folder, "vocab.json"));
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocabulary.Fields)
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id))
                throw vocabulary.Fault(entry.Name, "must be a whole number");
            ids[entry.Name] = id;
        }

        var configuration = JsonConfiguration.Read(Path.Combine(folder, "tokenizer_config.json"));
        var mapFile = Path.Combine(folder, "special_tokens_map.json");
        var map = File.Exists(mapFile) ? JsonConfiguration.Read(mapFile) : configuration;

        var end = Special(ids, map, configuration, "eos_token", ClipWords.EndOfText);
        var start = Special(ids, map, configuration, "bos_token", ClipWords.StartOfText);
        var padding = Special(ids, map, configuration, "pad_token", ClipWords.EndOfText);
        var unknown = Special(ids, map, configuration, "unk_token", ClipWords.EndOfText);
        var length = configuration.Number("model_max_length", double.MaxValue);
        if (length < 2)
            throw configuration.Fault("model_max_length", "must leave room for a start and an end");
        return new ClipTokenizer(
            BytePairMerges.Read(Path.Combine(folder, "merges.txt")), ids, start, end, padding, unknown, length <= LongestContext ? (int)length : null);
    }

    /// <summary>The pieces a text is cut into, before truncation.</summary>
    public IReadOnlyList<string> Pieces(string text)
    {
        var pieces = new List<string>();
        foreach (var word in ClipWords.Split(text))
        {
            if (word is ClipWords.StartOfText or ClipWords.EndOfText)
                pieces.Add(word);
            else
                pieces.AddRange(_merges.Split(ByteAlphabet.Spell(word)));
        }

        return pieces;
    }

    /// <summary>Encodes a prompt; text that the context has no room for is left out at the end, as CLIP does.</summary>
    /// <param name="text">The prompt; may be empty.</param>
    /// <param name="contextLength">Ids to give, at least 2.</param>
    public TokenizedPrompt Encode(string text, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        var pieces = Pieces(text);
        var kept = Math.Min(pieces.Count, contextLength - 2);
        var ids = new int[contextLength];
        ids[0] = _start;
        for (var i = 0; i < kept; i++)
            ids[i + 1] = _ids.TryGetValue(pieces[i], out var id) ? id : _unknown;
        ids[kept + 1] = _end;
        ids.AsSpan(kept + 2).Fill(_padding);
        return new TokenizedPrompt(ids, pieces.Count, kept < pieces.Count);
    }

    // A special token is given as a text, or as an object with the field 'content'.
    private static int Special(
        Dictionary<string, int> ids, JsonConfiguration map, JsonConfiguration configuration, string name, string defaultToken)
    {
        var element = map.Take(name) ?? configuration.Take(name);
        if (element is { ValueKind: JsonValueKind.Object } added)
            element = JsonConfiguration.Parse(map.File, added).Take("content");
        var token = element switch
        {
            null => defaultToken,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            _ => throw map.Fault(name, "must be a text or have the field 'content'"),
        };
        return ids.TryGetValue(token, out var id) ? id : throw map.Fault(name, $"is '{token}', which is not in the vocabulary");
    }
}
