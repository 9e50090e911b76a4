using System.Reflection;
using DpSynth.Catalogue;
using DpSynth.Functions.Runs;
using DpSynth.Synthesis.Runs;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace DpSynth.Functions.Tests;

/// <summary>The app is put together as its program does it, and everything in it is really made; nothing of it calls a service.</summary>
public sealed class CompositionTests : IDisposable
{
    private readonly DirectoryInfo _models = Directory.CreateTempSubdirectory("dpsynth-models-");

    public static TheoryData<Type> Classes() =>
    [
        .. typeof(FunctionApp).Assembly.GetTypes().Where(static type => type is { IsAbstract: false } && type.GetMethods(
            BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
                .Any(static method => method.IsDefined(typeof(FunctionAttribute)))),
    ];

    [Theory]
    [MemberData(nameof(Classes))]
    public async Task Class_with_functions_can_be_made_from_what_the_app_registers(Type type)
    {
        await using var services = Build(Registered());
        await using var call = services.CreateAsyncScope();
        Assert.IsType(type, ActivatorUtilities.CreateInstance(call.ServiceProvider, type));
    }

    [Fact]
    public void All_classes_with_functions_were_looked_at() => Assert.InRange(Classes().Count, 12, 100);

    [Fact]
    public async Task Everything_that_is_registered_can_be_made()
    {
        var registered = Registered();
        await using var services = Build(registered);
        Type[] ours = [.. registered.Select(static service => service.ServiceType)
            .Where(static type => type.Namespace?.StartsWith("DpSynth", StringComparison.Ordinal) == true).Distinct()];
        Assert.All(ours, type => Assert.All(services.GetServices(type), made => Assert.IsAssignableFrom(type, made)));
        Assert.InRange(ours.Length, 40, 200);
    }

    [Fact]
    public async Task Every_method_that_requests_can_name_has_its_plan_and_its_orchestration()
    {
        await using var services = Build(Registered());
        var names = RequestParts.Methods.Select(method => method.Name).Order(StringComparer.Ordinal).ToArray();

        Assert.Equal(names, services.GetServices<IMethod>().Select(method => method.Name).Order(StringComparer.Ordinal));
        Assert.Equal(names, services.GetServices<IMethodOrchestration>().Select(method => method.Method).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void App_that_lacks_a_store_is_not_put_together()
    {
        var lacking = Registered();
        lacking.Remove(lacking.Single(static service => service.ServiceType == typeof(IReleaseStore)));
        var fault = Assert.Throws<AggregateException>(() => Build(lacking).Dispose());
        Assert.Contains(nameof(IReleaseStore), fault.Message, StringComparison.Ordinal);
    }

    public void Dispose() => _models.Delete(recursive: true);

    private static ServiceProvider Build(ServiceCollection services) =>
        services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });

    private ServiceCollection Registered()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["PrivateStorage:accountName"] = "one",
            ["AzureWebJobsStorage:accountName"] = "two",
            ["Models:Directory"] = _models.FullName,
        }).Build();
        var services = new ServiceCollection();
        services.AddLogging().AddSingleton<IConfiguration>(configuration);
        FunctionApp.AddServices(services, configuration);
        return services;
    }
}
