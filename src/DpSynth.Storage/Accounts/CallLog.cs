using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Accounts;

/// <summary>
/// Reports calls that failed and calls that came through after another try, each under the two ids by which the service's support finds it. A
/// part of the clients' pipeline rather than a listener of Azure.Core's events: those carry addresses, and addresses hold the names of private
/// blobs and signatures.
/// </summary>
/// <remarks>It runs once for each try. "No such blob" and "exists already" are answers, with which callers deal, and no failures.</remarks>
internal sealed partial class CallLog(ILogger<CallLog> logger) : HttpPipelinePolicy
{
    private const string ErrorCode = "x-ms-error-code";

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            await ProcessNextAsync(message, pipeline);
        }
        catch (Exception exception) when (Report(message, exception))
        {
            throw;
        }

        Report(message);
    }

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        try
        {
            ProcessNext(message, pipeline);
        }
        catch (Exception exception) when (Report(message, exception))
        {
            throw;
        }

        Report(message);
    }

    private static int Try(HttpMessage message) => message.ProcessingContext.RetryNumber + 1;

    /// <summary>Only the exception's type is written: its message may hold the address. Never handles it.</summary>
    private bool Report(HttpMessage message, Exception exception)
    {
        if (!message.CancellationToken.IsCancellationRequested)
        {
            LogBroken(logger, Try(message), exception.GetType().Name, message.Request.ClientRequestId);
        }

        return false;
    }

    private void Report(HttpMessage message)
    {
        var (status, request, headers) = (message.Response.Status, message.Request.ClientRequestId, message.Response.Headers);
        if (status >= 400 && status is not (404 or 409 or 412 or 416))
        {
            headers.TryGetValue(ErrorCode, out var code);
            LogFailed(logger, Try(message), status, code, request, headers.RequestId);
        }
        else if (Try(message) > 1)
        {
            LogRetried(logger, Try(message), status, request, headers.RequestId);
        }
    }

    [LoggerMessage(140, LogLevel.Warning, "A storage call failed: try {Try}, {Status} {Code}, client request {ClientRequestId}, request {RequestId}.")]
    private static partial void LogFailed(ILogger logger, int @try, int status, string? code, string clientRequestId, string? requestId);

    [LoggerMessage(141, LogLevel.Warning, "A storage call had no answer: try {Try}, {Fault}, client request {ClientRequestId}.")]
    private static partial void LogBroken(ILogger logger, int @try, string fault, string clientRequestId);

    [LoggerMessage(142, LogLevel.Information, "A storage call was answered at try {Try}: {Status}, client request {ClientRequestId}, request {RequestId}.")]
    private static partial void LogRetried(ILogger logger, int @try, int status, string clientRequestId, string? requestId);
}
