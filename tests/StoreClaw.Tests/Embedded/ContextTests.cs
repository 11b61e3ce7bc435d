using System.Net;
using Azure.Storage.Queues;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Azure.Functions.Worker.Middleware;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Embedded;

public sealed class PerInvocation : IDisposable
{
    public Guid Id { get; } = Guid.NewGuid();

    public bool Disposed { get; private set; }

    public void Dispose() => Disposed = true;
}

public sealed class ContextFunctions(CallLog calls, PerInvocation scoped)
{
    [Function("InHttp")]
    public IResult InHttp([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "context/{id}")] HttpRequest request, FunctionContext context, string id)
    {
        Note(context);
        Assert.Equal(id, context.BindingContext.BindingData["ID"]);
        return Results.Text(id);
    }

    [Function("InQueue")]
    public void InQueue([QueueTrigger("in-queue")] string message, FunctionContext context)
    {
        Note(context);
        Assert.Equal("""{"kind":"x"}""", message);
    }

    [Function("InTimer")]
    public void InTimer([TimerTrigger("0 0 0 1 1 *", RunOnStartup = true)] TimerInfo timer, FunctionContext context) => Note(context);

    [Function("Refused")]
    public static IResult Refused([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "refused")] HttpRequest request) =>
        throw new InvalidOperationException("refused " + request.Path);

    private void Note(FunctionContext context)
    {
        calls.Add(context);
        calls.Add(scoped);
        Assert.Same(scoped, context.InstanceServices.GetRequiredService<PerInvocation>());
    }
}

public sealed class OuterMiddleware(CallLog calls) : IFunctionsWorkerMiddleware
{
    public async Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        calls.Add($"outer {context.FunctionDefinition.Name}");
        try
        {
            await next(context);
            calls.Add($"outer end {context.FunctionDefinition.Name}");
        }
        catch (InvalidOperationException refusal)
        {
            var http = context.GetHttpContext()!;
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await http.Response.WriteAsync(refusal.Message);
        }
    }
}

public sealed class InnerMiddleware(CallLog calls) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        calls.Add($"inner {context.FunctionDefinition.InputBindings.Values.Single().Type} {context.GetHttpContext()?.Request.Path}");
        return next(context);
    }
}

public sealed class EarlyMiddleware(CallLog calls) : IFunctionsWorkerMiddleware
{
    public Task Invoke(FunctionContext context, FunctionExecutionDelegate next)
    {
        calls.Add($"early {context.GetHttpContext() is null}");
        return next(context);
    }
}

public sealed class ContextTests
{
    [Fact]
    public async Task The_context_tells_the_same_as_on_the_worker()
    {
        await using var app = await EmbeddedHost.StartAsync(Plan());
        var timer = (FunctionContext)(await app.Calls.WhenAsync(2))[0]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/context/abc");
        request.Headers.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        using var response = await app.Client.SendAsync(request);
        var http = (FunctionContext)(await app.Calls.WhenAsync(4))[2]!;
        var queue = new QueueClient(app.Storage, "in-queue", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        await queue.CreateIfNotExistsAsync();
        await queue.SendMessageAsync("""{"kind":"x"}""");
        var message = (FunctionContext)(await app.Calls.WhenAsync(6))[4]!;

        Assert.Equal(["InTimer", "InHttp", "InQueue"], [timer.FunctionDefinition.Name, http.FunctionDefinition.Name, message.FunctionDefinition.Name]);
        Assert.Equal(["timerTrigger", "httpTrigger", "queueTrigger"], new[] { timer, http, message }.Select(context => context.FunctionDefinition.InputBindings.Values.Single().Type));
        Assert.Equal(typeof(ContextFunctions).FullName + ".InHttp", http.FunctionDefinition.EntryPoint);
        Assert.Equal(typeof(ContextFunctions).Assembly.Location, http.FunctionDefinition.PathToAssembly);
        Assert.Equal(("request", BindingDirection.In), (http.FunctionDefinition.InputBindings["request"].Name, http.FunctionDefinition.InputBindings["request"].Direction));
        Assert.Equal(http.FunctionDefinition.Id, http.FunctionId);
        Assert.StartsWith("00-0af7651916cd43dd8448eb211c80319c-", http.TraceContext.TraceParent, StringComparison.Ordinal);
        Assert.Equal(3, new[] { timer, http, message }.Select(context => context.TraceContext.TraceParent).Distinct().Count());
        Assert.All(new[] { timer, http, message }, context => Assert.True(Guid.TryParse(context.InvocationId, out _)));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("x", message.BindingContext.BindingData["kind"]);
        Assert.Equal((0, 0), (message.RetryContext.RetryCount, message.RetryContext.MaxRetryCount));
        Assert.NotNull(http.GetHttpContext());
        Assert.Null(message.GetHttpContext());
        http.Features.Set(this);
        Assert.Same(this, http.Features.Get<ContextTests>());
        Assert.Null(http.Features.Get<string>());
    }

    [Fact]
    public async Task Each_invocation_has_a_scope_of_its_own_that_ends_with_it()
    {
        await using var app = await EmbeddedHost.StartAsync(Plan());
        await app.Calls.WhenAsync(2);
        await app.Client.GetStringAsync("/context/1");
        await app.Client.GetStringAsync("/context/2");
        var scoped = app.Calls.All.OfType<PerInvocation>().ToList();
        Assert.Equal(3, scoped.Select(each => each.Id).Distinct().Count());
        await Eventually.GetAsync(() => Task.FromResult(scoped.TrueForAll(each => each.Disposed)), disposed => disposed);
    }

    [Fact]
    public async Task Middleware_surrounds_every_kind_of_invocation_in_order()
    {
        await using var app = await EmbeddedHost.StartAsync(Plan(builder =>
        {
            builder.UseMiddleware<OuterMiddleware>();
            builder.UseMiddleware<InnerMiddleware>();
        }));
        await app.Calls.WhenAsync(5);
        using var response = await app.Client.GetAsync("/context/x");
        Assert.Equal("x", await response.Content.ReadAsStringAsync());
        Assert.Equal(
            ["outer InTimer", "inner timerTrigger ", "outer end InTimer", "outer InHttp", "inner httpTrigger /context/x", "outer end InHttp"],
            app.Calls.All.OfType<string>());
    }

    [Fact]
    public async Task Middleware_may_answer_for_a_function_that_failed()
    {
        await using var app = await EmbeddedHost.StartAsync(Plan(builder => builder.UseMiddleware<OuterMiddleware>()));
        using var response = await app.Client.GetAsync("/refused");
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "refused /refused"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.DoesNotContain(app.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Middleware_before_the_web_application_sees_no_request()
    {
        var storage = await TestStorage.NewAccountAsync();
        var plan = Plan();
        using var folder = new TempFolder();
        var builder = EmbeddedHost.NewBuilder(plan, folder.Path, storage, TextWriter.Null);
        builder.Services.AddSingleton(plan.Calls).AddScoped<PerInvocation>();
        builder.UseMiddleware<EarlyMiddleware>();
        builder.ConfigureFunctionsWebApplication().UseMiddleware<InnerMiddleware>();
        using var host = builder.Build();
        await host.StartAsync();
        await plan.Calls.WhenAsync(4);
        Assert.Equal(["early True", "inner timerTrigger "], plan.Calls.All.OfType<string>());
        await host.StopAsync();
    }

    private static HostPlan Plan(Action<FunctionsApplicationBuilder>? configure = null) => new(typeof(ContextFunctions))
    {
        Configure = builder =>
        {
            builder.Services.AddScoped<PerInvocation>();
            configure?.Invoke(builder);
        },
    };
}
