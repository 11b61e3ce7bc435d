using Azure.Core;
using Azure.Core.Pipeline;

namespace StoreClaw.Tests.Support;

/// <summary>
/// The wire to storage, with a process that dies at its n-th call: before the call goes out, or after storage has done it and before the answer arrives. From then on nothing goes out.
/// Counts calls where it is not told to die.
/// </summary>
public sealed class CuttingTransport(int at = int.MaxValue, bool afterwards = false) : HttpPipelineTransport
{
    private readonly HttpClientTransport _wire = new(new HttpClient(new SocketsHttpHandler { UseCookies = false }));
    private int _calls;

    public bool Dead { get; private set; }

    public int Calls => _calls;

    public override Request CreateRequest() => _wire.CreateRequest();

    public override void Process(HttpMessage message) => ProcessAsync(message).AsTask().GetAwaiter().GetResult();

    public override async ValueTask ProcessAsync(HttpMessage message)
    {
        var call = Interlocked.Increment(ref _calls);
        if (Dead || (call == at && !afterwards))
        {
            Dead = true;
            throw new ProcessDiedException();
        }

        await _wire.ProcessAsync(message);
        if (call == at)
        {
            Dead = true;
            throw new ProcessDiedException();
        }
    }
}

/// <summary>Not a kind of failure that any code handles.</summary>
public sealed class ProcessDiedException : Exception
{
    public ProcessDiedException()
        : base("The process died here.")
    {
    }
}
