using System.Text.Json;
using DpSynth.Models.Folders;
using Microsoft.ML.Tokenizers;

namespace DpSynth.Models.Tokenization;

/// <summary>
/// CLIP's byte-level byte-pair tokenizer, read from a folder's <c>vocab.json</c>, <c>merges.txt</c>, <c>tokenizer_config.json</c> and
/// <c>special_tokens_map.json</c>. Thread-safe.
/// </summary>
public sealed class ClipTokenizer
{
    // Configurations without a limit write a huge number instead of one.
    private const int MaxContext = 1 << 16;

    private const string EndOfWord = "</w>";

    private readonly BpeTokenizer _pairs;
    private readonly int _start;
    private readonly int _end;
    private readonly int _padding;

    private ClipTokenizer(BpeTokenizer pairs, int start, int end, int padding, int? contextLength)
    {
        (_pairs, _start, _end, _padding) = (pairs, start, end, padding);
        ContextLength = contextLength;
    }

    /// <summary>Tokens of a prompt with start and end, as <c>model_max_length</c> says; null if the folder sets no limit.</summary>
    public int? ContextLength { get; }

    /// <summary>Reads a tokenizer's folder.</summary>
    /// <exception cref="ModelFolderException">A file is missing or not readable, or a token is not in the vocabulary.</exception>
    public static ClipTokenizer Read(string folder)
    {
        var vocabulary = JsonConfiguration.Read(Path.Combine(folder, "vocab.json"));
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var entry in vocabulary.Fields)
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var id))
            {
                throw vocabulary.Fault(entry.Name, "must be a whole number");
            }

            ids[entry.Name] = id;
        }

        var configuration = JsonConfiguration.Read(Path.Combine(folder, "tokenizer_config.json"));
        var mapFile = Path.Combine(folder, "special_tokens_map.json");
        var map = File.Exists(mapFile) ? JsonConfiguration.Read(mapFile) : configuration;

        var end = Special(ids, map, configuration, "eos_token", ClipText.EndOfText);
        var start = Special(ids, map, configuration, "bos_token", ClipText.StartOfText);
        var padding = Special(ids, map, configuration, "pad_token", ClipText.EndOfText);
        var unknown = Special(ids, map, configuration, "unk_token", ClipText.EndOfText);
        var length = configuration.Number("model_max_length", double.MaxValue);
        if (length < 2)
        {
            throw configuration.Fault("model_max_length", "must leave room for a start and an end");
        }

        var written = new[] { ClipText.StartOfText, ClipText.EndOfText }.ToDictionary(token => token, token => ids.GetValueOrDefault(token, ids[unknown]));
        var pairs = BpeTokenizer.Create(new BpeOptions(ids)
        {
            Merges = ReadMerges(Path.Combine(folder, "merges.txt"), ids),
            ByteLevel = true,
            EndOfWordSuffix = EndOfWord,
            UnknownToken = unknown,
            Normalizer = new ClipText(),
            PreTokenizer = new RegexPreTokenizer(ClipText.Word, specialTokens: null),
            SpecialTokens = written,
        });
        return new ClipTokenizer(pairs, ids[start], ids[end], ids[padding], length <= MaxContext ? (int)length : null);
    }

    /// <summary>Encodes a prompt; text that the context has no room for is left out at the end, as CLIP does.</summary>
    /// <param name="text">The prompt; may be empty.</param>
    /// <param name="contextLength">Ids to give, at least 2.</param>
    public TokenizedPrompt Encode(string text, int contextLength)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentOutOfRangeException.ThrowIfLessThan(contextLength, 2);
        var tokens = _pairs.EncodeToIds(text);
        var kept = Math.Min(tokens.Count, contextLength - 2);
        var ids = new int[contextLength];
        ids[0] = _start;
        for (var i = 0; i < kept; i++)
        {
            ids[i + 1] = tokens[i];
        }

        ids[kept + 1] = _end;
        ids.AsSpan(kept + 2).Fill(_padding);
        return new TokenizedPrompt(ids, tokens.Count, kept < tokens.Count);
    }

    // A comment, then one pair a line, the best first.
    private static List<string> ReadMerges(string path, Dictionary<string, int> ids)
    {
        if (!File.Exists(path))
        {
            throw new ModelFolderException($"The model folder lacks the file {path}.");
        }

        var merges = new List<string>();
        var number = 0;
        foreach (var line in File.ReadLines(path))
        {
            number++;
            if (line.Length == 0 || (number == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            if (line.Split(' ') is not [{ Length: > 0 } left, { Length: > 0 } right])
            {
                throw new ModelFolderException($"{path}: line {number} is no pair of two pieces.");
            }

            foreach (var piece in new[] { left, right, left + right })
            {
                if (!ids.ContainsKey(piece))
                {
                    throw new ModelFolderException($"{path}: line {number} needs the piece '{piece}', which is not in the vocabulary.");
                }
            }

            merges.Add(line);
        }

        return merges;
    }

    // A special token is given as a text, or as an object with the field 'content'.
    private static string Special(
        Dictionary<string, int> ids, JsonConfiguration map, JsonConfiguration configuration, string name, string defaultToken)
    {
        var element = map.Take(name) ?? configuration.Take(name);
        if (element is { ValueKind: JsonValueKind.Object } added)
        {
            element = JsonConfiguration.Parse(map.File, added).Take("content");
        }

        var token = element switch
        {
            null => defaultToken,
            { ValueKind: JsonValueKind.String } text => text.GetString()!,
            _ => throw map.Fault(name, "must be a text or have the field 'content'"),
        };
        return ids.ContainsKey(token) ? token : throw map.Fault(name, $"is '{token}', which is not in the vocabulary");
    }
}
