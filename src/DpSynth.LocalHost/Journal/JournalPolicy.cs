using System.Globalization;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.WebUtilities;

namespace DpSynth.LocalHost.Journal;

/// <summary>
/// Enters writes in the journal before they are sent: a part of the pipeline of every client of the stores, so that no store can forget it. It runs
/// once a call, around all of its tries.
/// </summary>
internal sealed class JournalPolicy(BlobJournal journal) : HttpPipelinePolicy
{
    private const string Metadata = "x-ms-meta-";

    /// <inheritdoc/>
    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (Read(message.Request) is not { } write)
        {
            await ProcessNextAsync(message, pipeline);
            return;
        }

        using var body = new MemoryStream();
        if (message.Request.Content is { } content)
        {
            await content.WriteToAsync(body, message.CancellationToken);
        }

        using var pending = await journal.BeginAsync(write, body.GetBuffer().AsMemory(0, (int)body.Length), message.CancellationToken);
        await ProcessNextAsync(message, pipeline);
        var response = message.Response;
        if (response.Status < 300)
        {
            await pending.EndAsync(isDone: true, response.Headers.TryGetValue("ETag", out var version) ? version : null);
        }
        else if (response.Status < 500 && message.ProcessingContext.RetryNumber == 0)
        {
            // A refusal of a second try may be the fruit of the first.
            await pending.EndAsync(isDone: false, version: null);
        }
    }

    /// <inheritdoc/>
    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        if (Read(message.Request) is { } write)
        {
            throw new NotSupportedException($"'{write.Place}' is written by a blocking call, which does not reach the journal: use the asynchronous one.");
        }

        ProcessNext(message, pipeline);
    }

    /// <summary>The write that a request asks for; null if it writes nothing that must not be lost.</summary>
    internal static BlobWrite? Read(Request request)
    {
        if ((request.Method != RequestMethod.Put && request.Method != RequestMethod.Delete) || PlaceOf(request.Uri.ToUri()) is not { } place)
        {
            return null;
        }

        var query = QueryHelpers.ParseQuery(request.Uri.Query);
        string? Asked(string name) => query.TryGetValue(name, out var value) ? value.ToString() : null;
        string? Header(string name) => request.Headers.TryGetValue(name, out var value) ? value : null;
        if (!JournalScope.Holds(place) || Asked("comp") == "lease" || Asked("snapshot") is not null || Asked("restype") is not null)
        {
            return null;
        }

        var kind = (request.Method.Method, Asked("comp"), Header("x-ms-blob-type"), Header("x-ms-copy-source")) switch
        {
            ("DELETE", null, _, _) => WriteKind.Delete,
            ("PUT", null, "BlockBlob", null) => WriteKind.Put,
            ("PUT", null, "AppendBlob", null) => WriteKind.CreateAppend,
            ("PUT", "appendblock", _, null) => WriteKind.Append,
            ("PUT", "block", _, null) => WriteKind.Block,
            ("PUT", "blocklist", _, null) => WriteKind.CommitBlocks,
            _ => throw Unknown(place),
        };
        var position = Header("x-ms-blob-condition-appendpos");
        return new BlobWrite
        {
            Kind = kind,
            Place = place,
            ContentType = Header("x-ms-blob-content-type"),
            Metadata = MetadataOf(request),
            IfMatch = Header("If-Match"),
            OnlyIfNew = Header("If-None-Match") == "*",
            Position = kind != WriteKind.Append ? null : position is not null ? long.Parse(position, CultureInfo.InvariantCulture) : throw Unknown(place),
            BlockId = Asked("blockid"),
        };
    }

    private static NotSupportedException Unknown(BlobPlace place) =>
        new($"'{place}' is written in a way that the journal of the local storage does not know, and could be lost: nothing was written.");

    /// <summary>The blob that an address of the emulator names: <c>/ACCOUNT/CONTAINER/BLOB</c>.</summary>
    private static BlobPlace? PlaceOf(Uri address) => address.AbsolutePath.Split('/', 4) is ["", var account, var container, { Length: > 0 } blob]
        ? new BlobPlace(account, Uri.UnescapeDataString(container), Uri.UnescapeDataString(blob))
        : null;

    private static Dictionary<string, string>? MetadataOf(Request request)
    {
        var metadata = request.Headers.Where(static header => header.Name.StartsWith(Metadata, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static header => header.Name[Metadata.Length..], static header => header.Value, StringComparer.Ordinal);
        return metadata.Count > 0 ? metadata : null;
    }
}
