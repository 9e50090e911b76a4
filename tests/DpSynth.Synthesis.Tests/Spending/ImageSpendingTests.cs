using DpSynth.Synthesis.Spending;
using FsCheck;
using FsCheck.Fluent;

namespace DpSynth.Synthesis.Tests.Spending;

public sealed class ImageSpendingTests
{
    [Fact]
    public void Cost_never_passes_the_cap_whatever_is_held_and_settled()
    {
        var steps = Gen.ListOf(Gen.Zip(Gen.Choose(1, 50), Gen.Choose(0, 2)));
        Prop.ForAll(Arb.From(steps), Gen.Choose(0, 300).ToArbitrary(), static (steps, cap) =>
        {
            var spending = ImageSpending.None with { MaxCost = cap };
            var held = new Queue<decimal>();
            foreach (var (price, act) in steps)
            {
                if (act < 2 && spending.TryHold(price) is { } holding)
                {
                    spending = holding;
                    held.Enqueue(price);
                }
                else if (held.TryDequeue(out var ended))
                {
                    spending = spending.Settle(ended, new ImageSpending { Cost = price % 2 == 0 ? ended : 0, Requests = 1 });
                }

                if (spending.Cost + spending.Held > cap || spending.Held != held.Sum())
                {
                    return false;
                }
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Cap_may_be_reached_exactly()
    {
        var spending = ImageSpending.None with { MaxCost = 0.3m };
        for (var i = 0; i < 3; i++)
        {
            spending = spending.TryHold(0.1m)!.Settle(0.1m, new ImageSpending { Cost = 0.1m, Images = 1, Requests = 1 });
        }

        Assert.Equal(0.3m, spending.Cost);
        Assert.Null(spending.TryHold(0.000001m));
    }
}
