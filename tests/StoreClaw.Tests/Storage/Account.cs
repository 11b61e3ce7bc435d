using Azure.Core.Pipeline;
using Microsoft.Extensions.Configuration;
using StoreClaw.Storage;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Storage;

/// <summary>The clients of a storage account of one's own.</summary>
internal static class Account
{
    public static async Task<StorageClients> NewAsync(HttpPipelineTransport? transport = null) => Of(await TestStorage.NewAccountAsync(), transport);

    public static StorageClients Of(string connectionString, HttpPipelineTransport? transport = null) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(TestStorage.Settings(connectionString)).Build(), transport);

    public static byte[] Noise(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }
}
