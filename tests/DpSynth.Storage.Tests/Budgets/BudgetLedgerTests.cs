using DpSynth.Privacy;
using DpSynth.Storage.Budgets;
using Microsoft.Extensions.Options;

namespace DpSynth.Storage.Tests.Budgets;

[Collection(AzuriteTests.Name)]
public sealed class BudgetLedgerTests(AzuriteFixture azurite)
{
    private static readonly CancellationToken None = CancellationToken.None;

    private readonly BudgetLedger _ledger = new(azurite.Private, Options.Create(new BudgetOptions()), TimeProvider.System);

    private static double MuSquared(double epsilon) => Math.Pow(GaussianAccountant.Mu(epsilon, 1e-5), 2);

    [Fact]
    public async Task Unknown_dataset_has_the_default_budget()
    {
        var budget = await _ledger.ReadAsync(AzuriteFixture.NewName("set"), None);
        Assert.Equal((10, 1e-5), (budget.TotalEpsilon, budget.TotalDelta));
        Assert.Empty(budget.Runs);
    }

    [Fact]
    public async Task Opened_dataset_keeps_its_budget_when_the_default_changes()
    {
        var dataset = AzuriteFixture.NewName("set");
        await _ledger.OpenAsync(dataset, None);
        var later = new BudgetLedger(azurite.Private, Options.Create(new BudgetOptions { DefaultEpsilon = 1 }), TimeProvider.System);
        await later.OpenAsync(dataset, None);
        Assert.Equal(10, (await later.ReadAsync(dataset, None)).TotalEpsilon);
    }

    [Theory]
    [InlineData(10, 1e-5)]
    [InlineData(1, 1e-9)]
    [InlineData(0.01, 1e-3)]
    public async Task Run_of_the_whole_budget_is_admitted_and_nothing_beside_it(double epsilon, double delta)
    {
        var dataset = AzuriteFixture.NewName("set");
        await _ledger.SetTotalAsync(dataset, epsilon, delta, None);

        // As a run is planned: T noise multipliers whose μ² are summed.
        var sigmas = GaussianAccountant.NoiseMultipliers(epsilon, delta, [1, 2, 3, 1, 1, 1, 7]);
        var first = await _ledger.ReserveAsync(dataset, "first", sigmas.Sum(sigma => 1 / (sigma * sigma)), None);
        Assert.True(first.Granted);
        foreach (var (sigma, i) in sigmas.Select((sigma, i) => (sigma, i)))
        {
            await _ledger.SpendAsync(dataset, "first", i + 1, 1 / (sigma * sigma), None);
        }

        await _ledger.CloseAsync(dataset, "first", None);
        var second = await _ledger.ReserveAsync(dataset, "second", Math.Pow(GaussianAccountant.Mu(epsilon * 1e-3, delta), 2), None);
        Assert.False(second.Granted);
        Assert.InRange(second.RemainingEpsilon, 0, epsilon * 1e-3);
        Assert.Single(second.Budget.Runs);
    }

    [Fact]
    public async Task Refusal_says_what_is_left_and_that_much_is_granted()
    {
        var dataset = AzuriteFixture.NewName("set");
        await _ledger.ReserveAsync(dataset, "a", MuSquared(6), None);
        var refusal = await _ledger.ReserveAsync(dataset, "b", MuSquared(9), None);
        Assert.False(refusal.Granted);
        Assert.InRange(refusal.RemainingEpsilon, 5, 10);
        Assert.True((await _ledger.ReserveAsync(dataset, "b", MuSquared(refusal.RemainingEpsilon * (1 - 1e-9)), None)).Granted);
    }

    [Fact]
    public async Task Everything_twice_changes_nothing()
    {
        var dataset = AzuriteFixture.NewName("set");
        for (var time = 0; time < 2; time++)
        {
            Assert.True((await _ledger.ReserveAsync(dataset, "run", 0.04, None)).Granted);
            await _ledger.SpendAsync(dataset, "run", 1, 0.01, None);
            await _ledger.SpendAsync(dataset, "run", 2, 0.01, None);
        }

        for (var time = 0; time < 2; time++)
        {
            await _ledger.CloseAsync(dataset, "run", None);
            await _ledger.SpendAsync(dataset, "run", 2, 0.01, None);
        }

        var run = Assert.Single((await _ledger.ReadAsync(dataset, None)).Runs);
        Assert.Equal([1, 2], run.Releases.Select(release => release.Iteration));
        Assert.Equal(0.02, run.SpentMuSquared, 12);
        Assert.True(run.Closed);
    }

