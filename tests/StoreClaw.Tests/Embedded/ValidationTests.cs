using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Builder;
using StoreClaw.Embedded;
using StoreClaw.Tests.Embedded.Bad;

namespace StoreClaw.Tests.Embedded;

public sealed class ValidationTests
{
    private const string Storage = "AccountName=none;QueueEndpoint=http://127.0.0.1:1/none";

    public static TheoryData<Type, string, string> Mistakes => new()
    {
        { typeof(NotPublicMethod), "NotPublicMethod.Run:", "make it public" },
        { typeof(NotPublicClass), "NotPublicClass.Run:", "make it public" },
        { typeof(Outer.Nested), "Outer.Nested.Run:", "move it out" },
        { typeof(AbstractClass), "AbstractClass.Run:", "put the function on a class that can be created" },
        { typeof(GenericMethod), "GenericMethod.Run:", "give it definite types" },
        { typeof(NoTrigger), "NoTrigger.Run:", "put [HttpTrigger], [TimerTrigger] or [QueueTrigger] on one parameter" },
        { typeof(TwoTriggers), "TwoTriggers.Run:", "one trigger a function" },
        { typeof(LoggerParameter), "LoggerParameter.Run:", "'log' (ILogger) would arrive null: take services and loggers through the constructor" },
        { typeof(ServiceParameter), "ServiceParameter.Run:", "'calls' (CallLog) would arrive null" },
        { typeof(NotInRoute), "NotInRoute.Run:", "'id' is not in the route 'orders/{orderId}'" },
        { typeof(NoSuchMetadata), "NoSuchMetadata.Run:", "Id, PopReceipt, DequeueCount, InsertionTime, ExpirationTime, NextVisibleTime" },
        { typeof(TimeAsText), "TimeAsText.Run:", "take it as DateTimeOffset" },
        { typeof(NamedValueOnTimer), "NamedValueOnTimer.Run:", "a timer function takes TimerInfo" },
        { typeof(BodyAsObject), "BodyAsObject.Run:", "put it on an HttpRequest" },
        { typeof(TimerAsText), "TimerAsText.Run:", "put it on a TimerInfo" },
        { typeof(MessageAsService), "MessageAsService.Run:", "use QueueMessage, string, byte[], BinaryData or a class read from JSON" },
        { typeof(PocoAnswer), "PocoAnswer.Run:", "it returns Order, which would answer an empty 200: return IResult or IActionResult" },
        { typeof(NoAnswer), "NoAnswer.Run:", "it returns nothing, which would answer an empty 200" },
        { typeof(QueuedAnswer), "QueuedAnswer.Run:", "send the message itself" },
        { typeof(LostResult), "LostResult.Run:", "put [QueueOutput] on the method" },
        { typeof(NothingToQueue), "NothingToQueue.Run:", "return the message" },
        { typeof(AsyncVoid), "AsyncVoid.Run:", "return Task" },
        { typeof(ValueTaskResult), "ValueTaskResult.Run:", "return a Task" },
        { typeof(BadName), "BadName.Run:", "'7 days' is no function name" },
        { typeof(BadCron), "BadCron.Run:", "'25' is no hour of a schedule: use 0 to 23" },
        { typeof(FiveFields), "FiveFields.Run:", "has 5 fields: write six" },
        { typeof(NeverDue), "NeverDue.Run:", "never comes true" },
        { typeof(MissingSetting), "MissingSetting.Run:", "is missing: set Schedules__Nightly" },
        { typeof(LonePercent), "LonePercent.Run:", "write %Name% for a setting" },
        { typeof(BadQueueName), "BadQueueName.Run:", "'Store_Sync' is no queue name" },
        { typeof(MissingConnection), "MissingConnection.Run:", "the setting ElsewhereStorage is missing" },
        { typeof(BadConnection), "BadConnection.Run:", "the setting FunctionKey is no storage connection string" },
        { typeof(BadRoute), "BadRoute.Run:", "'orders/{id' is no route" },
        { typeof(BadConstraint), "BadConstraint.Run:", "'ulid' of the route parameter 'id' is unknown" },
        { typeof(SameName), "SameName.One and SameName.Two:", "give each its own name" },
        { typeof(SameRoute), "SameRoute.One and SameRoute.Two:", "change one route or its methods" },
        { typeof(HidingRoute), "HidingRoute.GetOrder and HidingRoute.ListRecent:", "constrain the parameter, as in {id:guid}, or rename a function" },
        { typeof(HidingRest), "HidingRest.All and HidingRest.Health:", "the Functions host takes All, the first by name" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_mistake_stops_the_start_with_its_method_and_its_remedy(Type functions, string method, string remedy)
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Build(new HostPlan(functions)));
        var line = Assert.Single(failure.Message.Split(Environment.NewLine)[1..]);
        Assert.Contains(method, line, StringComparison.Ordinal);
        Assert.Contains(remedy, line, StringComparison.Ordinal);
        Assert.EndsWith(".", line, StringComparison.Ordinal);
        Assert.DoesNotContain(EmbeddedHost.Key, line, StringComparison.Ordinal);
    }

    [Fact]
    public void All_mistakes_are_told_at_once()
    {
        var failure = Assert.Throws<InvalidOperationException>(() => Build(new HostPlan(typeof(AsyncVoid), typeof(RouteFunctions), typeof(SameName), typeof(BadCron))));
        Assert.Equal(3, failure.Message.Split(Environment.NewLine)[1..].Length);
    }

    [Fact]
    public void Http_functions_need_the_web_application()
    {
        var builder = EmbeddedHost.NewBuilder(new HostPlan(typeof(RouteFunctions)), Path.GetTempPath(), Storage, TextWriter.Null);
        Assert.Contains("ConfigureFunctionsWebApplication()", Assert.Throws<InvalidOperationException>(() => builder.Build()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_builder_builds_once()
    {
        var builder = EmbeddedHost.NewBuilder(new HostPlan(), Path.GetTempPath(), Storage, TextWriter.Null);
        using var host = builder.Build();
        Assert.Throws<InvalidOperationException>(() => builder.Build());
    }

    [Theory]
    [InlineData("POST", "/orders/count", "add")]
    [InlineData("GET", "/orders/count", "count")]
    [InlineData("GET", "/orders/7", "one")]
    [InlineData("GET", "/runs/latest", "latest")]
    [InlineData("GET", "/runs/9b0e2b3c-98f1-4e0b-9c2f-0c3b1f6f0f11", "run")]
    [InlineData("GET", "/runs/other", "rest")]
    public async Task Routes_that_are_told_apart_are_no_mistake(string method, string path, string answer)
    {
        await using var app = await EmbeddedHost.StartAsync(new HostPlan(typeof(NeighbourRoutes)) { Storage = Storage });
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        using var response = await app.Client.SendAsync(request);
        Assert.Equal(answer, await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public void The_functions_of_this_app_are_found_in_its_metadata()
    {
        var types = typeof(FunctionAttribute).Assembly.GetTypes();
        Assert.Equal(
            FunctionMethods.Of(types).Select(method => method.MetadataToken).Order(),
            FunctionMethods.OfThisApp().Select(method => method.MetadataToken).Order());
    }

    private static void Build(HostPlan plan) =>
        EmbeddedHost.NewBuilder(plan, Path.GetTempPath(), Storage, TextWriter.Null).ConfigureFunctionsWebApplication().Build().Dispose();
}
