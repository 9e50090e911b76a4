using System.Security.Cryptography;
using DpSynth.Ledgers;

namespace DpSynth.Testing.InMemory;

/// <summary>Ledgers in memory, with the promises of the real storage; hooks let a test break off, lose answers or tamper.</summary>
public sealed class InMemoryLedgerStorage : ILedgerStorage
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, FingerprintSet> images = [];
    private byte[]? catalogue;
    private int catalogueVersion;

    /// <summary>The chains' bytes.</summary>
    public Dictionary<string, byte[]> Chains { get; } = [];

    /// <summary>The chains' last entries.</summary>
    public Dictionary<string, LedgerHead> Heads { get; } = [];

    /// <summary>Called before a line is appended.</summary>
    public Action<string> BeforeAppend { get; set; } = _ => { };

    /// <summary>Called after a line was appended, before the caller hears of it; true loses the answer.</summary>
    public Func<string, bool> LosesAnswer { get; set; } = _ => false;

    /// <summary>Called before the catalogue is replaced.</summary>
    public Action BeforeReplace { get; set; } = () => { };

    /// <summary>Takes the catalogue away.</summary>
    public void RemoveCatalogue() => catalogue = null;

    public Task<LedgerTail> ReadAfterAsync(string lineage, LedgerPosition position, CancellationToken cancellationToken) => Locked(cancellationToken, () =>
    {
        var chain = Chains.GetValueOrDefault(lineage, []);
        if (position.Offset > chain.Length)
        {
            throw new InvalidDataException("The chain was cut off.");
        }

        var lines = chain[(int)position.Offset..];
        return new LedgerTail(lines, new LedgerPosition(0, chain.Length, position.Entries + lines.Count(value => value == LedgerLine.End)));
    });

    public Task<LedgerPosition?> TryAppendAsync(
        string lineage, LedgerPosition position, ReadOnlyMemory<byte> line, CancellationToken cancellationToken) => Answer.To(
        cancellationToken,
        () =>
        {
            BeforeAppend(lineage);
            lock (gate)
            {
                var chain = Chains.GetValueOrDefault(lineage, []);
                if (position.Offset != chain.Length)
                {
                    return null;
                }

                Chains[lineage] = [.. chain, .. line.Span];
            }

            return LosesAnswer(lineage) ? null : (LedgerPosition?)new LedgerPosition(0, position.Offset + line.Length, position.Entries + 1);
        });

    public Task<LedgerHead?> ReadHeadAsync(string lineage, CancellationToken cancellationToken) =>
        Locked(cancellationToken, () => Heads.GetValueOrDefault(lineage));

    public Task AdvanceHeadAsync(string lineage, LedgerHead head, CancellationToken cancellationToken) => Locked(
        cancellationToken, () => Heads[lineage] = Heads.GetValueOrDefault(lineage) is { } old && old.Sequence >= head.Sequence ? old : head);

    public Task<(LedgerCatalogue Catalogue, string? Version)> ReadCatalogueAsync(CancellationToken cancellationToken) => Locked(
        cancellationToken, () => catalogue is null ? (new LedgerCatalogue(), null) : (LedgerCatalogue.Decode(catalogue), (string?)$"{catalogueVersion}"));

    public Task<bool> TryReplaceCatalogueAsync(
        LedgerCatalogue catalogue, string? version, CancellationToken cancellationToken) => Answer.To(cancellationToken, () =>
    {
        BeforeReplace();
        lock (gate)
        {
            if (version != (this.catalogue is null ? null : $"{catalogueVersion}"))
            {
                return false;
            }

            this.catalogue = catalogue.Encode();
            catalogueVersion++;
            return true;
        }
    });

    public Task<string> WriteImagesAsync(string lineage, FingerprintSet images, CancellationToken cancellationToken) => Locked(cancellationToken, () =>
    {
        var name = $"{lineage}/{Convert.ToHexStringLower(SHA256.HashData(images.Encode()))}";
        this.images[name] = images;
        return name;
    });

    public Task<FingerprintSet?> ReadImagesAsync(string name, CancellationToken cancellationToken) =>
        Locked(cancellationToken, () => images.GetValueOrDefault(name));

#pragma warning disable CA1068 // What is answered stands last, as with Answer.To.
    private Task<T> Locked<T>(CancellationToken cancellationToken, Func<T> answer) => Answer.To(cancellationToken, () =>
    {
        lock (gate)
        {
            return answer();
        }
    });
#pragma warning restore CA1068
}
