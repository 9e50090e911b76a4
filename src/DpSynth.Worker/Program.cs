using DpSynth.Worker;
using DpSynth.Worker.Health;
using Microsoft.Extensions.Hosting;

if (args is [HealthProbe.Argument])
{
    return await HealthProbe.RunAsync();
}

await WorkerHost.CreateBuilder(args).Build().RunAsync();
return 0;
