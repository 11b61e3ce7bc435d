using StoreClaw.Benchmarks;

// A child of this program serves what the app is compared with.
if (args is ["--serve", var kind, .. var rest])
{
    return await Baselines.ServeAsync(kind, rest);
}

var results = new Results();
string[] wanted = args.Length > 0 ? args : ["ack", "life", "backfill", "start", "memory", "reports"];
foreach (var name in wanted)
{
    await (name switch
    {
        "ack" => AckBenchmark.RunAsync(results),
        "life" => LifeBenchmark.RunAsync(results),
        "backfill" => BackfillBenchmark.RunAsync(results),
        "start" => StartBenchmark.RunAsync(results),
        "memory" => MemoryBenchmark.RunAsync(results),
        "reports" => ReportBenchmark.RunAsync(results),
        _ => throw new ArgumentException($"There is no benchmark '{name}'. There are ack, life, backfill, start, memory and reports."),
    });
}

await results.WriteAsync(Console.Out, Path.Combine("artifacts", "benchmarks.json"));
return results.AllMet ? 0 : 1;
