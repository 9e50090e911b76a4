using Microsoft.Extensions.Logging;

namespace DpSynth.LocalHost.Durable;

/// <content>What an instance logs. Nothing of its inputs, outputs or events.</content>
internal sealed partial class OrchestrationInstance
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A turn of instance {InstanceId} could not be completed; trying again in {Pause}.")]
    private static partial void LogTurnFailed(ILogger logger, Exception exception, string instanceId, TimeSpan pause);

    [LoggerMessage(Level = LogLevel.Error, Message = "Orchestration {Name} {InstanceId} failed: {ErrorType}: {ErrorMessage}")]
    private static partial void LogInstanceFailed(ILogger logger, string name, string instanceId, string errorType, string errorMessage);
}
