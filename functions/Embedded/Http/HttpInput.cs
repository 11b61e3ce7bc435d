using Microsoft.AspNetCore.Http;

namespace StoreClaw.Embedded;

/// <summary>A request; its named values are the route's.</summary>
internal sealed class HttpInput(HttpContext http) : TriggerInput
{
    public override HttpContext Http => http;

    public override IReadOnlyDictionary<string, object?> BindingData => http.Request.RouteValues;
}