    [Fact]
    public async Task Closing_frees_what_was_not_spent()
    {
        var dataset = AzuriteFixture.NewName("set");
        var whole = MuSquared(10);
        await _ledger.ReserveAsync(dataset, "a", whole, None);
        await _ledger.SpendAsync(dataset, "a", 1, whole / 4, None);
        Assert.False((await _ledger.ReserveAsync(dataset, "b", whole / 2, None)).Granted);
        await _ledger.CloseAsync(dataset, "a", None);
        Assert.True((await _ledger.ReserveAsync(dataset, "b", whole / 2, None)).Granted);
        Assert.False((await _ledger.ReserveAsync(dataset, "c", whole / 2, None)).Granted);
    }

    [Fact]
    public async Task Release_without_or_beyond_a_reservation_is_refused()
    {
        var dataset = AzuriteFixture.NewName("set");
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(dataset, "run", 1, 0.01, None));
        await _ledger.ReserveAsync(dataset, "run", 0.01, None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(dataset, "run", 1, 0.0101, None));
        await _ledger.CloseAsync(dataset, "run", None);
        await Assert.ThrowsAsync<InvalidOperationException>(() => _ledger.SpendAsync(dataset, "run", 1, 0.01, None));
        Assert.Empty(Assert.Single((await _ledger.ReadAsync(dataset, None)).Runs).Releases);
    }

    [Fact]
    public async Task Total_below_what_is_spent_admits_nobody()
    {
        var dataset = AzuriteFixture.NewName("set");
        await _ledger.ReserveAsync(dataset, "a", MuSquared(5), None);
        await _ledger.SetTotalAsync(dataset, 1, 1e-5, None);
        var refusal = await _ledger.ReserveAsync(dataset, "b", 1e-9, None);
        Assert.Equal((false, 0), (refusal.Granted, refusal.RemainingEpsilon));
    }

    [Theory]
    [InlineData(0, 1e-5)]
    [InlineData(double.NaN, 1e-5)]
    [InlineData(double.PositiveInfinity, 1e-5)]
    [InlineData(1, 0)]
    [InlineData(1, 1)]
    [InlineData(1, double.NaN)]
    public async Task Total_out_of_range_is_refused(double epsilon, double delta) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _ledger.SetTotalAsync("set", epsilon, delta, None));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public async Task Meaningless_cost_is_refused(double muSquared)
    {
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _ledger.ReserveAsync("set", "run", muSquared, None));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => _ledger.SpendAsync("set", "run", 1, muSquared, None));
    }

    [Fact]
    public async Task Sixteen_writers_at_once_lose_no_entry_and_overdraw_nothing()
    {
        var dataset = AzuriteFixture.NewName("set");
        var share = MuSquared(10) / 10.5;
        var reservations = await Task.WhenAll(Enumerable.Range(0, 16).Select(async i =>
        {
            var ledger = new BudgetLedger(azurite.Private, Options.Create(new BudgetOptions()), TimeProvider.System);
            return (Run: $"run-{i}", (await ledger.ReserveAsync(dataset, $"run-{i}", share, None)).Granted);
        }));
        var granted = reservations.Where(reservation => reservation.Granted).Select(reservation => reservation.Run).ToList();
        Assert.Equal(10, granted.Count);

        await Task.WhenAll(granted.SelectMany(run => new[] { 1, 2, 1, 2 }.Select(iteration =>
            _ledger.SpendAsync(dataset, run, iteration, share / 2, None))));
        var budget = await _ledger.ReadAsync(dataset, None);
        Assert.Equal(granted.Order(), budget.Runs.Select(run => run.RunId).Order());
        Assert.All(budget.Runs, run => Assert.Equal([1, 2], run.Releases.Select(release => release.Iteration).Order()));
    }
}
