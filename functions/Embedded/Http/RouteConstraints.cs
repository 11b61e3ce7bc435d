using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Options;

namespace StoreClaw.Embedded;

/// <summary>The inline constraints of a route: {id:int}, {day:regex(...)}.</summary>
internal sealed class RouteConstraints
{
    private static readonly Lazy<DefaultInlineConstraintResolver> Resolver = new(NewResolver);

    private readonly List<KeyValuePair<string, IRouteConstraint>> _constraints = [];

    /// <exception cref="FormatException">A constraint does not exist; says which.</exception>
    public RouteConstraints(RoutePattern pattern)
    {
        foreach (var parameter in pattern.Parameters)
        {
            foreach (var policy in parameter.ParameterPolicies)
            {
                _constraints.Add(new(parameter.Name, Resolve(policy, parameter.Name)));
            }
        }
    }

    /// <summary>True when every value that is there is acceptable.</summary>
    public bool Accept(RouteValueDictionary values, HttpContext? http = null)
    {
        foreach (var (name, constraint) in _constraints)
        {
            if (values.ContainsKey(name) && !constraint.Match(http, null, name, values, RouteDirection.IncomingRequest))
            {
                return false;
            }
        }

        return true;
    }

    private static IRouteConstraint Resolve(RoutePatternParameterPolicyReference policy, string parameter) =>
        Resolver.Value.ResolveConstraint(policy.Content!)
        ?? throw new FormatException($"the constraint '{policy.Content}' of the route parameter '{parameter}' is unknown: use one of ASP.NET Core's");

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
