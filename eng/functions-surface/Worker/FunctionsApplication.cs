using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Microsoft.Azure.Functions.Worker.Builder;

public class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => throw FunctionsSurface.DeclarationOnly();
}

public class FunctionsApplicationBuilder : IHostApplicationBuilder
{
    internal FunctionsApplicationBuilder()
    {
    }

    public IDictionary<object, object> Properties => throw FunctionsSurface.DeclarationOnly();

    public ConfigurationManager Configuration => throw FunctionsSurface.DeclarationOnly();

    public IHostEnvironment Environment => throw FunctionsSurface.DeclarationOnly();

    public ILoggingBuilder Logging => throw FunctionsSurface.DeclarationOnly();

    public IMetricsBuilder Metrics => throw FunctionsSurface.DeclarationOnly();

    public IServiceCollection Services => throw FunctionsSurface.DeclarationOnly();

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public IHost Build() => throw FunctionsSurface.DeclarationOnly();

    public void ConfigureContainer<TContainerBuilder>(
        IServiceProviderFactory<TContainerBuilder> factory,
        Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => throw FunctionsSurface.DeclarationOnly();
}

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder) =>
        throw FunctionsSurface.DeclarationOnly();
}

internal static class FunctionsSurface
{
    public static Exception DeclarationOnly() => new PlatformNotSupportedException(
        "This build knows the Azure Functions packages by declaration only and cannot run as a Functions worker: start the app "
        + "through the local host (./dpsynth host), or build with -p:PackageFeed=nuget on a feed that holds the official packages.");
}
