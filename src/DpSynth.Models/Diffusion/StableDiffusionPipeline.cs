using System.Runtime.ExceptionServices;
using DpSynth.Imaging;
using DpSynth.Models.Folders;
using DpSynth.Models.Schedulers;
using DpSynth.Models.Sessions;

namespace DpSynth.Models.Diffusion;

/// <summary>
/// Any Stable Diffusion model in ONNX layout: text to image, image to image, and images from tokens given directly. What the model is
/// comes from the folder's own files. Thread-safe; requests are served one after the other.
/// </summary>
public sealed class StableDiffusionPipeline : IDisposable
{
    /// <summary>How often an image that the safety checker flags is drawn anew before the request fails.</summary>
    public const int MaxRedraws = 4;

    private readonly InferenceOptions _options;
    private readonly JsonConfiguration _scheduler;
    private readonly Stack<SamplerLane> _lanes = [];
    private readonly Lock _oneAtATime = new();
    private readonly SafetyChecker? _safetyChecker;
    private int _mostImagesPerCall = int.MaxValue;

    private StableDiffusionPipeline(
        ModelFolder folder, InferenceOptions options, PromptEncoder prompts, UNet unet, LatentCodec codec, SafetyChecker? safetyChecker)
    {
        (Folder, _options, Prompts, UNet, Codec, _safetyChecker) = (folder, options, prompts, unet, codec, safetyChecker);
        _scheduler = folder.Configuration("scheduler", "scheduler_config.json");
    }

    /// <summary>The folder.</summary>
    public ModelFolder Folder { get; }

    /// <summary>The text encoders.</summary>
    public PromptEncoder Prompts { get; }

    /// <summary>The noise predictor.</summary>
    public UNet UNet { get; }

    /// <summary>The VAE.</summary>
    public LatentCodec Codec { get; }

    /// <summary>What executes the UNet; for the manifest.</summary>
    public ExecutionProvider Provider => UNet.Model.Provider;

    /// <summary>Why the processor runs the UNet although another provider was asked for, in one sentence; null if it does not.</summary>
    public string? ProviderFallback => UNet.Model.Fallback;

    /// <summary>The size of images in training; null if the configuration does not say.</summary>
    public ImageShape? DefaultShape => UNet.DefaultSize is var (height, width)
        ? new ImageShape(width * Codec.Format.Downscale, height * Codec.Format.Downscale, 3)
        : null;

    /// <summary>Loads a folder's models.</summary>
    /// <exception cref="ModelFolderException">A file is missing or cannot be read, or the model is not one that is understood.</exception>
    /// <exception cref="InferenceException">The provider is not available, and the processor must not step in.</exception>
    public static StableDiffusionPipeline Load(string path, InferenceOptions? options = null)
    {
        options ??= new InferenceOptions();
        var folder = ModelFolder.Open(path);
        var parts = new Stack<IDisposable>();
        try
        {
            var codec = LatentCodec.Open(folder, options with { CudaGraphs = false });
            parts.Push(codec);
            var prompts = PromptEncoder.Open(folder, options with { CudaGraphs = false });
            parts.Push(prompts);
            var unet = UNet.Open(folder, codec.Format, options);
            parts.Push(unet);
            return new StableDiffusionPipeline(folder, options, prompts, unet, codec, SafetyChecker.Open(folder, options with { CudaGraphs = false }));
        }
        catch
        {
            foreach (var part in parts)
            {
                part.Dispose();
            }

            throw;
        }
    }

    /// <summary>What is wrong with settings for this model, as one sentence; null if nothing is.</summary>
    public string? DescribeFault(DiffusionSettings settings, double? strength)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var step = UNet.Divisor * Codec.Format.Downscale;
        if ((settings.Width ?? DefaultShape?.Width) is not { } width || (settings.Height ?? DefaultShape?.Height) is not { } height)
        {
            return "the model does not say what size its images have: give width and height.";
        }

        if (width < 1 || height < 1 || width % step != 0 || height % step != 0)
        {
            return $"width and height must be multiples of {step} for this model, not {width}×{height}.";
        }

        if (!UNet.SampleInput.Admits([UNet.SampleInput.Dimensions[0], Codec.Format.Channels, height / Codec.Format.Downscale, width / Codec.Format.Downscale]))
        {
            return $"this model makes images of {DefaultShape} only, not {width}×{height}.";
        }

        if (UNet.SampleInput.Dimensions[0] >= 0)
        {
            return $"{UNet.Model.File} is exported for {UNet.SampleInput.Dimensions[0]} rows; export it with a free batch dimension.";
        }

        if (!(settings.GuidanceScale is >= 0 and <= 50))
        {
            return $"the guidance scale must lie between 0 and 50, not {settings.GuidanceScale}.";
        }

