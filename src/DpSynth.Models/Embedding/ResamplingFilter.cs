namespace DpSynth.Models.Embedding;

/// <summary>The filters of Pillow's <c>Image.resize</c>, by the numbers that <c>preprocessor_config.json</c> gives them.</summary>
public enum ResamplingFilter
{
    /// <summary>The nearest pixel.</summary>
    Nearest = 0,

    /// <summary>Lanczos, three lobes.</summary>
    Lanczos = 1,

    /// <summary>A triangle.</summary>
    Bilinear = 2,

    /// <summary>Keys' cubic convolution with a = −½.</summary>
    Bicubic = 3,

    /// <summary>The mean over the pixels covered.</summary>
    Box = 4,

    /// <summary>A sinc under a Hamming window.</summary>
    Hamming = 5,
}
