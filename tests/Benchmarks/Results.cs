using System.Globalization;
using System.Text.Json;

namespace StoreClaw.Benchmarks;

/// <param name="Baseline">The same measured on what the app is compared with, in the same run.</param>
/// <param name="Target">What must hold, in words.</param>
/// <param name="Met">Null where nothing is asked.</param>
public sealed record Result(string Name, string Value, string Baseline, string Ratio, string Target, bool? Met);

/// <summary>Collects results; prints them as a table and as JSON.</summary>
public sealed class Results
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly List<Result> _all = [];

    public bool AllMet => _all.All(static result => result.Met is not false);

    public void Add(string name, double value, double? baseline, string unit, Func<double, bool>? ratioHolds = null, Func<double, bool>? valueHolds = null, string target = "")
    {
        var ratio = value / baseline;
        bool? met = ratioHolds is not null ? ratioHolds(ratio!.Value) : valueHolds?.Invoke(value);
        Add(new Result(name, Text(value, unit), baseline is { } other ? Text(other, unit) : "", ratio is { } known ? known.ToString("0.00", CultureInfo.InvariantCulture) : "", target, met));
    }

    /// <summary>Of rounds taken in turns: the medians, and the median of the rounds' ratios, which a machine that grows slower or faster meanwhile does not disturb.</summary>
    public void Add(string name, IReadOnlyList<double> values, IReadOnlyList<double> baselines, string unit, Func<double, bool>? ratioHolds, string target)
    {
        var ratio = Median([.. values.Zip(baselines, static (value, baseline) => value / baseline)]);
        Add(new Result(name, Text(Median(values), unit), Text(Median(baselines), unit), ratio.ToString("0.00", CultureInfo.InvariantCulture), target, ratioHolds?.Invoke(ratio)));
    }

    public async Task WriteAsync(TextWriter output, string path)
    {
        string[][] rows = [["benchmark", "StoreClaw", "baseline", "ratio", "target", "met"], .. _all.Select(static result => (string[])[result.Name, result.Value, result.Baseline, result.Ratio, result.Target, result.Met switch { true => "yes", false => "NO", null => "" }])];
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            await output.WriteLineAsync("| " + string.Join(" | ", row.Select((cell, column) => cell.PadRight(widths[column]))) + " |");
            if (row == rows[0])
            {
                await output.WriteLineAsync("|" + string.Join("|", widths.Select(static width => new string('-', width + 2))) + "|");
            }
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllTextAsync(path, JsonSerializer.Serialize(_all, Indented));
        await output.WriteLineAsync($"As JSON: {path}");
    }

    private static double Median(IReadOnlyList<double> values) => values.Order().ElementAt(values.Count / 2);

    private static string Text(double value, string unit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.###} {unit}");

    private void Add(Result result)
    {
        _all.Add(result);
        Console.Error.WriteLine($"{result.Name}: {result.Value} {result.Baseline} {result.Ratio}");
    }
}
