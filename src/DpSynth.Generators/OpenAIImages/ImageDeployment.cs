using System.ClientModel;
using System.Security.Cryptography;
using System.Text;
using DpSynth.Catalogue.OpenAIImages;
using DpSynth.Generators.OpenAIImages.Accounts;
using DpSynth.Generators.OpenAIImages.Connection;
using DpSynth.Generators.OpenAIImages.Limits;
using DpSynth.Generators.OpenAIImages.Resilience;
using DpSynth.Imaging.Decoding;
using DpSynth.Synthesis.Generation;
using DpSynth.Synthesis.Sharing;
using DpSynth.Synthesis.Spending;
using OpenAI.Images;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace DpSynth.Generators.OpenAIImages;

/// <summary>One deployment as a worker asks it: within the limits, again where that helps, and never without money set aside. Thread-safe.</summary>
internal sealed class ImageDeployment
{
    private const string FileName = "candidate.png";
    private const int MaxRequestId = 128;

    private readonly string _name;
    private readonly ImageClient _client;
    private readonly TimeProvider _time;
    private readonly AdaptiveConcurrency _concurrency;
    private readonly SharedRateLimiter _rate;
    private readonly ImageCallPipelines _pipelines;

    public ImageDeployment(string name, ImageClient client, ImageApiOptions options, ISharedRecords records, TimeProvider time)
    {
        (_name, _client, _time) = (name, client, time);
        _concurrency = new AdaptiveConcurrency(options.InitialConcurrency, options.MaxConcurrency, time);
        var perMinute = options.RequestsPerMinute is { } requests && options.ImagesPerMinute is { } images
            ? Math.Min(requests, images)
            : options.RequestsPerMinute ?? options.ImagesPerMinute;
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{ImageEndpoint.Of(options).Address.AbsoluteUri}\n{name}"));
        _rate = new SharedRateLimiter(records, new SharedRecordId(null, $"image-api-{Convert.ToHexStringLower(hash.AsSpan(0, 8))}"), perMinute, time);
        _pipelines = new ImageCallPipelines(options, time);
    }

    /// <summary>Asks for one image.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="price">What it costs.</param>
    /// <param name="account">Who pays.</param>
    /// <param name="read">Reads the file; throws <see cref="ImageRejectedException"/> if it is no image, which counts as a lost answer.</param>
    /// <param name="starting">Stops the wait for the first attempt's place.</param>
    /// <param name="cancellationToken">Stops everything.</param>
    /// <exception cref="ImageCallException">The content was refused, or no attempt brought an image.</exception>
    /// <exception cref="GenerationException">Neither a further attempt nor another image will be served.</exception>
    public async Task<(ImageAnswer Answer, T Image)> AskAsync<T>(
        ImageRequest request, decimal price, RunAccount account, Func<BinaryData, T> read, CancellationToken starting, CancellationToken cancellationToken)
    {
        await _concurrency.EnterAsync(starting);
        try
        {
            return await _pipelines.Image.ExecuteAsync(
                async token => await TryAsync(request, price, account, read, token), cancellationToken);
        }
        catch (ImageCallException final) when (final.Fault == CallFault.Final)
        {
            throw new GenerationException($"{final.Message} (deployment '{_name}')");
        }
        catch (TimeoutRejectedException)
        {
            throw new ImageCallException(CallFault.Lost, $"No image came from the image API within the total time-out (deployment '{_name}').");
        }
        catch (BrokenCircuitException)
        {
            throw new ImageCallException(CallFault.Failed, $"The image API fails so often that nothing is sent for a while (deployment '{_name}').");
        }
        finally
        {
            _concurrency.Leave();
        }
    }

