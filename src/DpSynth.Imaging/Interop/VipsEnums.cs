namespace DpSynth.Imaging.Interop;

/// <summary><c>VipsBandFormat</c>, as far as it is asked for.</summary>
internal enum VipsBandFormat
{
    UChar = 0,
}

/// <summary><c>VipsInterpretation</c>, as far as it is asked for.</summary>
internal enum VipsInterpretation
{
    BlackAndWhite = 1,
    Srgb = 22,
}

/// <summary><c>VipsFailOn</c>: from which kind of trouble on a loader fails.</summary>
internal enum VipsFailOn
{
    Error = 2,
}

/// <summary><c>VipsAccess</c>: in which order pixels will be asked for.</summary>
internal enum VipsAccess
{
    Random = 0,
    Sequential = 1,
}

/// <summary><c>VipsSize</c>: which way an image may be scaled.</summary>
internal enum VipsSize
{
    Both = 0,
    Force = 3,
}

/// <summary><c>VipsInteresting</c>: which part stays when an image is cut.</summary>
internal enum VipsInteresting
{
    None = 0,
    Centre = 1,
}

/// <summary><c>VipsCompassDirection</c>.</summary>
internal enum VipsCompassDirection
{
    Centre = 0,
}
