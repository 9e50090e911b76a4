using DpSynth.Imaging;

namespace DpSynth.Synthesis.Embedding;

/// <summary>Options of an embedder that needs no model: nothing has to be fetched or loaded to make it.</summary>
public interface IEmbedsWithoutModel
{
    /// <summary>Makes it for images of a shape.</summary>
    IEmbedder CreateEmbedder(ImageShape shape);
}
