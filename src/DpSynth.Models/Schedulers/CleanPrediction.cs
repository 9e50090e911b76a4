namespace DpSynth.Models.Schedulers;

/// <summary>
/// x₀ and ε as linear functions of the latents x = α x₀ + σ ε (α² + σ² = 1) and the model's output m: see <see cref="PredictionType"/>.
/// </summary>
internal readonly record struct CleanPrediction(double CleanFromLatents, double CleanFromOutput, double NoiseFromLatents, double NoiseFromOutput)
{
    public static CleanPrediction Of(PredictionType prediction, double alpha, double sigma) => prediction switch
    {
        PredictionType.Epsilon => new(1 / alpha, -sigma / alpha, 0, 1),
        PredictionType.Velocity => new(alpha, -sigma, sigma, alpha),
        PredictionType.Sample => new(0, 1, 1 / sigma, -alpha / sigma),
        _ => throw new ArgumentOutOfRangeException(nameof(prediction), prediction, "There is no such prediction."),
    };
}
