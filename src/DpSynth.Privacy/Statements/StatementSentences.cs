using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Statements;

/// <summary>The sentences of a statement that depend on what a run promised.</summary>
internal static class StatementSentences
{
    /// <summary>What the guarantee does not cover.</summary>
    internal static IEnumerable<string> NotCovered(StatementFacts facts)
    {
        yield return facts.Unit switch
        {
            PrivacyUnit.Owner => "Owners are told apart as stated: somebody whose images were filed under several owners is protected owner by owner only.",
            _ => "Whoever contributed several images, or is shown in several, is protected image by image only: more images of one person cost more.",
        };
        if (facts.Adjacency == Adjacency.AddRemove)
        {
            yield return "The stated ε is about presence; for exchanging one contribution for another, the other adjacency's ε applies.";
        }

        if (facts.DeltaSource == DeltaSource.NoisySize)
        {
            yield return "δ was chosen after a noisy size was released: the stated pair takes the noise levels that followed from it as given.";
        }

        yield return "Other releases from the same images add up with this one; the dataset's ledger holds the total.";
        yield return "What the models of generator and embedder had learnt before the run is not covered, even if a private image was among it.";
        yield return "That the dataset exists, and the names, number and sizes of its files for those who may list them, are not hidden.";
        yield return "How long the run took may depend on the dataset's size.";
        yield return "Refusals and figures shown to the data's owner are exact; whoever passes them on gives something away that no noise covers.";
    }

    /// <summary>What is protected, in the singular.</summary>
    internal static string Protected(PrivacyUnit unit) => unit switch
    {
        PrivacyUnit.Owner => "one owner with all images that belong to them",
        _ => "one image",
    };

    /// <summary>What neighbours are.</summary>
    internal static string Neighbours(Adjacency adjacency, PrivacyUnit unit)
    {
        var one = unit == PrivacyUnit.Owner ? "one owner" : "one image";
        return adjacency switch
        {
            Adjacency.ReplaceOne => $"replace-one: two datasets are neighbours if {one} of the first is exchanged for another in the second",
            _ => $"add-remove: two datasets are neighbours if the second has {one} more or less than the first",
        };
    }

    /// <summary>Where δ comes from.</summary>
    internal static string Origin(DeltaSource source) => source switch
    {
        DeltaSource.Request => "given by the request",
        DeltaSource.DeclaredSize => "1/(n ln n) of a size n that the request declared public",
        _ => "1/(n ln n) of a noisy size n, whose release is counted below",
    };

    /// <summary>How an accountant adds up.</summary>
    internal static string NameOf(AccountantKind accountant) => accountant switch
    {
        AccountantKind.Gdp => "gdp: Gaussian differential privacy, a closed form",
        AccountantKind.Pld => "pld: privacy loss distributions, computed numerically with certified rounding",
        AccountantKind.Rdp => "rdp: Rényi differential privacy",
        _ => accountant.ToString(),
    };

    /// <summary>A mechanism's name.</summary>
    internal static string NameOf(PrivacyEvent measurement) => measurement switch
    {
        DiscreteGaussianEvent => "discrete Gaussian",
        GaussianEvent => "Gaussian",
        SubsampledGaussianEvent => "subsampled Gaussian",
        LaplaceEvent => "Laplace",
        _ => "explicit",
    };
}
