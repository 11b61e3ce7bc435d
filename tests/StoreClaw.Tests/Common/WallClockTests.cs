using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using NodaTime;
using NodaTime.TimeZones;
using StoreClaw.Common;

namespace StoreClaw.Tests.Common;

public sealed class WallClockTests
{
    private static readonly string[] Zones =
    [
        "UTC", "America/New_York", "Europe/London", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu", "Pacific/Apia", "America/Havana", "Asia/Shanghai", "Africa/Cairo",
    ];

    [Theory]
    [InlineData("America/New_York", "2026-03-08T02:30", "2026-03-08T07:00:00Z")]
    [InlineData("America/New_York", "2026-03-08T01:59", "2026-03-08T06:59:00Z")]
    [InlineData("America/New_York", "2026-03-08T03:00", "2026-03-08T07:00:00Z")]
    [InlineData("America/New_York", "2026-11-01T01:30", "2026-11-01T05:30:00Z")]
    [InlineData("America/New_York", "2026-11-01T02:00", "2026-11-01T07:00:00Z")]
    [InlineData("Europe/London", "2026-03-29T01:00", "2026-03-29T01:00:00Z")]
    [InlineData("Europe/London", "2026-10-25T01:00", "2026-10-25T00:00:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-03T15:30:00Z")]
    [InlineData("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45:00Z")]
    [InlineData("America/Sao_Paulo", "2018-11-04T00:00", "2018-11-04T03:00:00Z")]
    [InlineData("America/Sao_Paulo", "2026-11-01T00:00", "2026-11-01T03:00:00Z")]
    [InlineData("Asia/Kathmandu", "2026-03-01T08:00", "2026-03-01T02:15:00Z")]
    [InlineData("Pacific/Apia", "2011-12-30T12:00", "2011-12-30T10:00:00Z")]
    [InlineData("America/Havana", "2026-11-01T00:00", "2026-11-01T04:00:00Z")]
    public void A_time_on_the_wall_is_an_instant(string zone, string local, string instant) =>
        Assert.Equal(
            DateTimeOffset.Parse(instant, CultureInfo.InvariantCulture),
            TimeZoneInfo.FindSystemTimeZoneById(zone).FirstInstant(DateTime.Parse(local, CultureInfo.InvariantCulture)));

    [Fact]
    public void It_agrees_with_noda_time()
    {
        var resolver = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
        var cases =
            from zone in Gen.Elements(Zones)
            from minute in Gen.Choose(0, 16 * 366 * 24 * 60)
            select (zone, local: new DateTime(2010, 1, 1).AddMinutes(minute));
        Prop.ForAll(Arb.From(cases), one =>
        {
            var noda = DateTimeZoneProviders.Tzdb[one.zone].ResolveLocal(LocalDateTime.FromDateTime(one.local), resolver);
            return TimeZoneInfo.FindSystemTimeZoneById(one.zone).FirstInstant(one.local) == noda.ToDateTimeOffset();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(5000).WithReplay(1, 1));
    }

    [Fact]
    public void It_agrees_with_noda_time_near_every_change()
    {
        var resolver = Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnStartOfIntervalAfter);
        foreach (var name in Zones)
        {
            var noda = DateTimeZoneProviders.Tzdb[name];
            var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
            foreach (var change in noda.GetZoneIntervals(Instant.FromUtc(2010, 1, 1, 0, 0), Instant.FromUtc(2027, 1, 1, 0, 0)).Skip(1))
            {
                for (var minute = -180; minute <= 180; minute += 15)
                {
                    var local = change.IsoLocalStart.PlusMinutes(minute);
                    Assert.Equal(noda.ResolveLocal(local, resolver).ToDateTimeOffset(), zone.FirstInstant(local.ToDateTimeUnspecified()));
                }
            }
        }
    }

    [Theory]
    [InlineData("Asia/Shanghai", true)]
    [InlineData("UTC", true)]
    [InlineData("Pacific Standard Time", false)]
    [InlineData("Mars/Phobos", false)]
    [InlineData("../../etc/passwd", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void Zones_go_by_their_iana_names(string? name, bool found) => Assert.Equal(found, WallClock.TryFindZone(name, out _));
}
