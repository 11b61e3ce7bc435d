using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.Routing.Template;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

/// <summary>The route and the methods of one HTTP function.</summary>
internal sealed class HttpRoute
{
    private readonly string[]? _methods;
    private readonly string _start;
    private readonly TemplateMatcher _matcher;
    private readonly RouteConstraints _constraints;

    /// <exception cref="FormatException">The template is wrong; says how.</exception>
    public HttpRoute(string template, string[]? methods)
    {
        try
        {
            Pattern = RoutePatternFactory.Parse(template);
        }
        catch (RoutePatternException wrong)
        {
            throw new FormatException($"'{template}' is no route: {wrong.Message}", wrong);
        }

        _methods = methods is { Length: > 0 } ? methods : null;
        _constraints = new RouteConstraints(Pattern);
        var literals = Pattern.PathSegments.TakeWhile(segment => segment.IsSimple && segment.Parts[0].IsLiteral);
        _start = "/" + string.Join('/', literals.Select(segment => ((RoutePatternLiteralPart)segment.Parts[0]).Content));
        _matcher = new TemplateMatcher(new RouteTemplate(Pattern), new RouteValueDictionary(Pattern.Defaults));
    }

    public RoutePattern Pattern { get; }

    /// <summary>True when the request is for this route; its route values are then set.</summary>
    public bool TryMatch(HttpContext http)
    {
        if (!Takes(http.Request.Method) || http.Request.Path.Value is not { } path || !path.StartsWith(_start, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        var values = new RouteValueDictionary();
        if (!_matcher.TryMatch(http.Request.Path, values) || !_constraints.Accept(values, http))
        {
            return false;
        }

        http.Request.RouteValues = values;
        return true;
    }

    public bool SharesAMethodWith(HttpRoute other) =>
        _methods is null || other._methods is null || _methods.Intersect(other._methods, StringComparer.OrdinalIgnoreCase).Any();

    /// <summary>True when some request path is for both routes.</summary>
    public bool Overlaps(HttpRoute other)
    {
        var length = Math.Max(Pattern.PathSegments.Count, other.Pattern.PathSegments.Count);
        for (var index = 0; index < length; index++)
        {
            var left = Part(index);
            var right = other.Part(index);
            if (left is RoutePatternParameterPart { IsCatchAll: true } || right is RoutePatternParameterPart { IsCatchAll: true })
            {
                return true;
            }

            if (!Overlap(left, other, right))
            {
                return false;
            }
        }

        return true;
    }

    private bool Takes(string method) => _methods is null || _methods.Contains(method, StringComparer.OrdinalIgnoreCase);

    private bool Overlap(RoutePatternPart? left, HttpRoute other, RoutePatternPart? right) => (left, right) switch
    {
        (RoutePatternLiteralPart one, RoutePatternLiteralPart two) => one.Content.Equals(two.Content, StringComparison.OrdinalIgnoreCase),
        (RoutePatternLiteralPart literal, RoutePatternParameterPart parameter) => other.Accepts(parameter, literal),
        (RoutePatternParameterPart parameter, RoutePatternLiteralPart literal) => Accepts(parameter, literal),
        (RoutePatternParameterPart one, RoutePatternParameterPart two) => !AreApart(one, two),
        (null, RoutePatternParameterPart parameter) => parameter.IsOptional || parameter.Default is not null,
        (RoutePatternParameterPart parameter, null) => parameter.IsOptional || parameter.Default is not null,
        _ => false,
    };

    // A segment of several parts, such as {name}.json, is taken to be apart from every other.
    private RoutePatternPart? Part(int index)
    {
        if (index >= Pattern.PathSegments.Count)
        {
            return null;
        }

        var segment = Pattern.PathSegments[index];
        return segment.IsSimple ? segment.Parts[0] : RoutePatternFactory.SeparatorPart("-");
    }

    private bool Accepts(RoutePatternParameterPart parameter, RoutePatternLiteralPart literal) =>
        _constraints.Accept(new RouteValueDictionary { [parameter.Name] = literal.Content });

    // Two different constraints are trusted to be apart, as {id:int} and {name:alpha} are.
    private static bool AreApart(RoutePatternParameterPart one, RoutePatternParameterPart two) =>
        one.ParameterPolicies.Count > 0 && two.ParameterPolicies.Count > 0
        && !one.ParameterPolicies.Select(policy => policy.Content).SequenceEqual(two.ParameterPolicies.Select(policy => policy.Content));
}
