using System.Net;
using Azure;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Tests.Accounts;

public sealed class CallLogTests : IDisposable
{
    private const string Address = "https://account.example/private-data?sig=signature";

    private readonly Lines _log = new();
    private readonly ScriptedService _service = new();
    private readonly LoggerFactory _loggers;

    public CallLogTests() => _loggers = new LoggerFactory([_log]);

    [Fact]
    public async Task Call_tried_again_is_reported_under_its_ids_and_not_by_its_address()
    {
        _service.Answers.Enqueue(Answer(HttpStatusCode.ServiceUnavailable, "first", "ServerBusy"));
        _service.Answers.Enqueue(Answer(HttpStatusCode.OK, "second"));

        await Container().GetBlobClient("patients/jane.png").DownloadContentAsync();

        Assert.Equal(
            [
                $"Warning A storage call failed: try 1, 503 ServerBusy, client request {_service.ClientRequestId}, request first.",
                $"Information A storage call was answered at try 2: 200, client request {_service.ClientRequestId}, request second.",
            ],
            _log.Written);
    }

    [Fact]
    public async Task Call_without_an_answer_is_reported_by_the_kind_of_its_fault_only()
    {
        _service.Answers.Enqueue(() => throw new HttpRequestException("No route to https://account.example/private-data/patients/jane.png"));
        _service.Answers.Enqueue(Answer(HttpStatusCode.OK, "second"));

        await Container().GetBlobClient("patients/jane.png").DownloadContentAsync();

        Assert.Matches($"^Warning A storage call had no answer: try 1, [A-Za-z]+Exception, client request {_service.ClientRequestId}\\.$", _log.Written[0]);
        Assert.Equal(2, _log.Written.Count);
    }

    [Fact]
    public async Task Call_that_is_not_allowed_is_reported()
    {
        _service.Answers.Enqueue(Answer(HttpStatusCode.Forbidden, "only", "AuthorizationPermissionMismatch"));

        await Assert.ThrowsAsync<RequestFailedException>(() => Container().GetBlobClient("patients/jane.png").DownloadContentAsync());

        Assert.Contains("try 1, 403 AuthorizationPermissionMismatch", Assert.Single(_log.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_that_callers_deal_with_are_no_failures()
    {
        _service.Answers.Enqueue(Answer(HttpStatusCode.NotFound, "read", "BlobNotFound"));
        _service.Answers.Enqueue(Answer(HttpStatusCode.Conflict, "write", "BlobAlreadyExists"));

        Assert.Null(await Container().TryReadAsync("patients/jane.png", default));
        Assert.False(await Container().TryCreateAsync("patients/jane.png", new byte[1], BlobCalls.Binary, default));

        Assert.Empty(_log.Written);
    }

    public void Dispose()
    {
        _loggers.Dispose();
        _service.Dispose();
    }

    private static Func<HttpResponseMessage> Answer(HttpStatusCode status, string requestId, string? code = null) => () =>
    {
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent([1]) };
        answer.Headers.Add("x-ms-request-id", requestId);
        answer.Headers.TryAddWithoutValidation("ETag", "\"1\"");
        if (code is not null)
        {
            answer.Headers.Add("x-ms-error-code", code);
        }

        return answer;
    };

    private BlobContainerClient Container()
    {
        var options = ClientOptions.Blobs(_loggers);
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Transport = new HttpClientTransport(new HttpClient(_service, disposeHandler: false));
        return new BlobContainerClient(new Uri(Address), options);
    }

    /// <summary>Answers calls as it is told, one after the other.</summary>
    private sealed class ScriptedService : HttpMessageHandler
    {
        public Queue<Func<HttpResponseMessage>> Answers { get; } = new();

        public string? ClientRequestId { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            ClientRequestId = request.Headers.GetValues("x-ms-client-request-id").Single();
            var answer = Answers.Dequeue()();
            answer.RequestMessage = request;
            return Task.FromResult(answer);
        }
    }

    private sealed class Lines : ILoggerProvider, ILogger
    {
        public List<string> Written { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add($"{logLevel} {formatter(state, exception)}");

        public void Dispose()
        {
        }
    }
}
