using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DpSynth.Functions.Tests.Webhooks;

/// <summary>Somebody who is called when runs have ended: an https server on this machine that notes what it is told.</summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly X509Certificate2 certificate;

    private WebhookReceiver(WebApplication app, X509Certificate2 certificate)
    {
        this.app = app;
        this.certificate = certificate;
    }

    /// <summary>The calls that came, in order.</summary>
    public ConcurrentQueue<WebhookCall> Calls { get; } = new();

    /// <summary>How often to answer 503 before 204.</summary>
    public int Failures { get; set; }

    public Uri Address =>
        new($"https://localhost:{new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single()).Port}/ended");

    public static async Task<WebhookReceiver> StartAsync()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        var own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(own)));
        var receiver = new WebhookReceiver(builder.Build(), own);
        receiver.app.MapPost("/ended", receiver.ReceiveAsync);
        receiver.app.MapPost("/elsewhere", (HttpResponse response) => response.Redirect("/ended", permanent: false, preserveMethod: true));
        await receiver.app.StartAsync();
        return receiver;
    }

    /// <summary>Whether a certificate is this server's.</summary>
    public bool Trusts(X509Certificate? presented) => presented?.GetCertHashString() == certificate.GetCertHashString();

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        certificate.Dispose();
    }

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        Calls.Enqueue(new WebhookCall(
            request.Headers["webhook-id"].ToString(),
            request.Headers["webhook-timestamp"].ToString(),
            request.Headers["webhook-signature"].ToString(),
            request.ContentType,
            body.ToArray()));
        return Calls.Count <= Failures ? Results.StatusCode(StatusCodes.Status503ServiceUnavailable) : Results.NoContent();
    }
}

/// <summary>One call.</summary>
internal sealed record WebhookCall(string Id, string Timestamp, string Signature, string? ContentType, byte[] Body);
