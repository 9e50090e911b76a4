namespace DpSynth.Catalogue.DrawText;

/// <summary>Which point of a glyph comes to lie in the middle of the image.</summary>
public enum TextCentring
{
    /// <summary>The centre of mass of its ink, as in MNIST's published preparation.</summary>
    Mass,

    /// <summary>The middle of its bounding box.</summary>
    Box,
}