    private async Task<(ImageAnswer Answer, T Image)> TryAsync<T>(
        ImageRequest request, decimal price, RunAccount account, Func<BinaryData, T> read, CancellationToken cancellationToken)
    {
        var waited = await _rate.WaitAsync(cancellationToken);
        await account.HoldAsync(price);
        var began = _time.GetTimestamp();

        // Until it is known better, a request that was sent may be billed.
        var outcome = new ImageSpending { Requests = 1, LostAnswers = 1, Cost = price };
        try
        {
            var (answer, image) = await _pipelines.Attempt.ExecuteAsync(async token => await SendAsync(request, read, token), cancellationToken);
            outcome = new ImageSpending { Requests = 1, Images = 1, Cost = price, InputTokens = answer.InputTokens, OutputTokens = answer.OutputTokens };
            if (!waited)
            {
                _concurrency.Grow();
            }

            return (answer, image);
        }
        catch (BrokenCircuitException)
        {
            outcome = ImageSpending.None;
            throw;
        }
        catch (TimeoutRejectedException)
        {
            throw new ImageCallException(CallFault.Lost, $"The image API gave no answer within the time-out of an attempt (deployment '{_name}').");
        }
        catch (ImageCallException fault)
        {
            if (fault.Fault == CallFault.Throttled)
            {
                _concurrency.Slow(began);
            }

            if (fault.Fault != CallFault.Lost)
            {
                outcome = new ImageSpending { Requests = 1, Refusals = fault.Fault == CallFault.Refused ? 1 : 0 };
            }

            throw;
        }
        finally
        {
            await account.SettleAsync(price, outcome);
        }
    }

    private async Task<(ImageAnswer Answer, T Image)> SendAsync<T>(ImageRequest request, Func<BinaryData, T> read, CancellationToken cancellationToken)
    {
        try
        {
            var result = request.Candidate is { } candidate
                ? await EditAsync(request, candidate, cancellationToken)
                : await GenerateAsync(request, cancellationToken);
            var file = result.Value is [{ ImageBytes: { } bytes }]
                ? bytes
                : throw new ImageCallException(CallFault.Lost, $"The image API's answer does not hold one image as base64 (deployment '{_name}').");
            var answer = new ImageAnswer(file, ReadRequestId(result), result.Value.Usage?.InputTokenCount ?? 0, result.Value.Usage?.OutputTokenCount ?? 0);
            return (answer, read(file));
        }
        catch (ImageRejectedException fault)
        {
            throw new ImageCallException(CallFault.Lost, $"What the image API sent is no image that can be read: {fault.Message}");
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            throw FaultReader.Read(fault, _time.GetUtcNow());
        }
    }

    // The library writes into its options: every call has its own.
    private Task<ClientResult<GeneratedImageCollection>> GenerateAsync(ImageRequest request, CancellationToken cancellationToken)
    {
        var (width, height) = ImageModel.Parse(request.Look.Size);
        return _client.GenerateImagesAsync(
            request.Prompt,
            1,
            new ImageGenerationOptions
            {
                Size = new GeneratedImageSize(width, height),
                Quality = request.Look.Quality,
                Background = request.Look.Background is { } background ? new GeneratedImageBackground(background) : default(GeneratedImageBackground?),
                OutputFileFormat = request.Look.Format is { } format ? new GeneratedImageFileFormat(format) : default(GeneratedImageFileFormat?),
            },
            cancellationToken);
    }

    private async Task<ClientResult<GeneratedImageCollection>> EditAsync(
        ImageRequest request, ReadOnlyMemory<byte> candidate, CancellationToken cancellationToken)
    {
        var (width, height) = ImageModel.Parse(request.Look.Size);
        await using var image = BinaryData.FromBytes(candidate).ToStream();
        return await _client.GenerateImageEditsAsync(
            image,
            FileName,
            request.Prompt,
            1,
            new ImageEditOptions
            {
                Size = new GeneratedImageSize(width, height),
                Quality = request.Look.Quality,
                Background = request.Look.Background is { } background ? new GeneratedImageBackground(background) : default(GeneratedImageBackground?),
                OutputFileFormat = request.Look.Format is { } format ? new GeneratedImageFileFormat(format) : default(GeneratedImageFileFormat?),
                InputFidelity = request.Look.InputFidelity is { } fidelity ? new ImageInputFidelity(fidelity) : default(ImageInputFidelity?),
            },
            cancellationToken);
    }

    private static string? ReadRequestId(ClientResult result)
    {
        var headers = result.GetRawResponse().Headers;
        var id = headers.TryGetValue("x-request-id", out var openAI) ? openAI : headers.TryGetValue("apim-request-id", out var azure) ? azure : null;
        return id is { Length: > 0 and <= MaxRequestId } && id.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? id : null;
    }
}
