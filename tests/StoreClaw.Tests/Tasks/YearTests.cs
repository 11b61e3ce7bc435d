using System.Globalization;
using Azure.Data.Tables;
using NodaTime;
using NodaTime.TimeZones;
using StoreClaw.Storage;
using StoreClaw.Tasks;

namespace StoreClaw.Tests.Tasks;

/// <summary>
/// The year 2018 in six zones (in Sao Paulo, the last with summer time, midnight was skipped), with outages, restarts and two hosts. What was due comes from NodaTime's calendar, which the app does not use.
/// </summary>
public sealed class YearTests
{
    private static readonly DateTimeOffset Begin = new(2018, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset End = new(2019, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly string[] Zones = ["America/New_York", "Europe/London", "Asia/Shanghai", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"];
    private static readonly LocalTime[] Times = [new(2, 30), new(1, 30), new(2, 30), new(1, 45), LocalTime.Midnight, new(2, 30)];
    private static readonly MissedPolicy[] Policies = [MissedPolicy.All, MissedPolicy.Latest, MissedPolicy.Skip];

    [Fact]
    public async Task Every_due_instant_of_a_year_is_accounted_for_and_none_is_run_twice()
    {
        var random = new Random(2018);
        var team = await Team.NewAsync(Begin);
        var outages = Outages(random);
        TaskHost[] hosts = [team.NewHost(), team.NewHost()];
        var tasks = new List<Planned>();
        foreach (var (zone, number) in Zones.Select(static (zone, number) => (zone, number)))
        {
            // Sundays: when clocks change. New York skips 02:30, London shows 01:30 twice and Lord Howe 01:45, Sao Paulo skips midnight.
            tasks.Add(await PlanAsync(hosts[number % 2], zone, Times[number], Policies[number % 3]));
        }

        Assert.InRange(tasks.Sum(static task => task.Due.Count), 300, 350);
        var restarts = 0;
        foreach (var due in tasks.SelectMany(static task => task.Due).Distinct().Order())
        {
            var tick = due.AddSeconds(random.Next(1, 70));
            tick = outages.Where(outage => tick >= outage.From && tick < outage.Until).Select(static outage => outage.Until).DefaultIfEmpty(tick).First();
            if (tick <= team.Time.GetUtcNow())
            {
                continue;
            }

            team.Time.Advance(tick - team.Time.GetUtcNow());
            if (random.Next(10) == 0)
            {
                hosts[random.Next(2)] = team.NewHost();
                restarts++;
            }

            await Task.WhenAll(hosts.Select(static host => host.SettleAsync()));
            var messages = await hosts[0].ReceiveAsync();
            await Task.WhenAll(messages.Select((message, index) => hosts[index % 2].HandleAsync(message)));
        }

        team.Time.Advance(End - team.Time.GetUtcNow());
        await hosts[0].SettleAsync();
        await hosts[0].WorkAsync();
        Assert.InRange(restarts, 10, int.MaxValue);
        var runs = 0;
        foreach (var task in tasks)
        {
            runs += await AssertAccountedForAsync(hosts[1], task, outages);
        }

        Assert.Equal(runs, team.Notifier.Notices.Select(static notice => notice.Key).Distinct().Count());
        Assert.Equal(runs, team.Notifier.Notices.Count);
    }

    [Fact]
    public void A_year_of_eight_a_day_with_outages_runs_each_instant_once_or_skips_it_by_policy()
    {
        foreach (var (zone, number) in Zones.Select(static (zone, number) => (zone, number)))
        {
            foreach (var policy in Policies)
            {
                var random = new Random((number * 10) + (int)policy);
                var schedule = Read("0 15 */3 * * *", zone);
                var due = Due(zone, static _ => true, [.. Enumerable.Range(0, 8).Select(static number => new LocalTime(3 * number, 15))]);
                var (ran, skipped) = (new List<DateTimeOffset>(), new List<DateTimeOffset>());
                for (var (from, to) = (Begin, Begin); from < End; from = to)
                {
                    to = random.Next(100) == 0 ? from.AddHours(random.Next(1, 90)) : schedule.Next(from)!.Value.AddSeconds(random.Next(1, 500));
                    to = to > End ? End : to;
                    var plan = OccurrencePlan.Make(schedule, policy, from, to);
                    ran.AddRange(plan.Run);
                    skipped.AddRange(plan.Skipped is { } stretch ? due.Where(instant => instant >= stretch.From && instant <= stretch.Until) : []);
                    Assert.Equal(plan.Skipped?.Count ?? 0, due.Count(instant => plan.Skipped is { } one && instant >= one.From && instant <= one.Until));
                    Assert.All(plan.Run, instant => Assert.True(policy != MissedPolicy.Skip || to - instant <= OccurrencePlan.Grace));
                }

                Assert.Equal(due, ran.Concat(skipped).Order());
                Assert.InRange(skipped.Count, policy == MissedPolicy.All ? 0 : 1, due.Count / 2);
            }
        }
    }

    /// <summary>The number of its runs.</summary>
    private static async Task<int> AssertAccountedForAsync(TaskHost host, Planned task, IReadOnlyList<(DateTimeOffset From, DateTimeOffset Until)> outages)
    {
        var (ran, skipped) = (new Dictionary<DateTimeOffset, string>(), new List<SkippedOccurrences>());
        var table = await host.Storage.TableAsync(TableNames.Occurrences, CancellationToken.None);
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {task.Id} and RowKey lt {"cursor"}")))
        {
            var at = row.GetDateTimeOffset("Due")!.Value;
            if (row.GetString("RunId") is { } run)
            {
                ran.Add(at, run);
            }
            else
            {
                skipped.Add(new SkippedOccurrences(row.GetDateTimeOffset("SkippedFrom")!.Value, row.GetDateTimeOffset("SkippedUntil")!.Value, row.GetInt32("SkippedCount")!.Value, row.GetString("SkippedReason")!));
            }
        }

        var left = task.Due.Where(due => skipped.Exists(stretch => due >= stretch.From && due <= stretch.Until)).ToList();
        Assert.Equal(task.Due, ran.Keys.Concat(left).Order());
        Assert.Equal(skipped.Sum(static stretch => stretch.Count), left.Count);

        // Nothing is skipped that nobody was away for; and what was missed is caught up as the policy says.
        Assert.All(left, due => Assert.Contains(outages, outage => due >= outage.From && due <= outage.Until));
        Assert.True(task.Missed != MissedPolicy.All || left.Count == 0);
        Assert.All(outages, outage =>
        {
            var missed = task.Due.Where(due => due >= outage.From && due < outage.Until - OccurrencePlan.Grace).ToList();
            Assert.True(task.Missed != MissedPolicy.Latest || missed.Count == 0 || ran.ContainsKey(task.Due.Last(due => due <= outage.Until)));
            Assert.True(task.Missed != MissedPolicy.Skip || missed.TrueForAll(due => !ran.ContainsKey(due)));
        });

        var runs = await host.RunsAsync(task.Id);
        Assert.Equal(ran.Values.Order(StringComparer.Ordinal), runs.Select(static run => run.Id).Order(StringComparer.Ordinal));
        Assert.All(runs, run => Assert.Equal((RunStatus.Succeeded, 1, true), (run.Status, run.Attempts, run.StartedAt >= run.Due)));
        var state = await host.Tasks.GetAsync(task.Id, CancellationToken.None);
        Assert.Equal((runs[0].Due, null), (state.LastRan!.Due, state.LateBy));
        Assert.InRange(state.NextDue!.Value, End, End.AddDays(8));
        return runs.Count;
    }

    private static async Task<Planned> PlanAsync(TaskHost host, string zone, LocalTime time, MissedPolicy missed)
    {
        var cron = string.Create(CultureInfo.InvariantCulture, $"0 {time.Minute} {time.Hour} * * SUN");
        var input = TaskHost.Daily with { Schedule = new ScheduleSpec(cron, null), TimeZone = zone, Missed = missed.ToString().ToLowerInvariant() };
        return new Planned(await host.CreateAsync(input), missed, Due(zone, static day => day.DayOfWeek == IsoDayOfWeek.Sunday, time));
    }

    /// <summary>The year's instants: of a time that comes twice the first, of one that is skipped the first after the gap.</summary>
    private static IReadOnlyList<DateTimeOffset> Due(string zone, Func<LocalDate, bool> on, params IReadOnlyList<LocalTime> times)
    {
        var tz = DateTimeZoneProviders.Tzdb[zone];
        var resolver = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
        return
        [
            .. Enumerable.Range(-1, 368).Select(static day => new LocalDate(2018, 1, 1).PlusDays(day)).Where(on)
                .SelectMany(day => times.Select(time => day.At(time).InZone(tz, resolver).ToInstant().ToDateTimeOffset()))
                .Where(static due => due > Begin && due <= End)
                .Distinct()
                .Order(),
        ];
    }

    private static List<(DateTimeOffset From, DateTimeOffset Until)> Outages(Random random)
    {
        var outages = new List<(DateTimeOffset, DateTimeOffset)>();
        for (var at = Begin.AddDays(10); at < End.AddDays(-30); at = at.AddDays(random.Next(12, 30)))
        {
            var until = at.AddHours(random.Next(2, 20 * 24)).AddSeconds(random.Next(3600));
            outages.Add((at, until));
            at = until;
        }

        return outages;
    }

    private static StoreClaw.Tasks.Schedule Read(string cron, string zone)
    {
        var errors = new Dictionary<string, string>();
        return new ScheduleSpec(cron, null).Read(TimeZoneInfo.FindSystemTimeZoneById(zone), Begin, errors)!;
    }

    private sealed record Planned(string Id, MissedPolicy Missed, IReadOnlyList<DateTimeOffset> Due);
}
