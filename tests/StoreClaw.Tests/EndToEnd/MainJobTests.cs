using System.Text.RegularExpressions;
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
}
