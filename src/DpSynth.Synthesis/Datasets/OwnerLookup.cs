using DpSynth.Ledgers;

namespace DpSynth.Synthesis.Datasets;

/// <summary>Finds the owner of an image by the image's path. Owners are told apart by their names, character by character.</summary>
public abstract class OwnerLookup
{
    /// <summary>Finds an owner.</summary>
    /// <param name="path">The image's path.</param>
    /// <returns>Null if the image has none.</returns>
    public abstract OwnerMatch? Find(ImagePath path);

    /// <summary>The lookup of a source that needs nothing but the path.</summary>
    /// <param name="source">A folder level or a pattern.</param>
    /// <param name="classConditional">Whether the first folder of a path is its class.</param>
    public static OwnerLookup Of(OwnerSource source, bool classConditional) => source switch
    {
        FolderOwners folder => new FolderOwnerLookup(folder.Level, classConditional),
        PatternOwners pattern => new PatternOwnerLookup(pattern.Pattern),
        _ => throw new ArgumentException($"Owners from {source?.Description} need more than a path.", nameof(source)),
    };
}

/// <summary>The owner found for an image.</summary>
/// <param name="Owner">Stands for the owner's name.</param>
/// <param name="Row">The row of the owner table that names the image, from 0; −1 where owners come from paths.</param>
public readonly record struct OwnerMatch(OwnerId Owner, int Row = -1);
