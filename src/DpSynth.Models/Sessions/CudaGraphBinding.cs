namespace DpSynth.Models.Sessions;

/// <summary>Asks that a binding's calls be recorded as a CUDA graph.</summary>
/// <param name="DeviceId">The GPU's number.</param>
/// <param name="GraphId">The recording's number; every binding has its own, for it has shapes and addresses of its own.</param>
internal readonly record struct CudaGraphBinding(int DeviceId, int GraphId);
