using System.Net;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Telemetry;
using DpSynth.Functions.Tests.Telemetry;
using DpSynth.Functions.Webhooks;
using DpSynth.Synthesis.Runs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Tests.Webhooks;

public sealed class WebhookCallerTests : IAsyncLifetime
{
    private static readonly RunAnnouncement _announcement =
        RunAnnouncement.Of(new RunView { Id = "run-1", State = RunState.Succeeded }, DateTimeOffset.UnixEpoch, "/here");

    private readonly Lines _log = new();
    private readonly Measurements _measurements = new();
    private WebhookReceiver _receiver = null!;

    public async Task InitializeAsync() => _receiver = await WebhookReceiver.StartAsync();

    public async Task DisposeAsync()
    {
        _measurements.Dispose();
        await _receiver.DisposeAsync();
    }

    [Fact]
    public async Task Listed_host_is_called_with_the_announcement()
    {
        await CallAsync(_receiver.Address);

        Assert.Equal(_announcement.Json.ToArray(), Assert.Single(_receiver.Calls).Body);
        Assert.StartsWith("Webhook called: run-1-ended at localhost.", Assert.Single(_log.Written), StringComparison.Ordinal);
        Assert.Equal(["dpsynth.webhook.calls{outcome=taken}"], _measurements.Taken);
    }

    [Fact]
    public async Task Private_address_is_called_only_where_its_host_is_listed_as_private()
    {
        await CallAsync(_receiver.Address, privateHosts: "");

        Assert.Empty(_receiver.Calls);
        Assert.Equal("Webhook given up: run-1-ended at localhost: its address is not public.", Assert.Single(_log.Written));
    }

    [Fact]
    public async Task Host_that_is_not_listed_any_more_is_not_called()
    {
        await CallAsync(_receiver.Address, allowedHosts: "*.localhost, example.org");

        Assert.Empty(_receiver.Calls);
        Assert.Contains("the host is not listed any more", Assert.Single(_log.Written), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirect_is_not_followed()
    {
        await CallAsync(new Uri(_receiver.Address, "/elsewhere"));

        Assert.Empty(_receiver.Calls);
        Assert.Contains("it answered 307", Assert.Single(_log.Written), StringComparison.Ordinal);
        Assert.Equal(["dpsynth.webhook.calls{outcome=refused}"], _measurements.Taken);
    }

    [Fact]
    public async Task Unknown_certificate_is_not_trusted() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(_receiver.Address, trusts: false));

    [Fact]
    public async Task Busy_receiver_is_worth_another_call()
    {
        _receiver.Failures = 1;

        var busy = await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(_receiver.Address));
        await CallAsync(_receiver.Address);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, busy.StatusCode);
        Assert.Equal(2, _receiver.Calls.Count);
        Assert.Equal(["dpsynth.webhook.calls{outcome=failed}", "dpsynth.webhook.calls{outcome=taken}"], _measurements.Taken);
    }

    [Fact]
    public void Signature_is_that_of_the_standards_example() =>
        // https://github.com/standard-webhooks/standard-webhooks, the specification's example.
        Assert.Equal(
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            WebhookCaller.Sign(
                new WebhookOptions { Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }.Key!,
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                "1614265330",
                "{\"test\": 2432232314}"u8));

    [Theory]
    [InlineData("8.8.8.8", true)]
    [InlineData("20.50.2.1", true)]
    [InlineData("2606:4700::1111", true)]
    [InlineData("127.0.0.1", false)]
    [InlineData("10.1.2.3", false)]
    [InlineData("100.64.0.1", false)]
    [InlineData("169.254.169.254", false)]
    [InlineData("168.63.129.16", false)]
    [InlineData("172.31.255.255", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("0.0.0.0", false)]
    [InlineData("224.0.0.1", false)]
    [InlineData("255.255.255.255", false)]
    [InlineData("::", false)]
    [InlineData("::1", false)]
    [InlineData("::ffff:10.0.0.1", false)]
    [InlineData("64:ff9b::a00:1", false)]
    [InlineData("2002:a00:1::", false)]
    [InlineData("2001:db8::1", false)]
    [InlineData("fd00::1", false)]
    [InlineData("fe80::1", false)]
    [InlineData("ff02::1", false)]
    public void Addresses_of_machine_network_and_platform_are_not_public(string address, bool isPublic) =>
        Assert.Equal(isPublic, PublicAddress.Is(IPAddress.Parse(address)));

    [Theory]
    [InlineData("hooks.example.org", "https://hooks.example.org/a", true)]
    [InlineData("hooks.example.org", "https://HOOKS.example.org/a", true)]
    [InlineData("a.org, *.example.org", "https://x.y.example.org/a", true)]
    [InlineData("*.example.org", "https://example.org/a", false)]
    [InlineData("*.example.org", "https://badexample.org/a", false)]
    [InlineData("example.org", "https://example.org.evil.net/a", false)]
    [InlineData("example.org", "http://example.org/a", false)]
    [InlineData("", "https://example.org/a", false)]
    public void Hosts_are_admitted_as_they_are_listed(string allowed, string address, bool admitted) =>
        Assert.Equal(admitted, new WebhookRules(Options.Create(new WebhookOptions { AllowedHosts = allowed })).FindFault(new Uri(address)) is null);

    [Theory]
    [InlineData("", "", true)]
    [InlineData("example.org", "", false)]
    [InlineData("example.org", "c2hvcnQ=", false)]
    [InlineData("example.org", "not base64", false)]
    [InlineData("example.org", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", true)]
    public void Calls_need_a_secret_to_sign_with(string hosts, string secret, bool valid) =>
        Assert.Equal(valid, new WebhookOptions { AllowedHosts = hosts, Secret = secret }.IsValid);

    private async Task CallAsync(Uri address, string allowedHosts = "localhost", string privateHosts = "localhost", bool trusts = true)
    {
        var options = new WebhookOptions { AllowedHosts = allowedHosts, PrivateHosts = privateHosts, Secret = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3" };
        using var caller = new WebhookCaller(
            Options.Create(options),
            new FunctionInstruments(_measurements.Factory),
            TimeProvider.System,
            _log,
            trusts ? (_, certificate, _, _) => _receiver.Trusts(certificate) : null);
        await caller.CallAsync(address, _announcement, default);
    }

    private sealed class Lines : ILogger<WebhookCaller>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
