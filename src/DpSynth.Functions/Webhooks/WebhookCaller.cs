using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using DpSynth.Functions.Announcements;
using DpSynth.Functions.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace DpSynth.Functions.Webhooks;

/// <summary>
/// Calls webhooks: over https, at listed hosts, at public addresses unless the host is listed as private, without following redirects,
/// signed as <see href="https://www.standardwebhooks.com">Standard Webhooks</see> has it. Answers are not read.
/// </summary>
public sealed partial class WebhookCaller : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(15);

    private readonly WebhookOptions _options;
    private readonly WebhookRules _rules;
    private readonly FunctionInstruments _instruments;
    private readonly TimeProvider _time;
    private readonly ILogger<WebhookCaller> _logger;
    private readonly HttpClient _http;

    /// <summary>Makes the caller.</summary>
    public WebhookCaller(IOptions<WebhookOptions> options, FunctionInstruments instruments, TimeProvider time, ILogger<WebhookCaller> logger)
        : this(options, instruments, time, logger, trust: null)
    {
    }

    /// <summary>Makes a caller that trusts certificates as a test says.</summary>
    internal WebhookCaller(
        IOptions<WebhookOptions> options,
        FunctionInstruments instruments,
        TimeProvider time,
        ILogger<WebhookCaller> logger,
        RemoteCertificateValidationCallback? trust)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Value;
        _rules = new WebhookRules(options);
        _instruments = instruments;
        _time = time;
        _logger = logger;
        _http = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,

            // A proxy would look up the host by itself, and what it finds could not be checked.
            UseProxy = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(1),
            ConnectCallback = ConnectAsync,
            SslOptions = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = trust },
        })
        { Timeout = _patience };
    }

    /// <summary>Calls an address.</summary>
    /// <exception cref="HttpRequestException">The call failed, and another may succeed.</exception>
    public async Task CallAsync(Uri address, RunAnnouncement announcement, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(announcement);
        var outcome = WebhookOutcome.Failed;
        try
        {
            outcome = await TryAsync(address, announcement, cancellationToken) ? WebhookOutcome.Taken : WebhookOutcome.Refused;
        }
        finally
        {
            _instruments.WebhookCalled(outcome);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    /// <summary>The signature of a call: HMAC-SHA256 over id, time and body.</summary>
    internal static string Sign(byte[] key, string id, string timestamp, ReadOnlySpan<byte> body)
    {
        byte[] signed = [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];
        return $"v1,{Convert.ToBase64String(HMACSHA256.HashData(key, signed))}";
    }

    /// <summary>Calls an address; false where there is no use in calling again.</summary>
    private async Task<bool> TryAsync(Uri address, RunAnnouncement announcement, CancellationToken cancellationToken)
    {
        if (_rules.FindFault(address) is not null)
        {
            LogRefused(_logger, announcement.Id, address.IdnHost, "the host is not listed any more");
            return false;
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(announcement.Json.ToArray()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/cloudevents+json") { CharSet = "utf-8" };
        Sign(request.Headers, announcement);
        try
        {
            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (answer.IsSuccessStatusCode)
            {
                LogCalled(_logger, announcement.Id, address.IdnHost);
                return true;
            }

            if ((int)answer.StatusCode is 408 or 425 or 429 or >= 500)
            {
                throw new HttpRequestException($"The webhook answered {(int)answer.StatusCode}.", inner: null, answer.StatusCode);
            }

            LogRefused(_logger, announcement.Id, address.IdnHost, $"it answered {(int)answer.StatusCode}");
            return false;
        }
        catch (HttpRequestException exception) when (exception.InnerException is PrivateAddressException)
        {
            LogRefused(_logger, announcement.Id, address.IdnHost, "its address is not public");
            return false;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HttpRequestException($"The webhook did not answer within {_patience.TotalSeconds:0} seconds.", exception);
        }
    }

    private void Sign(HttpRequestHeaders headers, RunAnnouncement announcement)
    {
        var timestamp = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        headers.Add("webhook-id", announcement.Id);
        headers.Add("webhook-timestamp", timestamp);
        headers.Add("webhook-signature", Sign(_options.Key ?? [], announcement.Id, timestamp, announcement.Json));
    }

    /// <summary>Connects to an address that was checked, so that a second look-up cannot lead elsewhere.</summary>
    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = _options.AllowsPrivateAddressesOf(host) ? found : Array.FindAll(found, PublicAddress.Is);
        if (allowed.Length == 0)
        {
            throw new PrivateAddressException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(allowed, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [LoggerMessage(130, LogLevel.Information, "Webhook called: {Id} at {Host}.")]
    private static partial void LogCalled(ILogger logger, string id, string host);

    [LoggerMessage(131, LogLevel.Warning, "Webhook given up: {Id} at {Host}: {Reason}.")]
    private static partial void LogRefused(ILogger logger, string id, string host, string reason);

    /// <summary>A host has no address that may be called.</summary>
    private sealed class PrivateAddressException : Exception;
}
