namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// The owner is the n-th folder below the class's folder, or below the dataset's where there are no classes. The same name in two
/// classes is the same owner.
/// </summary>
/// <param name="level">n, at least 1.</param>
/// <param name="classConditional">Whether the first folder of a path is its class.</param>
internal sealed class FolderOwnerLookup(int level, bool classConditional) : OwnerLookup
{
    public override OwnerMatch? Find(ImagePath path)
    {
        var index = level - 1 + (classConditional ? 1 : 0);
        return index < path.Folders.Count ? new OwnerMatch(OwnerId.Of(path.Folders[index])) : null;
    }
}
