namespace DpSynth.Imaging;

/// <summary>How an image of another size or aspect ratio becomes one of the run's size.</summary>
public enum ResizeMode
{
    /// <summary>Scaled to lie wholly inside the frame, centred; what is left of the frame is black.</summary>
    Fit,

    /// <summary>Scaled to cover the frame, centred; what reaches beyond it is cut off.</summary>
    Fill,

    /// <summary>Scaled to the frame's width and height each for itself; the aspect ratio may change.</summary>
    Stretch,
}
