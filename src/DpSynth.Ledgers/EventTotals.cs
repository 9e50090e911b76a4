using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using DpSynth.Privacy.Accounting;

namespace DpSynth.Ledgers;

/// <summary>A multiset of privacy events: equal ones are counted together, and the order in which they came leaves no trace. Immutable.</summary>
public sealed class EventTotals
{
    private readonly ImmutableSortedDictionary<string, (PrivacyEvent Event, long Count)> _events;
    private string? _identity;

    private EventTotals(ImmutableSortedDictionary<string, (PrivacyEvent Event, long Count)> events) => _events = events;

    /// <summary>No events.</summary>
    public static EventTotals Empty { get; } =
        new(ImmutableSortedDictionary.Create<string, (PrivacyEvent Event, long Count)>(StringComparer.Ordinal));

    /// <summary>Whether there are none.</summary>
    public bool IsEmpty => _events.IsEmpty;

    /// <summary>A text that two multisets share exactly if they hold the same events equally often.</summary>
    public string Identity => _identity ??= Convert.ToHexString(SHA256.HashData(
        Encoding.UTF8.GetBytes(string.Join('\n', _events.Select(pair => $"{pair.Value.Count} {pair.Key}")))));

    /// <summary>With one event more, as often as its count says.</summary>
    /// <exception cref="OverflowException">There are 2⁶³ of its kind.</exception>
    public EventTotals Add(PrivacyEvent measurement) => Change(measurement, measurement.Count);

    /// <summary>With one event less, as often as its count says.</summary>
    /// <exception cref="InvalidOperationException">It is not in the multiset so often.</exception>
    public EventTotals Remove(PrivacyEvent measurement) => Change(measurement, -measurement.Count);

    /// <summary>With several events more.</summary>
    public EventTotals Add(IEnumerable<PrivacyEvent> measurements) => measurements.Aggregate(this, (totals, measurement) => totals.Add(measurement));

    /// <summary>With several events less.</summary>
    /// <exception cref="InvalidOperationException">One is not in the multiset so often.</exception>
    public EventTotals Remove(IEnumerable<PrivacyEvent> measurements) => measurements.Aggregate(this, (totals, measurement) => totals.Remove(measurement));

    /// <summary>The events for an accountant, each kind once with its count, in an order that depends on the events alone.</summary>
    public IReadOnlyCollection<PrivacyEvent> ToEvents()
    {
        var events = new List<PrivacyEvent>(_events.Count);
        foreach (var (measurement, count) in _events.Values)
        {
            for (var rest = count; rest > 0; rest -= int.MaxValue)
            {
                events.Add(measurement with { Count = (int)Math.Min(rest, int.MaxValue) });
            }
        }

        return events;
    }

    private EventTotals Change(PrivacyEvent measurement, long count)
    {
        var single = measurement with { Count = 1 };
        var name = JsonSerializer.Serialize(single, LedgerJson.Options);
        var changed = (_events.TryGetValue(name, out var known) ? known.Count : 0) + count;
        return changed switch
        {
            < 0 => throw new InvalidOperationException("An event was to be removed that was never added."),
            0 => new EventTotals(_events.Remove(name)),
            _ => new EventTotals(_events.SetItem(name, (single, changed))),
        };
    }
}
