using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace StoreClaw.Embedded;

/// <summary>The lines a person at the terminal needs. They never go through a logger: logs are shipped and kept, a key must not be.</summary>
internal static class Banner
{
    public static void Print(TextWriter terminal, bool interactive, IServer server, FunctionKeys keys)
    {
        foreach (var address in server.Features.Get<IServerAddressesFeature>()?.Addresses ?? [])
        {
            var reachable = address.Replace("//[::]:", "//127.0.0.1:", StringComparison.Ordinal).Replace("//0.0.0.0:", "//127.0.0.1:", StringComparison.Ordinal);
            terminal.WriteLine($"Console:      {reachable}/");
        }

        terminal.WriteLine("Function key: " + (keys.Generated, interactive) switch
        {
            (null, _) => "the one in the setting FunctionKey",
            ({ } key, true) => key,
            (_, false) => "in the file " + keys.File,
        });
    }
}
