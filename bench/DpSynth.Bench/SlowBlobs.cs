using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;

namespace DpSynth.Bench;

/// <summary>
/// A blob service without a network: every request waits as long as one to a data centre would, and costs no processor time but the client's own.
/// </summary>
internal sealed class SlowBlobs(TimeSpan latency) : HttpMessageHandler
{
    private readonly ConcurrentDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);

    /// <summary>Puts a blob there at once.</summary>
    public void Put(string name, byte[] content) => _blobs[name] = content;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (latency > TimeSpan.Zero)
        {
            await Task.Delay(latency, cancellationToken);
        }

        var name = Uri.UnescapeDataString(request.RequestUri!.AbsolutePath).TrimStart('/');
        if (request.Method == HttpMethod.Put)
        {
            var isNew = _blobs.TryAdd(name, await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            return Answer(isNew ? HttpStatusCode.Created : HttpStatusCode.PreconditionFailed, []);
        }

        return _blobs.TryGetValue(name, out var content) ? Answer(HttpStatusCode.OK, content) : Answer(HttpStatusCode.NotFound, []);
    }

    private static HttpResponseMessage Answer(HttpStatusCode status, byte[] content)
    {
        var answer = new HttpResponseMessage(status) { Content = new ByteArrayContent(content) };
        answer.Headers.ETag = new EntityTagHeaderValue("\"0\"");
        answer.Headers.Add("x-ms-blob-type", "BlockBlob");
        answer.Content.Headers.ContentLength = content.Length;
        answer.Content.Headers.LastModified = DateTimeOffset.UnixEpoch;
        return answer;
    }
}
