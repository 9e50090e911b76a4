using DpSynth.Privacy.Accounting.LossDistributions;

namespace DpSynth.Privacy.Accounting;

/// <summary>Which bound turns Rényi divergences into (ε, δ).</summary>
public enum RenyiConversion
{
    /// <summary>ε = min_α R(α) + ln(1 − 1/α) − (ln δ + ln α)/(α − 1), and 0 where that is negative (arXiv 2004.00010, proposition 12).</summary>
    Improved,

    /// <summary>ε = min_α R(α) − ln δ/(α − 1) (arXiv 1702.07476, proposition 3).</summary>
    Basic,
}

/// <summary>What the Rényi accountant finds.</summary>
/// <param name="Epsilon">An upper bound of ε in nats.</param>
/// <param name="Order">α: the order that gave it.</param>
/// <param name="AtEndOfGrid">The best order is the first or last of the grid, so that a wider grid would probably give a smaller ε.</param>
public readonly record struct RenyiBound(double Epsilon, double Order, bool AtEndOfGrid);

/// <summary>
/// Rényi differential privacy (arXiv 1702.07476): for comparison, and for those who must report orders. Never tighter than the others.
/// </summary>
public static class RdpAccountant
{
    /// <summary>1.1 to 10.9 in tenths, 11 to 64, then powers of two up to 1024.</summary>
    public static IReadOnlyList<double> DefaultOrders { get; } =
    [
        .. Enumerable.Range(1, 99).Select(k => 1 + (k / 10.0)),
        .. Enumerable.Range(11, 54).Select(k => (double)k),
        128, 256, 512, 1024,
    ];

    /// <summary>
    /// The Rényi divergence R(α) of all events together in nats: the larger of the two directions under add/remove.
    /// </summary>
    /// <param name="events">The measurements.</param>
    /// <param name="order">α, above 1 and finite.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <returns>At least 0; +∞ where an outcome is possible on one input only.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The order is out of range.</exception>
    /// <exception cref="NotSupportedException">An event is not covered.</exception>
    public static double Divergence(
        IReadOnlyCollection<PrivacyEvent> events, double order, Adjacency adjacency = Adjacency.AddRemove)
    {
        ArgumentNullException.ThrowIfNull(events);
        RequireOrder(order);
        return LossLaws.Of(events, adjacency).Max(components => Divergence(components, order));
    }

    /// <summary>ε at one δ.</summary>
    /// <param name="events">The measurements.</param>
    /// <param name="delta">δ of the whole, inside (0, 1).</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <param name="orders">The grid of orders, each above 1, ascending; <see cref="DefaultOrders"/> if not given.</param>
    /// <param name="conversion">Which conversion.</param>
    /// <exception cref="ArgumentOutOfRangeException">δ or an order is out of range.</exception>
    /// <exception cref="ArgumentException">The grid is empty.</exception>
    /// <exception cref="NotSupportedException">An event is not covered.</exception>
    public static RenyiBound Epsilon(
        IReadOnlyCollection<PrivacyEvent> events,
        double delta,
        Adjacency adjacency = Adjacency.AddRemove,
        IReadOnlyList<double>? orders = null,
        RenyiConversion conversion = RenyiConversion.Improved)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.Probability(delta);
        var logDelta = Math.Log(delta);
        orders ??= DefaultOrders;
        RenyiBound largest = new(0, orders.Count > 0 ? orders[0] : throw new ArgumentException("The grid has no orders.", nameof(orders)), false);
        foreach (var components in LossLaws.Of(events, adjacency).Where(direction => direction.Count > 0))
        {
            (var best, var at) = (double.PositiveInfinity, 0);
            for (var i = 0; i < orders.Count; i++)
            {
                var order = orders[i];
                RequireOrder(order);
                var epsilon = Divergence(components, order) + (conversion == RenyiConversion.Basic
                    ? -logDelta / (order - 1)
                    : NormalDistribution.LogOnePlus(-1 / order) - ((logDelta + Math.Log(order)) / (order - 1)));
                (best, at) = epsilon < best ? (epsilon, i) : (best, at);
            }

            if (best > largest.Epsilon)
            {
                largest = new RenyiBound(best, orders[at], at == 0 || at == orders.Count - 1);
            }
        }

        return largest;
    }

    /// <summary>
    /// δ at one ε, by the improved conversion on <see cref="DefaultOrders"/>, solved for δ:
    /// ln δ = min_α (α − 1)·(R(α) + ln(1 − 1/α) − ε) − ln α; in [0, 1] (arXiv 2004.00010, proposition 12).
    /// </summary>
    /// <param name="events">The measurements.</param>
    /// <param name="epsilon">ε in nats, at least 0 and finite.</param>
    /// <param name="adjacency">Which inputs count as neighbours.</param>
    /// <exception cref="ArgumentOutOfRangeException">ε is out of range.</exception>
    /// <exception cref="NotSupportedException">An event is not covered.</exception>
    public static double Delta(IReadOnlyCollection<PrivacyEvent> events, double epsilon, Adjacency adjacency = Adjacency.AddRemove)
    {
        ArgumentNullException.ThrowIfNull(events);
        Require.NonNegative(epsilon);
        double largest = 0;
        foreach (var components in LossLaws.Of(events, adjacency).Where(direction => direction.Count > 0))
        {
            var logDelta = DefaultOrders.Min(order =>
                ((order - 1) * (Divergence(components, order) + NormalDistribution.LogOnePlus(-1 / order) - epsilon)) - Math.Log(order));
            largest = Math.Max(largest, Math.Min(1, Math.Exp(logDelta)));
        }

        return largest;
    }

    private static double Divergence(IReadOnlyList<Component> components, double order)
    {
        double sum = 0;
        foreach (var component in components)
        {
            sum += component.Upper.InfiniteMass > 0
                ? double.PositiveInfinity
                : component.Count * component.Upper.LogMoment(order - 1) / (order - 1);
        }

        return sum;
    }

    private static void RequireOrder(double order)
    {
        if (!(order > 1 && double.IsFinite(order)))
        {
            throw new ArgumentOutOfRangeException(nameof(order), order, "A Rényi order is above 1 and finite.");
        }
    }
}
