using System.Globalization;
using System.Text.RegularExpressions;

namespace StoreClaw.Notifications.WeCom;

/// <summary>What WeCom's errcode means to us. Its errmsg is for people and changes.</summary>
internal static partial class WeComErrors
{
    private const int LongestText = 300;

    /// <summary>How long 45009 lasts is documented nowhere: the whole minute is the safe reading.</summary>
    private static readonly TimeSpan RestOfMinute = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Short = TimeSpan.FromSeconds(5);

    public static SendClass Classify(int code) => code switch
    {
        0 => SendClass.Sent,
        -1 => SendClass.Busy,
        45009 or 45033 or 93005 => SendClass.Throttled,
        93000 or 93004 or 40001 or 40093 or 40014 or 42001 => SendClass.CredentialDead,
        40008 => SendClass.OurBug,
        40058 or 40033 or 40035 or 40063 => SendClass.Invalid,
        40004 or 40005 or 40006 or 40007 or 40009 or 40123 => SendClass.Invalid,
        41006 or 41016 or 44001 or 44004 => SendClass.Invalid,
        45001 or 45002 or 45007 or 45008 or 45034 => SendClass.Invalid,
        48002 or 50002 or 50003 => SendClass.NotAllowed,
        _ => SendClass.Permanent,
    };

    public static SendOutcome Read(int code, string message)
    {
        var kind = Classify(code);
        var cause = code switch
        {
            93000 => "robot deleted",
            93004 => "robot switched off",
            -1 => "WeCom is busy",
            45009 => "more than 20 messages in a minute",
            _ => Clean(message),
        };
        return new SendOutcome(kind, string.Create(CultureInfo.InvariantCulture, $"{cause} ({code})"), Remedy(kind, code), Wait(kind, code));
    }

    /// <summary>The message without the caller's address and the pointers to the vendor's tools.</summary>
    public static string Clean(string message)
    {
        var text = Noise().Replace(message, "").Trim(' ', ',', '.');
        return text.Length <= LongestText ? text : text[..LongestText];
    }

    private static TimeSpan Wait(SendClass kind, int code) => kind switch
    {
        SendClass.Throttled => code == 45033 ? Short : RestOfMinute,
        SendClass.Busy => Short,
        _ => TimeSpan.Zero,
    };

    private static string Remedy(SendClass kind, int code) => kind switch
    {
        SendClass.Sent => "",
        SendClass.Busy => "Try again in a moment.",
        SendClass.Throttled => "Try again in a minute.",
        SendClass.CredentialDead when code == 93004 => "Switch the robot on in the group's settings, then test the channel.",
        SendClass.CredentialDead => "The key is wrong, or the robot or its group was removed. Add a robot to the group and connect its address.",
        SendClass.Invalid => "WeCom does not take this content.",
        SendClass.OurBug => "The request is not what WeCom expects; this is a fault of StoreClaw, please report it.",
        SendClass.NotAllowed => "The robot may not do this; check it in the WeCom admin console.",
        _ => "WeCom refused it for good; look the code up in its error table.",
    };

    [GeneratedRegex(@",?\s*(hint:\s*\[[^\]]*\]|from ip:\s*[^,\s]+|more info at \S+)|\b\d{1,3}(\.\d{1,3}){3}\b")]
    private static partial Regex Noise();
}
