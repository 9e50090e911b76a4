namespace DpSynth.Imaging.Decoding;

/// <summary>Why an image is refused.</summary>
public enum ImageRejection
{
    /// <summary>The file is longer than <see cref="DecodeLimits.MaxEncodedBytes"/>.</summary>
    TooManyBytes,

    /// <summary>The header states more pixels than <see cref="DecodeLimits.MaxPixels"/>.</summary>
    TooManyPixels,

    /// <summary>The file is of none of the formats that are read.</summary>
    UnknownFormat,

    /// <summary>The file is damaged, cut short, or breaks its format's rules.</summary>
    Damaged,

    /// <summary>The header states a side longer than <see cref="DecodeLimits.MaxSide"/>, or the image is too elongated to be scaled as wanted.</summary>
    TooLong,

    /// <summary>A pixel has more samples than those of colours and transparency.</summary>
    TooManyChannels,

    /// <summary>Decoding may take more than <see cref="DecodeLimits.MaxMemory"/>.</summary>
    TooMuchMemory,
}
