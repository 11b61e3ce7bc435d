namespace StoreClaw.Tests.Sandbox.WeCom;

/// <summary>Columns of the few characters the tests use, written down by hand.</summary>
internal static class TextWidthOracle
{
    private static readonly (string Cluster, int Width)[] Clusters = [("👨‍👩‍👧", 2), ("🇨🇳", 2), ("⚠️", 2), ("😀", 2), ("é", 1)];

    public static int Of(string text)
    {
        var width = 0;
        foreach (var (cluster, columns) in Clusters)
        {
            var without = text.Replace(cluster, "", StringComparison.Ordinal);
            width += (text.Length - without.Length) / cluster.Length * columns;
            text = without;
        }

        return width + text.Sum(letter => letter is (>= '\u3000' and <= '\u9fff') or (>= '\uac00' and <= '\ud7a3') or (>= '\uff01' and <= '\uff60') ? 2 : 1);
    }
}
