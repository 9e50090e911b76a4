using DpSynth.Privacy.Accounting;

namespace DpSynth.Privacy.Tests.Accounting;

public sealed class LaplaceCompositionTests
{
    [Theory]
    [InlineData(2.0, 2, 1e-5)]
    [InlineData(2.0, 2, 1e-12)]
    [InlineData(2.0, 20, 1e-5)]
    [InlineData(10.0, 1000, 1e-6)]
    [InlineData(0.1, 4, 1e-9)]
    public void Epsilon_of_Laplace_releases_lies_below_the_sum_and_what_Renyi_orders_say(double noiseMultiplier, int steps, double delta)
    {
        PrivacyEvent[] events = [new LaplaceEvent { NoiseMultiplier = noiseMultiplier, Count = steps }];

        var bound = PrivacyAccountant.Epsilon(events, delta);

        Assert.Equal(AccountantKind.Pld, bound.Accountant);
        Assert.InRange(bound.Upper, 0, steps / noiseMultiplier);
        Assert.InRange(bound.Upper, 0, PrivacyAccountant.Epsilon(events, delta, accountant: AccountantKind.Rdp).Upper);
        Assert.InRange(bound.Upper - bound.Lower, 0, 1e-3 * bound.Upper);
    }

    [Fact]
    public void Epsilon_of_two_Laplace_releases_near_their_largest_loss_is_what_the_atoms_say()
    {
        // With b = 1/2 the loss is 4 with probability ¼ and has a bounded density below: δ(ε) = ¼·(1 − e^(ε−4)) + O((4 − ε)²).
        PrivacyEvent[] events = [new LaplaceEvent { NoiseMultiplier = 0.5, Count = 2 }];

        var bound = PrivacyAccountant.Epsilon(events, 1e-8);

        Assert.Equal(4 - 4e-8, bound.Upper, 1e-10);
    }
}
