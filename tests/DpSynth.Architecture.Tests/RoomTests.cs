namespace DpSynth.Architecture.Tests;

/// <summary>
/// The rooms of docs/architecture.md and the arrows between them, as the compiled assemblies have them. A new arrow against the table is a
/// mistake, or a change of the plan: then change the table and the document together.
/// </summary>
public sealed class RoomTests
{
    /// <summary>What each room may use of the others.</summary>
    private static readonly Dictionary<string, string[]> _rooms = new(StringComparer.Ordinal)
    {
        ["Privacy"] = [],
        ["Numerics"] = [],
        ["Imaging"] = [],
        ["Ledgers"] = ["Privacy"],
        ["Synthesis"] = ["Privacy", "Numerics", "Imaging", "Ledgers"],
        ["Catalogue"] = ["Imaging", "Numerics", "Synthesis"],
        ["Models"] = ["Imaging", "Numerics"],
        ["Embedders"] = ["Models", "Imaging", "Numerics", "Synthesis", "Catalogue"],
        ["Generators"] = ["Models", "Imaging", "Numerics", "Synthesis", "Catalogue"],
        ["Evaluation"] = ["Imaging", "Numerics", "Synthesis", "Catalogue"],
        ["Storage"] = ["Privacy", "Numerics", "Imaging", "Ledgers", "Synthesis"],
        ["Telemetry"] = ["Synthesis"],
        ["ImageServer"] = ["Imaging", "Numerics", "Models"],
        ["Functions"] = ["Privacy", "Numerics", "Imaging", "Ledgers", "Synthesis", "Catalogue", "Models", "Embedders", "Evaluation", "Storage", "Telemetry"],
        ["Worker"] = ["Imaging", "Synthesis", "Catalogue", "Models", "Embedders", "Generators", "Storage", "Telemetry"],
        ["LocalHost"] = ["Privacy", "Numerics", "Ledgers", "Synthesis", "Storage", "Functions", "Worker"],
    };

    private static readonly Lazy<Arrows> _product = new(() => Arrows.Read(
        Directory.GetFiles(AppContext.BaseDirectory, "DpSynth.*.dll").Where(path => !path.EndsWith(".Tests.dll", StringComparison.Ordinal))));

    [Fact]
    public void Rooms_use_only_what_the_table_lets_them()
    {
        var rooms = _product.Value.Between(RoomOf);
        var against = rooms.Namespaces
            .Where(_rooms.ContainsKey)
            .SelectMany(
                room => rooms.From(room).Where(used => _rooms.ContainsKey(used) || used is "Cli").Except(_rooms[room]).Select(used => $"{room} -> {used}"));

        Assert.Empty(against);
    }

    [Fact]
    public void Diagram_of_the_documentation_has_the_same_arrows()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DpSynth.Functions.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        var drawn = File.ReadAllLines(Path.Combine(folder, "docs", "architecture.md"))
            .Select(line => line.Trim().Split(" --> "))
            .Where(line => line is [var from, _] && _rooms.ContainsKey(from))
            .SelectMany(line => line[1].Split(" & "), (line, to) => $"{line[0]} -> {to}");

