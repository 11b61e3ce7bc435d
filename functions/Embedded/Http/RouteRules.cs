using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Extensions.Options;

namespace StoreClaw.Embedded;

/// <summary>
/// Two routes that match one request. ASP.NET Core takes the more definite one; the Functions host takes the function whose name comes
/// first (azure-functions-host issue 9876), so /orders/{id} can hide /orders/count there and not here. Refused unless both agree.
/// </summary>
internal static class RouteRules
{
    private static readonly DefaultInlineConstraintResolver Constraints = NewResolver();

    /// <exception cref="FormatException">The route names a constraint that does not exist.</exception>
    public static void CheckConstraints(RoutePattern pattern)
    {
        foreach (var (parameter, policies) in pattern.ParameterPolicies)
        {
            foreach (var policy in policies)
            {
                if (Constraint(policy) is null)
                {
                    throw new FormatException($"the constraint '{policy.Content}' of the route parameter '{parameter}' is unknown: use one of ASP.NET Core's");
                }
            }
        }
    }

    public static IEnumerable<string> Conflicts(IEnumerable<FunctionEntry> functions)
    {
        var routes = functions
            .Where(function => function.Trigger is HttpTriggerAttribute)
            .Select(function => (Function: function, Pattern: RoutePatternFactory.Parse(function.Route)))
            .OrderBy(route => route.Function.Name, StringComparer.OrdinalIgnoreCase)
            .ToList();
        for (var first = 0; first < routes.Count; first++)
        {
            for (var second = first + 1; second < routes.Count; second++)
            {
                var (early, late) = (routes[first], routes[second]);
                if (ShareAMethod(early.Function, late.Function) && Overlap(early.Pattern, late.Pattern)
                    && early.Pattern.InboundPrecedence >= late.Pattern.InboundPrecedence)
                {
                    yield return Describe(early.Function, late.Function, early.Pattern.InboundPrecedence == late.Pattern.InboundPrecedence);
                }
            }
        }
    }

    private static string Describe(FunctionEntry early, FunctionEntry late, bool equal)
    {
        var both = $"{FunctionReader.Label(early.Method)} and {FunctionReader.Label(late.Method)}: the routes '{early.Route}' and '{late.Route}'";
        return equal
            ? $"{both} answer the same requests: change one route or its methods."
            : $"{both} overlap and the Functions host would take {early.Name}, the first by name: constrain the parameter, as in {{id:guid}}, or rename a function.";
    }

    private static bool ShareAMethod(FunctionEntry one, FunctionEntry other) =>
        ((HttpTriggerAttribute)one.Trigger).Methods is not { Length: > 0 } methods
        || ((HttpTriggerAttribute)other.Trigger).Methods is not { Length: > 0 } others
        || methods.Intersect(others, StringComparer.OrdinalIgnoreCase).Any();

    private static bool Overlap(RoutePattern one, RoutePattern other)
    {
        var length = Math.Max(one.PathSegments.Count, other.PathSegments.Count);
        for (var index = 0; index < length; index++)
        {
            var left = Part(one, index);
            var right = Part(other, index);
            if (left is RoutePatternParameterPart { IsCatchAll: true } || right is RoutePatternParameterPart { IsCatchAll: true })
            {
                return true;
            }

            if (!Overlap(left, right))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Overlap(RoutePatternPart? left, RoutePatternPart? right) => (left, right) switch
    {
        (RoutePatternLiteralPart one, RoutePatternLiteralPart other) => one.Content.Equals(other.Content, StringComparison.OrdinalIgnoreCase),
        (RoutePatternLiteralPart literal, RoutePatternParameterPart parameter) => Accepts(parameter, literal.Content),
        (RoutePatternParameterPart parameter, RoutePatternLiteralPart literal) => Accepts(parameter, literal.Content),
        (RoutePatternParameterPart one, RoutePatternParameterPart other) => !Disjoint(one, other),
        (null, RoutePatternParameterPart parameter) => parameter.IsOptional || parameter.Default is not null,
        (RoutePatternParameterPart parameter, null) => parameter.IsOptional || parameter.Default is not null,
        _ => false,
    };

    // A segment of several parts, such as {name}.json, is taken to be apart from every other.
    private static RoutePatternPart? Part(RoutePattern pattern, int index)
    {
        if (index >= pattern.PathSegments.Count)
        {
            return null;
        }

        var segment = pattern.PathSegments[index];
        return segment.IsSimple ? segment.Parts[0] : RoutePatternFactory.SeparatorPart("-");
    }

    // Two different constraints are trusted to be apart, as {id:int} and {name:alpha} are.
    private static bool Disjoint(RoutePatternParameterPart one, RoutePatternParameterPart other) =>
        one.ParameterPolicies.Count > 0 && other.ParameterPolicies.Count > 0
        && !one.ParameterPolicies.Select(policy => policy.Content).SequenceEqual(other.ParameterPolicies.Select(policy => policy.Content));

    private static bool Accepts(RoutePatternParameterPart parameter, string literal) => parameter.ParameterPolicies.All(policy =>
        Constraint(policy)?.Match(null, null, parameter.Name, new RouteValueDictionary { [parameter.Name] = literal }, RouteDirection.IncomingRequest) != false);

    private static IRouteConstraint? Constraint(RoutePatternParameterPolicyReference policy) =>
        policy.Content is { } content ? Constraints.ResolveConstraint(content) : null;

    private static DefaultInlineConstraintResolver NewResolver()
    {
        var options = new RouteOptions();
        options.SetParameterPolicy<RegexInlineRouteConstraint>("regex");
        return new DefaultInlineConstraintResolver(Options.Create(options), new NoServices());
    }

    private sealed class NoServices : IServiceProvider
    {
        public object? GetService(Type serviceType) => null;
    }
}
