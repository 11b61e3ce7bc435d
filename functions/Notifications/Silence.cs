using StoreClaw.Common;

namespace StoreClaw.Notifications;

/// <summary>The hours of each day in which a channel is told only what is critical; the rest waits for their end.</summary>
/// <param name="From">On the zone's wall clock, inclusive.</param>
/// <param name="To">Exclusive; on the next day when it is before <paramref name="From"/>.</param>
/// <param name="TimeZone">IANA name.</param>
public sealed record Silence(TimeOnly From, TimeOnly To, string TimeZone)
{
    /// <summary>When the silence ends that holds the instant; null when none does. Where the clock changes each end is the first instant that shows it, so a silence begins and ends once.</summary>
    public DateTimeOffset? EndOf(DateTimeOffset instant)
    {
        // A zone that this machine has lost must not keep the team from being told.
        if (!WallClock.TryFindZone(TimeZone, out var zone))
        {
            return null;
        }

        var today = zone.LocalDay(instant);
        foreach (var day in new[] { today.AddDays(-1), today })
        {
            var end = zone.FirstInstant((From < To ? day : day.AddDays(1)).ToDateTime(To));
            if (instant >= zone.FirstInstant(day.ToDateTime(From)) && instant < end)
            {
                return end;
            }
        }

        return null;
    }
}

/// <summary>As the API takes it.</summary>
/// <param name="From">"22:00".</param>
public sealed record SilenceBody(string? From, string? To, string? TimeZone)
{
    /// <exception cref="ProblemException">Something of it is wrong: per field, what to give.</exception>
    public Silence Read()
    {
        var errors = new Dictionary<string, string>();
        var from = ReadTime(From, "silence.from", "22:00", errors);
        var to = ReadTime(To, "silence.to", "08:00", errors);
        if (errors.Count == 0 && from == to)
        {
            errors["silence.to"] = "Give another time than that of from: the channel would be silent for ever. Leave silence out for none.";
        }

        if (!WallClock.TryFindZone(TimeZone, out _))
        {
            errors["silence.timeZone"] = "Give an IANA time zone, such as Asia/Shanghai or America/New_York.";
        }

        return errors.Count > 0 ? throw new ProblemException(Problem.Invalid(errors)) : new Silence(from, to, TimeZone!);
    }

    private static TimeOnly ReadTime(string? text, string field, string example, Dictionary<string, string> errors)
    {
        if (!TimeOnly.TryParseExact(text, "HH:mm", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var time))
        {
            errors[field] = $"Give a time of day with hours and minutes, such as {example}.";
        }

        return time;
    }
}
