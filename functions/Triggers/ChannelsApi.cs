using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Logging;
using StoreClaw.Notifications;

namespace StoreClaw.Triggers;

/// <summary>Where the team is told.</summary>
public sealed class ChannelsApi(ChannelDesk desk, ILogger<ChannelsApi> logger)
{
    [Function("ListChannels")]
    public Task<IResult> ListAsync([HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/channels")] HttpRequest request, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.ListAsync(cancellationToken), logger);

    [Function("ConnectChannel")]
    public Task<IResult> ConnectAsync([HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/channels/{channel}")] HttpRequest request, string channel, CancellationToken cancellationToken) =>
        Door.RunAsync(async () => await desk.ConnectAsync(channel, await Door.ReadJsonAsync<ChannelBody>(request, cancellationToken), cancellationToken), logger);

    [Function("TestChannel")]
    public Task<IResult> TestAsync([HttpTrigger(AuthorizationLevel.Function, "post", Route = "api/channels/{channel}/test")] HttpRequest request, string channel, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.TestAsync(channel, cancellationToken), logger);

    [Function("RemoveChannel")]
    public Task<IResult> RemoveAsync([HttpTrigger(AuthorizationLevel.Function, "delete", Route = "api/channels/{channel}")] HttpRequest request, string channel, CancellationToken cancellationToken) =>
        Door.RunAsync(() => desk.RemoveAsync(channel, cancellationToken), logger);
}
