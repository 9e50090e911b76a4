using System.Net;
using System.Text;
using System.Web;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Queues;
using DpSynth.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace DpSynth.Storage.Tests.Accounts;

/// <summary>
/// Answers calls as the service's REST documentation says, where the emulator lacks the feature: what lists show of blobs that are deleted, older
/// versions, snapshots or not committed, and refusals. Keeps what it was asked.
/// </summary>
internal sealed class DocumentedService : HttpMessageHandler
{
    /// <summary>What lists show: a blob's name, and its other members as XML.</summary>
    public List<(string Name, string Include, string Members)> Blobs { get; } = [];

    /// <summary>Answers to all else than lists: a status, and an error code if it is a refusal. Null where the call succeeds.</summary>
    public Func<HttpRequestMessage, (HttpStatusCode Status, string? Code)> Answer { get; set; } = _ => (HttpStatusCode.Created, null);

    /// <summary>The calls so far but for lists: method and path with query.</summary>
    public List<string> Calls { get; } = [];

    public PrivateAccount Private => new(Service());

    public ExchangeAccount Exchange => new(
        Service(),
        new QueueServiceClient(new Uri("https://account.queue.example/?sig=signature"), Options(DpSynth.Storage.Accounts.ClientOptions.Queues(null))));

    /// <summary>A blob as it is, with a soft-deleted one, two older versions, a snapshot and one that is not committed of names beside it.</summary>
    public void AddWithShadows(string folder, string name, string extension)
    {
        Blobs.Add(($"{folder}{name}{extension}", "", "<VersionId>2026-01-02T00:00:00.0000000Z</VersionId><IsCurrentVersion>true</IsCurrentVersion>"));
        Blobs.Add(($"{folder}{name}{extension}", "versions", "<VersionId>2026-01-01T00:00:00.0000000Z</VersionId>"));
        Blobs.Add(($"{folder}{name}{extension}", "snapshots", "<Snapshot>2026-01-01T12:00:00.0000000Z</Snapshot>"));
        Blobs.Add(($"{folder}{Next(name, 1)}{extension}", "deleted", "<Deleted>true</Deleted>"));
        Blobs.Add(($"{folder}{Next(name, 2)}{extension}", "deletedwithversions", "<HasVersionsOnly>true</HasVersionsOnly>"));
        Blobs.Add(($"{folder}{Next(name, 3)}{extension}", "uncommittedblobs", ""));
    }

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var query = HttpUtility.ParseQueryString(request.RequestUri!.Query);
        if (query["comp"] == "list")
        {
            return Task.FromResult(Respond(request, HttpStatusCode.OK, null, List(query["prefix"] ?? "", (query["include"] ?? "").Split(','))));
        }

        Calls.Add($"{request.Method} {request.RequestUri.AbsolutePath}");
        var (status, code) = Answer(request);
        return Task.FromResult(Respond(request, status, code, ""));
    }

    private static string Next(string name, int by) => $"{name[..^1]}{(char)(name[^1] + by)}";

    private static HttpResponseMessage Respond(HttpRequestMessage request, HttpStatusCode status, string? code, string body)
    {
        var answer = new HttpResponseMessage(status)
        {
            RequestMessage = request,
            Content = new StringContent(
                code is null ? body : $"<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>No.</Message></Error>",
                Encoding.UTF8,
                "application/xml"),
        };
        answer.Headers.TryAddWithoutValidation("ETag", "\"0x1\"");
        answer.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        if (code is not null)
        {
            answer.Headers.Add("x-ms-error-code", code);
        }

        return answer;
    }

    private string List(string prefix, string[] include)
    {
        var blobs = Blobs
            .Where(blob => blob.Name.StartsWith(prefix, StringComparison.Ordinal)
                && (blob.Include.Length == 0 || include.Contains(blob.Include, StringComparer.OrdinalIgnoreCase)))
            .Select(blob => $"<Blob><Name>{blob.Name}</Name>{blob.Members}<Properties><Last-Modified>Thu, 01 Jan 2026 00:00:00 GMT</Last-Modified>"
                + "<Etag>0x1</Etag><Content-Length>9</Content-Length><BlobType>BlockBlob</BlobType></Properties></Blob>");
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults ServiceEndpoint=\"https://account.example/\" "
            + $"ContainerName=\"c\"><Blobs>{string.Concat(blobs)}</Blobs><NextMarker /></EnumerationResults>";
    }

    private BlobServiceClient Service() =>
        new(new Uri("https://account.example/?sig=signature"), Options(DpSynth.Storage.Accounts.ClientOptions.Blobs((ILoggerFactory?)null)));

    private T Options<T>(T options)
        where T : Azure.Core.ClientOptions
    {
        options.Retry.Delay = TimeSpan.FromMilliseconds(1);
        options.Transport = new HttpClientTransport(new HttpClient(this, disposeHandler: false));
        return options;
    }
}
