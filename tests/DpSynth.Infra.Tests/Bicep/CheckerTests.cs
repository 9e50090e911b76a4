namespace DpSynth.Infra.Tests.Bicep;

public class CheckerTests
{
    private const string Callee = "param size int\nparam label string = 'x'\noutput id string = '${label}${size}'\n";

    [Fact]
    public void Checker_finds_nothing_in_the_repositorys_templates() =>
        Assert.Empty(new Checker(ApiVersions.Known).Check(Repository.MainTemplate().Path));

    [Fact]
    public void Every_template_is_reached_from_main()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        Walk(Repository.MainTemplate());
        Assert.Equal(Repository.Templates().Select(template => template.FileName).Order(), reached.Order());

        void Walk(Template template)
        {
            if (reached.Add(template.FileName))
            {
                foreach (var module in template.Modules)
                {
                    Walk(Template.Read(Path.Combine(Path.GetDirectoryName(template.Path)!, module.Path)));
                }
            }
        }
    }

    [Fact]
    public void Checker_accepts_a_sound_call() =>
        Assert.Empty(Faults("module a 'callee.bicep' = {\n  name: 'a'\n  params: { size: 1 }\n}\noutput id string = a.outputs.id\n"));

    [Theory]
    [InlineData("output x string = nothing\n", "there is no 'nothing'")]
    [InlineData("param x string\n", "never used")]
    [InlineData("output x string = shout('a')\n", "no function 'shout'")]
    [InlineData("@loud()\nparam x string\noutput y string = x\n", "no decorator 'loud'")]
    [InlineData("param x text\noutput y string = x\n", "no type 'text'")]
    [InlineData("param x int = 'one'\noutput y int = x\n", "is a string, not a int")]
    [InlineData("var x = 1\nvar x = 2\noutput y int = x\n", "declared twice")]
    [InlineData("module a 'none.bicep' = {\n  name: 'a'\n}\n", "no file 'none.bicep'")]
    [InlineData("module a 'callee.bicep' = {\n  name: 'a'\n}\n", "'size' of 'callee.bicep' is not given")]
    [InlineData("module a 'callee.bicep' = {\n  name: 'a'\n  params: { size: 1, colour: 'red' }\n}\n", "no parameter 'colour'")]
    [InlineData("module a 'callee.bicep' = {\n  name: 'a'\n  params: { size: 'large' }\n}\n", "is a int, not a string")]
    [InlineData("module a 'callee.bicep' = {\n  name: 'a'\n  parameters: {}\n  params: { size: 1 }\n}\n", "no property 'parameters'")]
    [InlineData("module a 'callee.bicep' = {\n  name: 'a'\n  params: { size: 1 }\n}\noutput x string = a.outputs.name\n", "no output 'name'")]
    [InlineData("module a 'callee.bicep' = if (true) {\n  name: 'a'\n  params: { size: 1 }\n}\noutput x string = a.outputs.id\n", "under a condition only")]
    [InlineData("resource a 'Microsoft.Web/sites@2014-01-01' = {\n  name: 'a'\n}\n", "not among the known versions")]
    [InlineData("resource a 'Microsoft.Web/sites@2025-03-01' = {\n  location: 'x'\n}\n", "has no name")]
    [InlineData("resource a 'Microsoft.Web/sites@2025-03-01' = {\n  name: 'a'\n  name: 'b'\n}\n", "given twice")]
    public void Checker_finds_a_planted_fault(string template, string fault) =>
        Assert.Contains(Faults(template), found => found.Contains(fault, StringComparison.Ordinal));

    [Theory]
    [InlineData("var x = {\n  a: 1\n")]
    [InlineData("var x = [1, 2\n")]
    [InlineData("var x = 'open\n")]
    [InlineData("var x = '${1'\n")]
    [InlineData("var x = 1 2\n")]
    [InlineData("thing x = 1\n")]
    [InlineData("var x = {\n  a 1\n}\n")]
    public void Parser_refuses_what_is_not_balanced_or_not_bicep(string template) =>
        Assert.Throws<BicepException>(() => Template.Parse("/nowhere/broken.bicep", template));

    private static IReadOnlyList<string> Faults(string template)
    {
        var checker = new Checker(ApiVersions.Known);
        checker.Supply(Template.Parse("/nowhere/callee.bicep", Callee));
        checker.Supply(Template.Parse("/nowhere/main.bicep", template));
        return checker.Check("/nowhere/main.bicep");
    }
}
