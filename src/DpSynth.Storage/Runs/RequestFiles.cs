using System.Text;
using DpSynth.Storage.Accounts;
using DpSynth.Storage.Formats;
using DpSynth.Storage.Layout;
using DpSynth.Synthesis.Requests;
using DpSynth.Synthesis.Runs;

namespace DpSynth.Storage.Runs;

/// <summary>Request files in the container <c>requests</c>.</summary>
public sealed class RequestFiles(ExchangeAccount account) : IRequestFiles
{
    // UTF-8 takes at most three bytes for each UTF-16 character; three more for a byte order mark.
    private const int MaximumBytes = (3 * RunRequestReader.MaximumLength) + 3;

    private static readonly UTF8Encoding _strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <inheritdoc/>
    public async Task<string?> ReadAsync(string file, CancellationToken cancellationToken)
    {
        if (await account.Requests.TryOpenAsync(file, cancellationToken) is not var (content, length))
        {
            return null;
        }

        await using (content)
        {
            if (length > MaximumBytes)
            {
                throw new RequestException($"The request file is {length} bytes long; a request has at most {RunRequestReader.MaximumLength} characters.");
            }

            var bytes = new byte[length];
            await content.ReadExactlyAsync(bytes, cancellationToken);
            try
            {
                return _strict.GetString(bytes).TrimStart('\uFEFF');
            }
            catch (DecoderFallbackException)
            {
                throw new RequestException("The request file is not UTF-8 text; save it as UTF-8.");
            }
        }
    }

    /// <inheritdoc/>
    /// <remarks>The last word counts: a file that was put there again is answered again, and one delivered twice has the same answer.</remarks>
    public Task AnswerAsync(RequestFileAnswer answer, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(answer);
        return account.Requests.WriteAsync(ExchangeLayout.Answer(answer.File), StorageJson.Encode(answer), BlobCalls.Json, cancellationToken);
    }
}
