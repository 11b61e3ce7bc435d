using System.Globalization;
using System.Reflection;

namespace StoreClaw.Embedded;

/// <summary>Gives one parameter its value.</summary>
internal delegate object? ParameterBinder(Invocation invocation);

/// <summary>Values by name: route values and queue metadata.</summary>
internal static class NamedValues
{
    private static readonly HashSet<Type> Parsed =
    [
        typeof(bool), typeof(int), typeof(long), typeof(double), typeof(decimal), typeof(Guid), typeof(DateTime), typeof(DateTimeOffset), typeof(TimeSpan),
    ];

    public static bool CanConvertTo(Type type)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(string) || bare.IsEnum || Parsed.Contains(bare);
    }

    /// <summary>Binds by name; a value that is not there gives the parameter's default.</summary>
    public static ParameterBinder Binder(ParameterInfo parameter)
    {
        var name = parameter.Name!;
        var type = parameter.ParameterType;
        var missing = parameter.HasDefaultValue ? parameter.DefaultValue : null;
        return invocation => invocation.Input.BindingData.TryGetValue(name, out var value) && value is not null ? Convert(value, type, name) : missing;
    }

    private static object Convert(object value, Type type, string name)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        if (bare.IsInstanceOfType(value))
        {
            return value;
        }

        try
        {
            return value is string text
                ? Parse(text, bare)
                : System.Convert.ChangeType(value, bare, CultureInfo.InvariantCulture);
        }
        catch (Exception unfit) when (unfit is FormatException or OverflowException or InvalidCastException or ArgumentException)
        {
            throw new FormatException($"The value for the parameter '{name}' is not a {bare.Name}.", unfit);
        }
    }

    private static object Parse(string text, Type type)
    {
        if (type.IsEnum)
        {
            return Enum.Parse(type, text, ignoreCase: true);
        }

        return type switch
        {
            _ when type == typeof(Guid) => Guid.Parse(text, CultureInfo.InvariantCulture),
            _ when type == typeof(TimeSpan) => TimeSpan.Parse(text, CultureInfo.InvariantCulture),
            _ when type == typeof(DateTimeOffset) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal),
            _ when type == typeof(DateTime) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime,
            _ => System.Convert.ChangeType(text, type, CultureInfo.InvariantCulture),
        };
    }
}
