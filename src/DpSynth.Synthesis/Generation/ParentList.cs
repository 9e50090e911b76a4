namespace DpSynth.Synthesis.Generation;

/// <summary>
/// The parents of one generation: for each class, which candidate of the generation before each new candidate comes from.
/// It is computed from released histograms alone.
/// </summary>
/// <param name="Classes">In the recipe's order of classes.</param>
public sealed record ParentList(IReadOnlyList<ClassParents> Classes);

/// <summary>The parents of one class's candidates.</summary>
/// <param name="Parents">Entry i is the origin of candidate i of the class.</param>
/// <param name="KeptFrom">Candidates from this position on are their parents unchanged (<c>keepSelected</c>); those before are variations.</param>
public sealed record ClassParents(IReadOnlyList<CandidateReference> Parents, int KeptFrom);
