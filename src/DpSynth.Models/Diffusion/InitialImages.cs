using DpSynth.Imaging;

namespace DpSynth.Models.Diffusion;

/// <summary>Images to start from, for image to image (Meng et al., SDEdit, arXiv 2108.01073).</summary>
/// <param name="Images">The distinct images, sRGB, of the size that is sampled.</param>
/// <param name="ImageOf">For each result, the index of the image it starts from.</param>
/// <param name="Strength">In (0, 1]: how much of the schedule is run on the noised image; the variation degree.</param>
public sealed record InitialImages(ImageBatch Images, ReadOnlyMemory<int> ImageOf, double Strength);
