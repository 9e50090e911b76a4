using DpSynth.Worker;
using Microsoft.Extensions.Hosting;

await WorkerHost.CreateBuilder(args).Build().RunAsync();