        if (strength is { } given && !(given is > 0 and <= 1))
        {
            return $"the strength must lie inside (0, 1], not {given}.";
        }

        var scheduler = SchedulerConfiguration.Read(_scheduler, settings.Scheduler);
        var most = Math.Min(SamplingPlan.MaxSteps, scheduler.Kind == SchedulerKind.Lcm ? scheduler.OriginalSteps : scheduler.Noise.Count);
        return settings.Steps < 1 || settings.Steps > most ? $"steps must lie between 1 and {most}, not {settings.Steps}." : null;
    }

    /// <summary>Makes images.</summary>
    /// <exception cref="ArgumentException">The request is invalid.</exception>
    /// <exception cref="GeneratedImageException">The model made something that is no image.</exception>
    /// <exception cref="InferenceException">The model could not be executed, not even on one image at a time.</exception>
    public DiffusionResult Generate(DiffusionRequest request, CancellationToken cancellationToken, IProgress<DiffusionProgress>? progress = null)
    {
        ArgumentNullException.ThrowIfNull(request);
        Validate(request);
        var settings = request.Settings;
        var shape = new ImageShape(settings.Width ?? DefaultShape!.Value.Width, settings.Height ?? DefaultShape!.Value.Height, 3);
        if (request.Seeds.Length == 0)
        {
            return new DiffusionResult(new ImageBatch(shape, 0), []);
        }

        lock (_oneAtATime)
        {
            var warnings = new List<string>();
            var images = Sample(request, shape, warnings, progress, cancellationToken);
            if (_safetyChecker is null && Folder.Has("safety_checker"))
            {
                warnings.Add($"{Folder.Index.File} names a safety checker, but the folder holds none: images are not checked for their content.");
            }

            var redrawn = _safetyChecker is null ? 0 : RedrawFlagged(request, images, warnings, cancellationToken);
            return new DiffusionResult(images, warnings) { Redrawn = redrawn };
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var lane in _lanes)
        {
            lane.Dispose();
        }

        _safetyChecker?.Dispose();
        UNet.Dispose();
        Prompts.Dispose();
        Codec.Dispose();
    }

    private ImageBatch Sample(
        DiffusionRequest request, ImageShape shape, List<string> warnings, IProgress<DiffusionProgress>? progress, CancellationToken cancellationToken)
    {
        var settings = request.Settings;
        var images = new ImageBatch(shape, request.Seeds.Length);
        var plan = SamplingPlan.Create(SchedulerConfiguration.Read(_scheduler, settings.Scheduler), settings.Steps, request.Start?.Strength ?? 1);
        var initial = request.Start is { } start ? Codec.Encode(start.Images, cancellationToken) : [];
        var guided = settings.GuidanceScale > 1 && UNet.GuidanceInput is null;
        var first = request.Conditionings[0].Condition;
        var one = new SamplerShape(
            1, guided, shape.Height / Codec.Format.Downscale, shape.Width / Codec.Format.Downscale, first.TokenCount, first.Pooled?.Length ?? 0);
        var work = new SamplerWork(request, plan, initial, images, one, progress);
        Work(work, Math.Min(_mostImagesPerCall, ImagesPerCall.Choose(UNet, _options, one)), warnings, cancellationToken);
        return images;
    }

    // Flagged images are drawn anew from seeds that follow from their own; gives how many drawings were flagged.
    private int RedrawFlagged(DiffusionRequest request, ImageBatch images, List<string> warnings, CancellationToken cancellationToken)
    {
        var flagged = _safetyChecker!.Flagged(images, cancellationToken);
        var redrawn = 0;
        for (var attempt = 1; flagged.Count > 0; attempt++)
        {
            if (attempt > MaxRedraws)
            {
                throw new GeneratedImageException(
                    $"The model's safety checker flagged {flagged.Count} of {images.Count} images {attempt} times over: change the prompts, "
                        + "or use a folder without 'safety_checker'.");
            }

            redrawn += flagged.Count;
            var again = Sample(request.Redraw(flagged, attempt), images.Shape, warnings, progress: null, cancellationToken);
            var still = _safetyChecker.Flagged(again, cancellationToken);
            for (var i = 0; i < flagged.Count; i++)
            {
                again[i].CopyTo(images[flagged[i]]);
            }

            flagged = [.. still.Select(place => flagged[place])];
        }

        return redrawn;
    }

    // Images are cut into calls; each lane takes the next call when it is done with one. Where memory runs out, calls are halved.
    private void Work(SamplerWork work, int imagesPerCall, List<string> warnings, CancellationToken cancellationToken)
    {
        var lanes = Math.Min(UNet.Model.Lanes, work.Images.Count);
        var pending = new List<Range>();
        for (var remaining = work.Images.Count; remaining > 0;)
        {
            // The lanes' last calls are of one size too.
            var size = Math.Min(imagesPerCall, (remaining + lanes - 1) / lanes);
            pending.Add((work.Images.Count - remaining)..(work.Images.Count - remaining + size));
            remaining -= size;
        }

        while (pending.Count > 0)
        {
            var failed = new List<Range>();
            try
            {
                RunCalls(work, pending, lanes, failed, cancellationToken);
            }
            catch (AggregateException faults)
            {
                ExceptionDispatchInfo.Throw(faults.InnerExceptions[0]);
            }

            pending = [.. failed.SelectMany(Halves)];
            if (pending.Count > 0)
            {
                _mostImagesPerCall = pending.Max(call => call.End.Value - call.Start.Value);
                lanes = 1;
                warnings.Add($"Memory ran out; {_mostImagesPerCall} images at a time go through the model from now on.");
            }
        }
    }

    private void RunCalls(SamplerWork work, List<Range> calls, int lanes, List<Range> failed, CancellationToken cancellationToken)
    {
        while (_lanes.Count < lanes)
        {
            _lanes.Push(new SamplerLane(UNet, Codec));
        }

        var taken = -1;
        var idle = new Stack<SamplerLane>(_lanes.Take(lanes));
        Parallel.For(0, lanes, new ParallelOptions { MaxDegreeOfParallelism = lanes, CancellationToken = cancellationToken }, _ =>
        {
            SamplerLane lane;
            lock (idle)
            {
                lane = idle.Pop();
            }

            for (var next = Interlocked.Increment(ref taken); next < calls.Count; next = Interlocked.Increment(ref taken))
            {
                try
                {
                    lane.Run(work, calls[next], alone: lanes == 1, cancellationToken);
                }
                catch (InferenceException fault) when (fault.OutOfMemory && calls[next].End.Value - calls[next].Start.Value > 1)
                {
                    lane.Release();
                    lock (failed)
                    {
                        failed.Add(calls[next]);
                    }
                }
            }
        });
    }

    private static IEnumerable<Range> Halves(Range call)
    {
        var middle = (call.Start.Value + call.End.Value) / 2;
        yield return call.Start.Value..middle;
        yield return middle..call.End.Value;
    }

    private void Validate(DiffusionRequest request)
    {
        if (DescribeFault(request.Settings, request.Start?.Strength) is { } fault)
        {
            throw new ArgumentException(char.ToUpperInvariant(fault[0]) + fault[1..], nameof(request));
        }

        if (request.Conditionings.Count == 0)
        {
            throw new ArgumentException("There is no conditioning: give a prompt or tokens.", nameof(request));
        }

        if (!request.ConditioningOf.IsEmpty && request.ConditioningOf.Length != request.Seeds.Length)
        {
            throw new ArgumentException(
                $"{request.Seeds.Length} images need as many indices of conditionings, not {request.ConditioningOf.Length}.", nameof(request));
        }

        var first = request.Conditionings[0].Condition;
        foreach (var embedding in request.Conditionings.SelectMany(conditioning => new[] { conditioning.Condition, conditioning.Unconditional }))
        {
            if (embedding.TokenCount != first.TokenCount || embedding.Pooled?.Length != first.Pooled?.Length)
            {
                throw new ArgumentException("All conditionings of a request must have as many tokens.", nameof(request));
            }

            if (UNet.CrossAttentionDimension >= 0 && embedding.Dimension != UNet.CrossAttentionDimension)
            {
                throw new ArgumentException($"The model takes tokens of length {UNet.CrossAttentionDimension}, not {embedding.Dimension}.", nameof(request));
            }

            if (UNet.PooledInput is not null && embedding.Pooled is null)
            {
                throw new ArgumentException("The model takes a pooled embedding beside the tokens.", nameof(request));
            }
        }

        if (request.Start is not { } start)
        {
            return;
        }

        var shape = new ImageShape(request.Settings.Width ?? DefaultShape!.Value.Width, request.Settings.Height ?? DefaultShape!.Value.Height, 3);
        if (start.Images.Shape != shape)
        {
            throw new ArgumentException($"Images to start from must be {shape}, not {start.Images.Shape}.", nameof(request));
        }

        if (start.ImageOf.Length != request.Seeds.Length)
        {
            throw new ArgumentException(
                $"{request.Seeds.Length} images need as many indices of images to start from, not {start.ImageOf.Length}.", nameof(request));
        }

        if (start.ImageOf.Length > 0 && (start.ImageOf.Span.ContainsAnyExceptInRange(0, start.Images.Count - 1)))
        {
            throw new ArgumentException("An index of an image to start from is out of range.", nameof(request));
        }
    }
}
