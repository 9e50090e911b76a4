using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace DpSynth.Worker.Health;

/// <summary>
/// Answers the probes of whoever runs the container: <c>/health/live</c> with 200 while the process works, <c>/health/ready</c> with 200 while it
/// takes jobs, else 503 and the reason. Nothing else is served, and nothing where no port is set.
/// </summary>
internal sealed class HealthServer(IOptions<GenerationWorkerOptions> options, WorkerHealth health) : IHostedService, IAsyncDisposable
{
    /// <summary>Says whether the process works.</summary>
    public const string LivePath = "/health/live";

    /// <summary>Says whether the worker takes jobs.</summary>
    public const string ReadyPath = "/health/ready";

    private WebApplication? _server;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.HealthPort is not { } port)
        {
            return;
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            if (options.Value.HealthOnLoopback)
            {
                kestrel.ListenLocalhost(port);
            }
            else
            {
                kestrel.ListenAnyIP(port);
            }
        });
        builder.Services.AddRoutingCore();
        _server = builder.Build();
        _server.MapGet(LivePath, (RequestDelegate)(context => context.Response.WriteAsync("live")));
        _server.MapGet(ReadyPath, (RequestDelegate)(context =>
        {
            var reason = health.Unreadiness;
            context.Response.StatusCode = reason is null ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(reason ?? "ready");
        }));
        await _server.StartAsync(cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => _server?.StopAsync(cancellationToken) ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_server is not null)
        {
            await _server.DisposeAsync();
        }
    }
}
