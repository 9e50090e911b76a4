using System.Runtime.InteropServices;
using DpSynth.Numerics.Search;
using DpSynth.Privacy.Mechanisms;

namespace DpSynth.Synthesis.Datasets;

/// <summary>
/// Counts where the unit of privacy is the owner: gathers what all images of all classes say, then lets each owner speak once. The
/// result is private until noise is added. Memory is in proportion to the images' votes.
/// </summary>
/// <param name="slots">Number of coordinates: all candidates of all classes, or the classes.</param>
public sealed class OwnerTally(int slots)
{
    private readonly Dictionary<OwnerId, uint> _owners = [];

    /// <summary>Owner in the upper half, slot in the lower.</summary>
    private readonly List<ulong> _said = [];

    private delegate void Speaking(ReadOnlySpan<int> ownSlots, Span<long> sums);

    /// <summary>An owner's image speaks for a slot.</summary>
    public void Add(OwnerId owner, int slot)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)slot, (uint)slots, nameof(slot));
        ref var number = ref CollectionsMarshal.GetValueRefOrAddDefault(_owners, owner, out var known);
        number = known ? number : (uint)_owners.Count - 1;
        _said.Add(((ulong)number << 32) | (uint)slot);
    }

    /// <summary>
    /// The images of a shard vote for their nearest candidates. Whatever a search answers: a candidate that there is not has no vote; one that is
    /// named twice weighs more among its owner's votes, whose norm stays the same.
    /// </summary>
    /// <param name="owners">The owner of each image.</param>
    /// <param name="neighbours">The candidates of each image.</param>
    /// <param name="firstSlot">The slot of candidate 0.</param>
    /// <param name="candidates">How many candidates the images' class has.</param>
    public void Add(ReadOnlySpan<OwnerId> owners, NeighbourTable neighbours, int firstSlot, int candidates)
    {
        ArgumentNullException.ThrowIfNull(neighbours);
        ArgumentOutOfRangeException.ThrowIfNotEqual(owners.Length, neighbours.Queries, nameof(owners));
        for (var image = 0; image < owners.Length; image++)
        {
            foreach (var candidate in neighbours[image])
            {
                if ((uint)candidate < (uint)candidates)
                {
                    Add(owners[image], firstSlot + candidate);
                }
            }
        }
    }

    /// <summary>
    /// Adds up the owners' votes. An owner whose images vote c_j times for slot j gives it ⌊2^b·c_j/√(Σ c²)⌋ grid units: L2 norm at
    /// most 2^b over all slots together, whatever the number of images.
    /// </summary>
    public long[] Votes(VoteGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return Sum((ownSlots, sums) => grid.AddVotes(ownSlots, sums));
    }

    /// <summary>
    /// Adds up the owners' shares. An owner with c_j of its images in slot j gives it ⌊2^b·c_j/Σc⌋ grid units: L1 norm at most 2^b over
    /// all slots together, and so L2 norm. The sum over all slots is close to the number of owners.
    /// </summary>
    public long[] Shares(VoteGrid grid)
    {
        ArgumentNullException.ThrowIfNull(grid);
        return Sum((ownSlots, sums) =>
        {
            for (var i = 0; i < ownSlots.Length;)
            {
                var slot = ownSlots[i];
                var next = i + 1;
                while (next < ownSlots.Length && ownSlots[next] == slot)
                {
                    next++;
                }

                sums[slot] += grid.UnitsPerVote * (next - i) / ownSlots.Length;
                i = next;
            }
        });
    }

    /// <summary>Lets owner after owner speak, each with its slots in ascending order.</summary>
    private long[] Sum(Speaking speak)
    {
        _said.Sort();
        var sums = new long[slots];
        var ownSlots = new List<int>();
        for (var i = 0; i < _said.Count;)
        {
            ownSlots.Clear();
            for (var owner = _said[i] >> 32; i < _said.Count && _said[i] >> 32 == owner; i++)
            {
                ownSlots.Add((int)(uint)_said[i]);
            }

            speak(CollectionsMarshal.AsSpan(ownSlots), sums);
        }

        return sums;
    }
}
