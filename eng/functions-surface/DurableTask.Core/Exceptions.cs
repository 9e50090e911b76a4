namespace DurableTask.Core
{
    public class FailureDetails(
        string errorType,
        string errorMessage,
        string? stackTrace,
        FailureDetails? innerFailure,
        bool isNonRetriable,
        IDictionary<string, object?>? properties = null)
    {
        public string ErrorType { get; } = errorType;

        public string ErrorMessage { get; } = errorMessage;

        public string? StackTrace { get; } = stackTrace;

        public FailureDetails? InnerFailure { get; } = innerFailure;

        public bool IsNonRetriable { get; } = isNonRetriable;

        public IDictionary<string, object?>? Properties { get; } = properties;
    }
}

namespace DurableTask.Core.Exceptions
{
    public class OrchestrationAlreadyExistsException : InvalidOperationException
    {
        public OrchestrationAlreadyExistsException()
        {
        }

        public OrchestrationAlreadyExistsException(string message)
            : base(message)
        {
        }

        public OrchestrationAlreadyExistsException(string message, Exception innerException)
            : base(message, innerException)
        {
        }
    }

    public class OrchestrationException(int eventId, string message, Exception? innerException)
        : Exception(message, innerException)
    {
        public int EventId { get; set; } = eventId;

        public FailureDetails? FailureDetails { get; set; }
    }

    public class TaskFailedException(int eventId, int scheduleId, string name, string version, string reason, Exception? cause)
        : OrchestrationException(eventId, reason, cause)
    {
        public int ScheduleId { get; set; } = scheduleId;

        public string Name { get; set; } = name;

        public string Version { get; set; } = version;
    }
}