        Assert.Equal(
            _rooms.SelectMany(room => room.Value, (room, to) => $"{room.Key} -> {to}").Order(StringComparer.Ordinal), drawn.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_room_is_in_the_table() => Assert.Empty(
        _product.Value.Namespaces
            .Where(name => name.StartsWith("DpSynth.", StringComparison.Ordinal))
            .Select(RoomOf)
            .Distinct()
            .Except([.. _rooms.Keys, "Cli"]));

    /// <summary>A folder and the folders in it are one idea in parts; a room's own folder holds what its folders share, and what puts them together.</summary>
    [Fact]
    public void No_two_folders_use_each_other_not_even_by_way_of_others()
    {
        var circles = Ours(_product.Value).Between(name => string.Join('.', name.Split('.').Take(3))).Without(name => name.Split('.').Length < 3).FindCircles();

        Assert.True(circles.Count == 0, string.Join(Environment.NewLine, circles));
    }

    /// <summary>Methods are leaves of the domain: what all share knows none of them.</summary>
    [Fact]
    public void Nothing_in_the_domain_uses_a_method_but_the_method_itself() => Assert.Empty(
        _product.Value.Namespaces
            .Where(name => name.StartsWith("DpSynth.Synthesis", StringComparison.Ordinal) && !IsMethod(name))
            .SelectMany(name => _product.Value.From(name).Where(IsMethod).Select(method => $"{name} -> {method}")));

    [Fact]
    public void The_domain_knows_neither_Azure_nor_a_runtime_of_models() => Assert.Empty(
        _product.Value.Namespaces
            .Where(name => RoomOf(name) is "Synthesis" or "Ledgers" or "Privacy" or "Numerics")
            .SelectMany(name => _product.Value.From(name).Where(IsOutside).Select(used => $"{name} -> {used}")));

    [Fact]
    public void Arrows_that_are_there_are_seen()
    {
        Assert.Contains("DpSynth.Synthesis.Runs", _product.Value.From("DpSynth.Synthesis.PrivateEvolution"));
        Assert.Contains("Azure.Storage.Blobs", _product.Value.From("DpSynth.Storage.Accounts"));
        Assert.Contains("DpSynth.Ledgers", _product.Value.From("DpSynth.Storage.Budgets"));
    }

    [Fact]
    public void Circles_are_found_however_long() => Assert.Equal(
        ["b -> c", "c -> d", "d -> b"],
        Arrows.Of(("a", "b"), ("b", "c"), ("c", "d"), ("d", "b"), ("c", "e")).FindCircles());

    /// <summary>What asks outside services and loads models to draw is the worker's; the app that reads private images cannot even be linked with it.</summary>
    [Fact]
    public void The_function_app_is_not_linked_with_the_generators() => Assert.Empty(
        _product.Value.Namespaces
            .Where(name => RoomOf(name) is "Functions" or "Storage" or "Embedders" or "Evaluation" or "Synthesis" or "Catalogue")
            .SelectMany(name => _product.Value.From(name).Where(used => RoomOf(used) is "Generators" or "Worker").Select(used => $"{name} -> {used}")));

    /// <summary>A method is a folder with a class that is one.</summary>
    private static readonly Lazy<string[]> _methods = new(() =>
    [
        .. System.Reflection.Assembly.LoadFrom(Path.Combine(AppContext.BaseDirectory, "DpSynth.Synthesis.dll")).GetTypes()
            .Where(type => type is { IsClass: true } && type.GetInterfaces().Any(port => port.FullName == "DpSynth.Synthesis.Runs.IMethod"))
            .Select(type => type.Namespace!).Distinct(),
    ]);

    [Fact]
    public void There_are_methods_to_look_at() => Assert.NotEmpty(_methods.Value);

    private static bool IsMethod(string name) => _methods.Value.Any(method => name.StartsWith(method, StringComparison.Ordinal));

    private static bool IsOutside(string name) =>
        name.StartsWith("Azure.", StringComparison.Ordinal) || name.StartsWith("Microsoft.Azure", StringComparison.Ordinal)
        || name.StartsWith("Microsoft.DurableTask", StringComparison.Ordinal) || name.StartsWith("Microsoft.ML", StringComparison.Ordinal);

    private static Arrows Ours(Arrows arrows) => Arrows.Of(
    [
        .. arrows.Namespaces.Where(name => name.StartsWith("DpSynth.", StringComparison.Ordinal))
            .SelectMany(name => arrows.From(name).Where(used => used.StartsWith("DpSynth.", StringComparison.Ordinal)), (name, used) => (name, used)),
    ]);

    /// <summary>The part of a namespace that names its room; other namespaces stand for themselves.</summary>
    private static string RoomOf(string name) =>
        name.StartsWith("DpSynth.", StringComparison.Ordinal) ? name.Split('.')[1] : name;
}
