namespace DpSynth.Ledgers;

/// <summary>How the catalogue changes. All of it presupposes that nothing is pending.</summary>
public static class LineageRules
{
    /// <summary>Why a lineage without runs was joined into the one that its images belong to.</summary>
    public const string FoundReason = "Its images belong to the other lineage; nothing was ever reserved here.";

    /// <summary>Begins a lineage for a dataset whose name is unknown.</summary>
    public static LedgerCatalogue Open(
        LedgerCatalogue catalogue, string dataset, LedgerCap cap, DatasetPolicy policy, string? by, string? reason)
    {
        var name = FreeName(catalogue, dataset);
        return Bind(catalogue, dataset, name) with
        {
            Lineages = [.. catalogue.Lineages, new LineageRecord { Name = name }],
            Pending =
            [
                new LineageAct { Kind = LineageActKind.Open, Dataset = dataset, Lineage = name, Cap = cap, Policy = policy, By = by, Reason = reason },
            ],
        };
    }

    /// <summary>Lets an unknown name stand for a lineage.</summary>
    public static LedgerCatalogue Follow(LedgerCatalogue catalogue, string dataset, string lineage) => Bind(catalogue, dataset, lineage) with
    {
        Pending = [new LineageAct { Kind = LineageActKind.Follow, Dataset = dataset, Lineage = lineage }],
    };

    /// <summary>Adds images to a lineage.</summary>
    public static LedgerCatalogue SetImages(LedgerCatalogue catalogue, string lineage, IReadOnlyList<string> images) =>
        Change(catalogue, lineage, record => record with { Images = images });

    /// <summary>Starts a new lineage for a dataset's name, apart from the one it stood for.</summary>
    /// <exception cref="InvalidOperationException">The dataset has no ledger yet.</exception>
    /// <exception cref="ArgumentException">The reason is blank or longer than 1000 characters.</exception>
    public static LedgerCatalogue Start(LedgerCatalogue catalogue, string dataset, LedgerCap? cap, DatasetPolicy? policy, string reason)
    {
        RequireReason(reason);
        var old = catalogue.LineageOf(dataset) ?? throw NoLedger(dataset);
        var name = FreeName(catalogue, dataset);
        var begun = new LineageRecord { Name = name, ApartFrom = [.. Apart(catalogue, old), old.Name] };
        return Bind(catalogue, dataset, name) with
        {
            Lineages = [.. catalogue.Lineages, begun],
            Pending =
            [
                new LineageAct
                {
                    Kind = LineageActKind.Start,
                    Dataset = dataset,
                    Lineage = name,
                    Before = old.Name,
                    Cap = cap ?? throw NoLedger(dataset),
                    Policy = policy,
                    Reason = reason,
                },
            ],
        };
    }

    /// <summary>Announces that a dataset's lineage is joined into another; nothing else changes until <see cref="Settle"/>.</summary>
    /// <exception cref="InvalidOperationException">The dataset has no ledger, there is no such lineage, or both are the same.</exception>
    public static LedgerCatalogue Join(LedgerCatalogue catalogue, string dataset, string into, string? reason)
    {
        if (catalogue.Find(into) is null)
        {
            throw new InvalidOperationException(
                $"There is no lineage '{into}'; there are: "
                    + $"{string.Join(", ", catalogue.Lineages.Where(record => record.JoinedInto is null).Select(record => $"'{record.Name}'"))}.");
        }

        var target = catalogue.Resolve(into);
        if (catalogue.LineageOf(dataset) is not { } source)
        {
            return Follow(catalogue, dataset, target.Name);
        }

        return source.Name != target.Name
            ? catalogue with
            {
                Pending = [new LineageAct { Kind = LineageActKind.Join, Dataset = dataset, Lineage = target.Name, Before = source.Name, Reason = reason }],
            }
            : throw new InvalidOperationException($"Dataset '{dataset}' belongs to lineage '{target.Name}' already.");
    }

    /// <summary>Removes an act that the chains tell of; a join takes effect.</summary>
    public static LedgerCatalogue Settle(LedgerCatalogue catalogue, LineageAct act)
    {
        var settled = Drop(catalogue, act);
        if (act.Kind != LineageActKind.Join)
        {
            return settled;
        }

        var source = settled.Find(act.Before!)!;
        settled = Change(settled, act.Lineage, record => record with
        {
            Images = [.. record.Images, .. source.Images.Except(record.Images, StringComparer.Ordinal)],
            ApartFrom = [.. record.ApartFrom.Union(source.ApartFrom, StringComparer.Ordinal).Where(name => name != act.Lineage)],
        });
        return Change(settled, source.Name, record => record with { Images = [], JoinedInto = act.Lineage });
    }

    /// <summary>Removes an act without effect.</summary>
    public static LedgerCatalogue Drop(LedgerCatalogue catalogue, LineageAct act) =>
        catalogue with { Pending = [.. catalogue.Pending.Where(pending => pending != act)] };

    /// <summary>Names of the lineages that may share images with a lineage, joins followed.</summary>
    public static IReadOnlySet<string> Apart(LedgerCatalogue catalogue, LineageRecord lineage) =>
        lineage.ApartFrom.Select(name => catalogue.Resolve(name).Name).Where(name => name != lineage.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>What a person is told whose dataset's images belong elsewhere.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="own">The lineage that its name stands for; null if none.</param>
    /// <param name="others">The lineages that its images belong to besides.</param>
    public static string Conflict(string dataset, string? own, IReadOnlyList<string> others)
    {
        string[] all = own is null ? [.. others] : [own, .. others];
        var names = string.Join(", ", all[..^1].Select(name => $"'{name}'"));
        var target = own is null ? all[0] : others[0];
        return $"Images of dataset '{dataset}' belong to lineages {names} and '{all[^1]}', each with a ledger of its own: "
            + $"let the owner of the data join the ledger of '{dataset}' into '{target}', "
            + "or remove the images that are not meant to be there.";
    }

    /// <summary>What a person is told whose dataset has no ledger.</summary>
    public static string NoPolicy(string dataset) =>
        $"Dataset '{dataset}' has no policy: its owner says first what may be published of it.";

    private static LedgerCatalogue Bind(LedgerCatalogue catalogue, string dataset, string lineage) => catalogue with
    {
        Datasets = [.. catalogue.Datasets.Where(binding => binding.Dataset != dataset), new DatasetBinding(dataset, lineage)],
    };

    private static LedgerCatalogue Change(LedgerCatalogue catalogue, string lineage, Func<LineageRecord, LineageRecord> change) =>
        catalogue with { Lineages = [.. catalogue.Lineages.Select(record => record.Name == lineage ? change(record) : record)] };

    /// <summary>No dataset's name has a dot, so a numbered name never takes another dataset's.</summary>
    private static string FreeName(LedgerCatalogue catalogue, string dataset)
    {
        var name = dataset;
        for (var number = 2; catalogue.Find(name) is not null; number++)
        {
            name = $"{dataset}.{number}";
        }

        return name;
    }

    private static InvalidOperationException NoLedger(string dataset) => new($"Dataset '{dataset}' has no ledger yet, so there is none to leave.");

    private static void RequireReason(string reason)
    {
        if (string.IsNullOrWhiteSpace(reason) || reason.Length > 1000)
        {
            throw new ArgumentException("A new ledger needs a reason of 1 to 1000 characters; it is recorded.", nameof(reason));
        }
    }
}
