using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StoreClaw.Embedded;

namespace Microsoft.Azure.Functions.Worker.Builder;

public static class FunctionsApplication
{
    public static FunctionsApplicationBuilder CreateBuilder(string[] args) => new(args, new EmbeddedOptions());

    internal static FunctionsApplicationBuilder CreateBuilder(string[] args, EmbeddedOptions options) => new(args, options);
}

public sealed class FunctionsApplicationBuilder : IHostApplicationBuilder, IFunctionsWorkerApplicationBuilder
{
    private readonly EmbeddedRuntime _runtime;

    internal FunctionsApplicationBuilder(string[] args, EmbeddedOptions options) => _runtime = new EmbeddedRuntime(args, options);

    public IDictionary<object, object> Properties => _runtime.Host.Properties;

    public ConfigurationManager Configuration => _runtime.Web.Configuration;

    public IHostEnvironment Environment => _runtime.Web.Environment;

    public ILoggingBuilder Logging => _runtime.Web.Logging;

    public IMetricsBuilder Metrics => _runtime.Web.Metrics;

    public IServiceCollection Services => _runtime.Web.Services;

    IConfigurationManager IHostApplicationBuilder.Configuration => Configuration;

    public void ConfigureContainer<TContainerBuilder>(IServiceProviderFactory<TContainerBuilder> factory, Action<TContainerBuilder>? configure = null)
        where TContainerBuilder : notnull => _runtime.Host.ConfigureContainer(factory, configure);

    public IFunctionsWorkerApplicationBuilder Use(Func<FunctionExecutionDelegate, FunctionExecutionDelegate> middleware)
    {
        _runtime.Use(middleware);
        return this;
    }

    /// <exception cref="InvalidOperationException">Functions or settings are wrong; says each by name, with its remedy.</exception>
    public IHost Build() => _runtime.Build();

    internal void ServeHttp() => _runtime.ServeHttp();
}

public static class FunctionsApplicationBuilderAspNetCoreExtensions
{
    /// <summary>Serves HTTP functions with ASP.NET Core types. Middleware added before it sees no HttpContext.</summary>
    public static FunctionsApplicationBuilder ConfigureFunctionsWebApplication(this FunctionsApplicationBuilder builder)
    {
        builder.ServeHttp();
        return builder;
    }
}
