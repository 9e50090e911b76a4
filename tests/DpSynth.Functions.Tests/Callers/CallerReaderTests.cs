using System.Text;
using DpSynth.Functions.Callers;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Tests.Callers;

public sealed class CallerReaderTests
{
    private const string Claims = """{"auth_typ":"aad","claims":[{"typ":"oid","val":"ann"},{"typ":"roles","val":"Runs.Submit"},{"typ":"name","val":"Ann"}]}""";

    [Fact]
    public void Header_of_app_service_authentication_names_the_caller_and_its_roles()
    {
        var caller = Read(AuthenticationMode.EasyAuth, Encode(Claims))!;
        Assert.Equal("ann", caller.Id);
        Assert.Equal([AppRoles.SubmitRuns], caller.Roles);
    }

    [Fact]
    public void Header_is_not_believed_unless_app_service_authentication_is_said_to_stand_before_the_app() =>
        Assert.Null(Read(AuthenticationMode.None, Encode(Claims)));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not base64!")]
    [InlineData("e30=")]
    [InlineData("eyJjbGFpbXMiOjV9")]
    public void Missing_or_malformed_header_names_nobody(string? header) => Assert.Null(Read(AuthenticationMode.EasyAuth, header));

    [Fact]
    public void Principal_without_an_object_id_is_nobody() =>
        Assert.Null(Read(AuthenticationMode.EasyAuth, Encode(Claims.Replace("\"oid\"", "\"sub\"", StringComparison.Ordinal))));

    [Fact]
    public void Nobody_is_let_in_by_default() => Assert.Equal(AuthenticationMode.None, new AuthenticationOptions().Mode);

    [Fact]
    public void Development_identity_is_refused_in_Azure() =>
        Assert.Throws<InvalidOperationException>(() => Reader(AuthenticationMode.Development, ("WEBSITE_INSTANCE_ID", "1")));

    [Fact]
    public void Development_identity_has_every_role() =>
        Assert.Equal(AppRoles.All, Read(AuthenticationMode.Development, header: null)!.Roles);

    [Theory]
    [InlineData("Runs.Submit", "ann", true)]
    [InlineData("Runs.Submit", "bob", false)]
    [InlineData("Runs.Submit", null, false)]
    [InlineData("Runs.Read.All", "bob", true)]
    [InlineData("Runs.Read.All", null, true)]
    [InlineData("Datasets.Manage", "ann", false)]
    public void Callers_read_their_own_runs_or_all(string role, string? submittedBy, bool mayRead) =>
        Assert.Equal(mayRead, new Caller("ann", new HashSet<string> { role }).MayRead(submittedBy));

    private static Caller? Read(AuthenticationMode mode, string? header)
    {
        var request = new DefaultHttpContext().Request;
        if (header is not null)
        {
            request.Headers[CallerReader.PrincipalHeader] = header;
        }

        return Reader(mode).Read(request);
    }

    private static CallerReader Reader(AuthenticationMode mode, params (string Name, string Value)[] settings) => new(
        Options.Create(new AuthenticationOptions { Mode = mode }),
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build());

    private static string Encode(string json) => Convert.ToBase64String(Encoding.UTF8.GetBytes(json));
}
