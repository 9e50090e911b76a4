namespace DpSynth.Synthesis.Requests;

/// <summary>
/// Why a request is not served, or a run not gone on with, as everybody may know it: a code and a sentence that are the same whatever the private
/// data are. What depends on them is for the dataset's owner alone.
/// </summary>
/// <param name="Code">Lower-case words with hyphens; stable between versions.</param>
/// <param name="Sentence">One sentence: what was wrong, and what to do; what is longer than <see cref="MaxSentence"/> is cut.</param>
public sealed record Refusal(string Code, string Sentence)
{
    /// <summary>Most characters of a sentence: it lies in histories, queues and announcements, which have limits.</summary>
    public const int MaxSentence = 1000;

    /// <summary>One sentence: what was wrong, and what to do.</summary>
    public string Sentence
    {
        get;
        init => field = Cut(value)!;
    } = Cut(Sentence)!;

    /// <summary>The dataset has no policy, or there is no such dataset: outsiders are not told which.</summary>
    public static Refusal NoPolicy { get; } =
        new("no-policy", "There is no dataset of that name that runs may use: its owner has to approve a policy for it first.");

    /// <summary>The policy lists who may submit runs.</summary>
    public static Refusal Submitter { get; } = new("submitter", "The dataset's policy does not let this caller submit runs.");

    /// <summary>ε is larger than a single run's may be.</summary>
    public static Refusal Epsilon { get; } = new("epsilon", "'epsilon' is larger than the dataset's policy allows for a single run; ask for less.");

    /// <summary>δ is larger than a single run's may be.</summary>
    public static Refusal Delta { get; } = new("delta", "'delta' is larger than the dataset's policy allows for a single run; ask for less, or leave it out.");

    /// <summary>The request protects images and the policy owners, or the other way round.</summary>
    public static Refusal Unit { get; } = new("unit", "'privacy.unit' is not the unit that the dataset's policy protects; leave it out.");

    /// <summary>The request reads owners from elsewhere.</summary>
    public static Refusal Owners { get; } = new("owners", "'privacy.owners' is not where the dataset's policy reads owners from; leave it out.");

    /// <summary>The request's adjacency is weaker.</summary>
    public static Refusal Adjacency { get; } = new("adjacency", "'privacy.adjacency' is weaker than the dataset's policy asks for; leave it out.");

    /// <summary>The request takes class counts as public.</summary>
    public static Refusal ClassCounts { get; } =
        new("class-counts", "'privacy.classCounts' is 'public', and the dataset's policy does not make them public; ask for 'private' or 'even'.");

    /// <summary>The request takes a size as public.</summary>
    public static Refusal DatasetSize { get; } =
        new("dataset-size", "'privacy.datasetSize' is not a size that the dataset's policy makes public; leave it out.");

    /// <summary>The policy knows no classes.</summary>
    public static Refusal Classes { get; } =
        new("classes", "The dataset's policy lists no classes; ask with 'classConditional': false.");

    /// <summary>The request would treat unreadable files in another way.</summary>
    public static Refusal Unreadable { get; } =
        new("unreadable-files", "'image.corrupt' is not what the dataset's policy does with unreadable files; leave it out.");

    /// <summary>There is nothing that δ could be derived from.</summary>
    public static Refusal NoDelta { get; } = new(
        "no-delta",
        "'delta' is missing and cannot be derived, because 'privacy.classCounts' is 'even' and the dataset's policy makes no size public; give 'delta'.");

    /// <summary>An upload is under way.</summary>
    public static Refusal Uploading { get; } = new("uploading", "The dataset is being uploaded; ask again when the upload is done.");

    /// <summary>The run does not fit.</summary>
    public static Refusal Budget { get; } =
        new("budget", "The run does not fit into what is left of the dataset's budget; ask for less, or have the owner raise it.");

    /// <summary>The images or their table of owners are not in order.</summary>
    public static Refusal PrivateData { get; } =
        new("dataset-not-in-order", "The dataset is not in order, so that the run cannot go on; its owner can see what is wrong.");

    /// <summary>The images belong to several ledgers.</summary>
    public static Refusal Lineage { get; } =
        new("lineage", "The dataset's images belong to more than one ledger; its owner can see which, and has to join them first.");

    /// <summary>The dataset was changed.</summary>
    public static Refusal Changed { get; } =
        new("dataset-changed", "The dataset was changed while the run was at work; send the request again under another run id.");

    /// <summary>A step of the run broke.</summary>
    public static Refusal StepFailed { get; } = new("step-failed", "A step of the run failed; the dataset's owner can see why.");

    /// <summary>A sentence with no more characters than <see cref="MaxSentence"/>.</summary>
    public static string? Cut(string? sentence) => sentence is { Length: > MaxSentence } ? $"{sentence[..(MaxSentence - 1)]}…" : sentence;

    /// <summary>A request that is wrong in itself: the sentence says what of it.</summary>
    public static Refusal Request(string sentence) => new("request", sentence);
}
