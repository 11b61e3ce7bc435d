namespace StoreClaw.Sandbox.WooCommerce;

/// <summary>How one site is set up and what is odd about it. Every seller's server is its own: each point can differ.</summary>
public sealed record WooCommerceBehaviour
{
    public string WooCommerceVersion { get; init; } = "9.8.5";

    public string WordPressVersion { get; init; } = "6.8.1";

    /// <summary>Decimals of money in answers; null for what the currency has.</summary>
    public int? Decimals { get; init; }

    /// <summary>Without them only <c>?rest_route=</c> reaches the API; <c>/wp-json/</c> is a page that is not found.</summary>
    public bool PrettyPermalinks { get; init; } = true;

    /// <summary>The web server drops the Authorization header before PHP sees it.</summary>
    public bool StripsAuthorization { get; init; }

    /// <summary>Core before 5.8: <c>modified_after</c> and <c>modified_before</c> are ignored without a word.</summary>
    public bool IgnoresModifiedFilter { get; init; }

    /// <summary>Unconfirmed which core brought <c>orderby=modified</c>; false refuses it as an unknown value.</summary>
    public bool KnowsOrderByModified { get; init; } = true;

    /// <summary>Products start out with stock management on. When off, a stock quantity without <c>manage_stock</c> is ignored silently.</summary>
    public bool ManagesStock { get; init; } = true;

    /// <summary>wc-auth hands a numeric <c>user_id</c> back as a number.</summary>
    public bool UserIdAsNumber { get; init; }

    /// <summary>How long the action scheduler sits on a webhook; minutes on a quiet site.</summary>
    public TimeSpan DeliveryDelay { get; init; }

    public WooCommerceQuirks Quirks { get; init; }
}

/// <summary>What plug-ins and themes make of the answers.</summary>
[Flags]
public enum WooCommerceQuirks
{
    None = 0,

    /// <summary>Quantities, ids of other things and unit prices come as text.</summary>
    NumbersAsText = 1,

    /// <summary>SKUs are plain numbers and come as numbers.</summary>
    NumericSku = 2,

    /// <summary>Variable products keep one stock for all: variations say <c>manage_stock: "parent"</c>.</summary>
    ParentStock = 4,

    /// <summary>Prices are empty text.</summary>
    EmptyPrice = 8,

    /// <summary><c>false</c> where an object would be empty.</summary>
    FalseForEmpty = 16,

    ExtraMembers = 32,

    /// <summary>A PHP warning is printed in front of every JSON answer.</summary>
    PhpNotice = 64,
}

/// <summary>What befalls a call instead of, or after, its work.</summary>
public sealed record WooCommerceFault
{
    private WooCommerceFault(FaultKind kind) => Kind = kind;

    internal enum FaultKind
    {
        Answer,
        Hang,
        DropAfterWork,
    }

    /// <summary>No answer until the caller gives up.</summary>
    public static WooCommerceFault Hang { get; } = new(FaultKind.Hang);

    /// <summary>The work is done, the connection breaks before the answer.</summary>
    public static WooCommerceFault DropAfterWork { get; } = new(FaultKind.DropAfterWork);

    /// <summary>A crash inside PHP that WordPress still words as JSON.</summary>
    public static WooCommerceFault InternalError { get; } = new(FaultKind.Answer)
    {
        Status = 500,
        ContentType = "application/json; charset=UTF-8",
        Body = """{"code":"internal_server_error","message":"<p>There has been a critical error on this website.<\/p>","data":{"status":500}}""",
    };

    internal FaultKind Kind { get; }

    internal int Status { get; private init; }

    internal string ContentType { get; private init; } = "text/html; charset=UTF-8";

    internal string Body { get; private init; } = "";

    internal string? RetryAfter { get; private init; }

    /// <param name="retryAfter">Seconds or an HTTP date; null leaves the header out.</param>
    public static WooCommerceFault TooManyRequests(string? retryAfter = null) => Page(429, "Too Many Requests", retryAfter);

    /// <inheritdoc cref="TooManyRequests"/>
    public static WooCommerceFault Unavailable(string? retryAfter = null) =>
        Page(503, "Briefly unavailable for scheduled maintenance. Check back in a minute.", retryAfter);

    /// <summary>A security plug-in's page; some answer it with status 200.</summary>
    public static WooCommerceFault Firewall(int status = 403) => Page(status, "Checking your browser before you access this site", null);

    private static WooCommerceFault Page(int status, string title, string? retryAfter) => new(FaultKind.Answer)
    {
        Status = status,
        Body = WooHtml.Page(title),
        RetryAfter = retryAfter,
    };
}
