using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace StoreClaw.Tests.EndToEnd;

/// <summary>The wire to storage, with calls that fail as long as a test says so, in the way the client sees a broken connection.</summary>
internal sealed class FailingStorage : HttpPipelineTransport
{
    private readonly HttpClientTransport _wire = new(new HttpClient(new SocketsHttpHandler { UseCookies = false, UseProxy = false }));
    private int _failures;

    /// <summary>Which calls fail; null lets all through.</summary>
    public Func<Request, bool>? Fails { get; set; }

    /// <summary>Storage does what it was asked, and only its answer is lost.</summary>
    public bool LosesAnswersOnly { get; set; }

    public int Failures => _failures;

    /// <summary>Sending to the queue of deliveries.</summary>
    public static bool IsDelivery(Request request) => request.Method == RequestMethod.Post && request.Uri.ToString().Contains("/webhook-events/messages", StringComparison.Ordinal);

    /// <summary>Any call to the tables of the account.</summary>
    public static Func<Request, bool> Tables(string connectionString)
    {
        var endpoint = connectionString.Split(';').Single(static part => part.StartsWith("TableEndpoint=", StringComparison.Ordinal))["TableEndpoint=".Length..];
        return request => request.Uri.ToString().StartsWith(endpoint, StringComparison.Ordinal);
    }

    public override Request CreateRequest() => _wire.CreateRequest();

    public override void Process(HttpMessage message) => throw new NotSupportedException("The app calls storage asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var fails = Fails?.Invoke(message.Request) is true;
        if (!fails || LosesAnswersOnly)
        {
            await _wire.ProcessAsync(message);
        }

        if (fails)
        {
            Interlocked.Increment(ref _failures);
            throw new RequestFailedException("The connection was reset.", new IOException("The connection was reset."));
        }
    }
}
