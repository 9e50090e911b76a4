using System.Text.Json.Nodes;
using DpSynth.Functions;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Core.FunctionMetadata;
using Microsoft.Azure.Functions.Worker.Invocation;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DpSynth.Infra.Tests.Publishing;

/// <summary>What the Worker SDK's source generators leave in the app's assembly, and the worker runs when it starts.</summary>
public class GeneratedRegistrationTests
{
    [Fact]
    public async Task Generated_provider_tells_the_host_of_every_function_and_its_trigger()
    {
        await using var services = Registered().BuildServiceProvider();
        var provider = services.GetRequiredService<IFunctionMetadataProvider>();
        Assert.Equal("GeneratedFunctionMetadataProvider", provider.GetType().Name);

        var told = await provider.GetFunctionMetadataAsync(AppContext.BaseDirectory);
        Assert.Equal(
            DeclaredFunction.OfTheApp(),
            told.Select(function => new DeclaredFunction(
                    function.Name!,
                    function.EntryPoint!,
                    Assert.Single(function.RawBindings!.Select(binding => JsonNode.Parse(binding)!["type"]!.GetValue<string>()), DeclaredFunction.IsTrigger)))
                .OrderBy(function => function.Name, StringComparer.Ordinal));
    }

    [Fact]
    public void Generated_executor_calls_the_functions()
    {
        var executor = Assert.Single(Registered(), service => service.ServiceType == typeof(IFunctionExecutor));
        Assert.Equal("DpSynth.Functions.DirectFunctionExecutor", executor.ImplementationType?.FullName);
    }

    /// <summary>The services that the assembly's own startup classes register.</summary>
    private static ServiceCollection Registered()
    {
        var startups = typeof(FunctionApp).Assembly.GetTypes().Where(type => type.IsAssignableTo(typeof(IAutoConfigureStartup))).ToArray();
        Assert.Equal(2, startups.Length);
        var host = new HostBuilder();
        foreach (var startup in startups)
        {
            ((IAutoConfigureStartup)Activator.CreateInstance(startup)!).Configure(host);
        }

        var registered = new ServiceCollection();
        host.ConfigureServices(services =>
        {
            foreach (var service in services.Where(service => service.ServiceType.Assembly == typeof(IFunctionExecutor).Assembly))
            {
                ((ICollection<ServiceDescriptor>)registered).Add(service);
            }
        });
        host.Build().Dispose();
        return registered;
    }
}
