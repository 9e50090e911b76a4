namespace DpSynth.Synthesis.Models;

/// <summary>Brings models to this machine. Thread-safe.</summary>
public interface IModelSource
{
    /// <summary>The folder of a model on this machine; fetched first where it is missing.</summary>
    /// <param name="name">The model's name (<see cref="Requests.ModelName"/>).</param>
    /// <param name="hash">The fingerprint that the run pinned; null to take the model as it is.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <exception cref="ModelUnavailableException">There is no such model, or it is another one than the run pinned.</exception>
    Task<LocalModel> OpenAsync(string name, string? hash, CancellationToken cancellationToken);
}

/// <summary>A model on this machine.</summary>
/// <param name="Folder">Its folder; not to be written to.</param>
/// <param name="Fingerprint">The fingerprint of its files.</param>
public sealed record LocalModel(string Folder, string Fingerprint);

/// <summary>A model is not there, or not the one that was pinned. The message is one sentence for the run's status.</summary>
public sealed class ModelUnavailableException(string message) : NotSupportedException(message);
