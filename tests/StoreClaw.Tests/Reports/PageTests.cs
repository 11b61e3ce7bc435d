using Microsoft.Playwright;
using StoreClaw.Tests.Support;

namespace StoreClaw.Tests.Reports;

/// <summary>Reports as a browser shows them.</summary>
public sealed class PageTests(ReportPages pages) : IClassFixture<ReportPages>
{
    private const int Phone = 360;
    private const int Desk = 1280;

    // A4 with Chromium's margins of 0.4 inches, in CSS pixels.
    private const int Paper = 717;

    // Faint text (WCAG 2.2, 1.4.3), text too small to read, what does not fit, and what stands upon each other in a chart.
    private const string Flaws = """
        ([least, whole]) => {
          const flaws = new Set();
          const rgba = text => { const n = text.match(/[\d.]+/g).map(Number); return n.length > 3 ? n : [...n, 1]; };
          const light = color => color.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const contrast = (one, other) => { const [a, b] = [light(one), light(other)]; return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
          const behind = element => { for (; element; element = element.parentElement) { const color = rgba(getComputedStyle(element).backgroundColor); if (color[3] > 0) return color; } return [255, 255, 255, 1]; };
          const root = document.documentElement;
          if (root.scrollWidth > root.clientWidth) flaws.add(`the page is ${root.scrollWidth} wide in ${root.clientWidth}`);
          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node; node = walker.nextNode();) {
            const element = node.parentElement;
            if (!node.data.trim() || element.closest('title') || !element.checkVisibility()) continue;
            const drawn = element instanceof SVGElement;
            const style = getComputedStyle(element);
            const ratio = contrast(rgba(drawn ? style.fill : style.color), behind(drawn ? element.closest('svg') : element));
            if (ratio < 4.5) flaws.add(`contrast ${ratio.toFixed(1)}: ${node.data.trim().slice(0, 40)}`);
            const size = parseFloat(style.fontSize) * (drawn ? element.getScreenCTM().a : 1);
            if (size < least) flaws.add(`size ${size.toFixed(1)}: ${node.data.trim().slice(0, 40)}`);
          }
          for (const wide of whole ? document.querySelectorAll('.wide') : [])
            if (wide.scrollWidth > wide.clientWidth) flaws.add(`a table is ${wide.scrollWidth} wide in ${wide.clientWidth}`);
          for (const svg of document.querySelectorAll('svg')) {
            const frame = svg.getBoundingClientRect();
            const shapes = [...svg.querySelectorAll('text, rect')].map(shape => ({ shape, box: shape.getBoundingClientRect() }));
            for (const { shape, box } of shapes) {
              if (box.left < frame.left - 1 || box.right > frame.right + 1 || box.bottom > frame.bottom + 1) flaws.add(`out of its chart: ${shape.textContent.slice(0, 40)}`);
              const hit = shape.tagName === 'text' && shapes.find(other => other.shape !== shape && other.box.left < box.right && other.box.right > box.left && other.box.top < box.bottom - 3 && other.box.bottom > box.top + 3);
              if (hit) flaws.add(`upon each other: ${shape.textContent.slice(0, 40)} and ${hit.shape.textContent.slice(0, 40)}`);
            }
          }
          return [...flaws];
        }
        """;

    [ChromiumTheory]
    [MemberData(nameof(ReportPages.Names), MemberType = typeof(ReportPages))]
    public async Task It_is_readable_on_a_phone_at_a_desk_and_on_paper_in_light_and_dark(string report)
    {
        var address = await pages.AddressAsync(report);
        foreach (var (width, scheme, media) in new[]
                 {
                     (Phone, ColorScheme.Light, Media.Screen), (Phone, ColorScheme.Dark, Media.Screen), (Desk, ColorScheme.Light, Media.Screen), (Desk, ColorScheme.Dark, Media.Screen), (Paper, ColorScheme.Dark, Media.Print),
                 })
        {
            var page = await pages.OpenAsync(width, scheme);
            var troubles = new List<string>();
            page.Console += (_, message) => troubles.Add($"{message.Type}: {message.Text}");
            page.PageError += (_, error) => troubles.Add(error);
            page.RequestFailed += (_, request) => troubles.Add($"not loaded: {request.Url}");
            var asked = new List<string>();
            page.Request += (_, request) => asked.Add(request.Url);
            await page.EmulateMediaAsync(new PageEmulateMediaOptions { Media = media });
            var answer = await page.GotoAsync(address.AbsoluteUri);

            Assert.Equal(200, answer!.Status);
            Assert.Equal([address.AbsoluteUri], asked);
            var isPaper = media == Media.Print;
            var flaws = await page.EvaluateAsync<string[]>(Flaws, new object[] { isPaper ? 7 : 11, isPaper || (width == Desk && !report.Contains("flooded", StringComparison.Ordinal)) });
            Assert.True(flaws.Length == 0, $"{width} px, {scheme}, {media}:\n{string.Join('\n', flaws)}");
            Assert.Empty(troubles);
            await page.CloseAsync();
        }
    }
}
