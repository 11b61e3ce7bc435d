using System.Net;

namespace StoreClaw.Sandbox.WooCommerce;

internal static class WooHtml
{
    public static string Page(string title, string body = "") =>
        $"<!DOCTYPE html>\n<html lang=\"en-US\"><head><meta charset=\"UTF-8\"><title>{Text(title)}</title></head>"
        + $"<body><h1>{Text(title)}</h1>{body}</body></html>\n";

    public static string Text(string text) => WebUtility.HtmlEncode(text);
}
