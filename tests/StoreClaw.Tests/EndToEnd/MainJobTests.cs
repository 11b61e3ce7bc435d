using System.Text.RegularExpressions;
using StoreClaw.Commerce;
using StoreClaw.Connectors;
using StoreClaw.Sandbox;

namespace StoreClaw.Tests.EndToEnd;

public sealed class MainJobTests
{
    [Fact]
    public async Task The_main_job_ends_with_the_report_in_the_group()
    {
        await using var output = new StringWriter();

        var code = await MainJob.RunAsync(new MainJobOptions { Size = 0.2 }, output, CancellationToken.None);

        Assert.True(code == 0, output.ToString());
        var shown = output.ToString().Split("What the group sees:");
        Assert.Equal(2, shown.Length);

        // Without the window's frame and line breaks, which fall anywhere.
        var message = Regex.Replace(shown[1], @"[\s\u2500-\u257F]", "");
        Assert.Matches(@"StoreClaw.*Saleson\w{3}\d{1,2}\w{3}\d{4}\u00B7Harbor&Pine,Haus&Herd", message);
        Assert.Matches(@"USDSalesUSD[\d,]+\.\d\d\u00B7", message);
        Assert.Matches(@"Orders[1-9]\d*\u00B7", message);
        Assert.Matches(@"AverageorderUSD[\d,]+\.\d\d\u00B7", message);
        Assert.Matches(@"Fullreport\(http://127\.0\.0\.1:\d+/reports/\d{8}T\d{6}Z-[0-9a-z]{10}\?s=\d+\.[\w-]+\)", message);
    }

    [Fact]
    public async Task With_a_store_on_every_platform_it_ends_with_all_currencies_in_one_report()
    {
        await using var output = new StringWriter();

        var code = await MainJob.RunAsync(new MainJobOptions { Size = 0.2, All = true }, output, CancellationToken.None);

        Assert.True(code == 0, output.ToString());
        var (told, shown) = output.ToString().Split("What the group sees:") is [var before, var after] ? (before, Regex.Replace(after, @"[\s\u2500-\u257F]", "")) : default;
        var shops = ConnectorRegistry.All.Where(static connector => connector.Readers.ContainsKey(Resource.Orders)).ToList();
        Assert.All(shops, shop => Assert.Contains($"Connected {shop.Descriptor.Id}: ", told, StringComparison.Ordinal));
        Assert.Contains($"and{shops.Count - 2}more", shown, StringComparison.Ordinal);
        Assert.Equal(3, Regex.Matches(shown, @"([A-Z]{3})Sales\1[\d,]+").Select(static found => found.Groups[1].Value).Distinct().Count());
    }
}
