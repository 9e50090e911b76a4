using DpSynth.Numerics;
using DpSynth.Numerics.Search;

namespace DpSynth.Synthesis.PrivateEvolution;

/// <summary>
/// Weighs a candidate down where other classes' candidates hold the ground around it. Where a generator does not know the classes, the
/// candidates a class starts from show mostly something else, and each of them is nearest to some private image all the same: a 4
/// drawn for the nines wins the votes of the nines that look like it, although the fours hold the region many times over.
/// </summary>
/// <remarks>
/// It compares measured histograms of one generation only, so that it costs no privacy. A weight becomes w·s², where s is its own
/// class's share of the weight on the n nearest other weighted candidates of all classes, by Euclidean distance between embeddings:
/// a k-nearest-neighbour estimate of the probability of the class.
/// </remarks>
public static class ClassContrast
{
    /// <summary>Weighs the candidates of all classes.</summary>
    /// <param name="weights">For each class the weights of its candidates, none negative.</param>
    /// <param name="embeddings">For each class the embeddings of its candidates.</param>
    /// <param name="neighbours">n, at least 1.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    /// <returns>New weights; 0 stays 0.</returns>
    public static double[][] Apply(
        IReadOnlyList<double[]> weights,
        IReadOnlyList<EmbeddingMatrix> embeddings,
        int neighbours,
        CancellationToken cancellationToken = default)
    {
        var contrasted = weights.Select(static values => new double[values.Length]).ToArray();
        var members = Weighted(weights);
        if (members.Length < 2)
        {
            return [.. weights.Select(static values => (double[])values.Clone())];
        }

        var places = new EmbeddingMatrix(members.Length, embeddings[members[0].Class].Columns);
        for (var i = 0; i < members.Length; i++)
        {
            embeddings[members[i].Class][members[i].Candidate].CopyTo(places[i]);
        }

        var nearest = NearestNeighbours.Find(places, places, Metric.L2, neighbours + 1, cancellationToken: cancellationToken);
        for (var i = 0; i < members.Length; i++)
        {
            var (own, all) = (0.0, 0.0);
            var left = neighbours;
            foreach (var other in nearest[i])
            {
                // A candidate does not speak for itself; among more than n equal ones it may not even be found.
                if (other == i || left == 0)
                {
                    continue;
                }

                left--;
                all += members[other].Weight;
                own += members[other].Class == members[i].Class ? members[other].Weight : 0;
            }

            contrasted[members[i].Class][members[i].Candidate] = members[i].Weight * (own / all) * (own / all);
        }

        return contrasted;
    }

    private static Member[] Weighted(IReadOnlyList<double[]> weights)
    {
        var members = new List<Member>();
        for (var c = 0; c < weights.Count; c++)
        {
            for (var i = 0; i < weights[c].Length; i++)
            {
                if (weights[c][i] > 0)
                {
                    members.Add(new Member(c, i, weights[c][i]));
                }
            }
        }

        return [.. members];
    }

    private readonly record struct Member(int Class, int Candidate, double Weight);
}
