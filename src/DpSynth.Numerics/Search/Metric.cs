namespace DpSynth.Numerics.Search;

/// <summary>What "nearest" means.</summary>
public enum Metric
{
    /// <summary>Smallest Euclidean distance.</summary>
    L2,

    /// <summary>Largest cosine.</summary>
    Cosine,

    /// <summary>Largest inner product (<c>ip</c>).</summary>
    InnerProduct,
}
