using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

/// <summary>Finds the methods with [Function].</summary>
internal static class FunctionMethods
{
    private const BindingFlags Own = BindingFlags.DeclaredOnly | BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic;

    /// <summary>
    /// Of the assembly that defines the attribute. Read off its metadata: going through its types would load each of them, and every
    /// library they touch, before the first request.
    /// </summary>
    public static IEnumerable<MethodInfo> OfThisApp()
    {
        var assembly = typeof(FunctionAttribute).Assembly;
        var constructor = MetadataTokens.EntityHandle(typeof(FunctionAttribute).GetConstructors()[0].MetadataToken);
        using var image = new PEReader(File.OpenRead(assembly.Location));
        var metadata = image.GetMetadataReader();
        foreach (var handle in metadata.CustomAttributes)
        {
            var attribute = metadata.GetCustomAttribute(handle);
            if (attribute.Constructor == constructor)
            {
                yield return (MethodInfo)assembly.ManifestModule.ResolveMethod(MetadataTokens.GetToken(attribute.Parent))!;
            }
        }
    }

    public static IEnumerable<MethodInfo> Of(IEnumerable<Type> types) =>
        types.SelectMany(type => type.GetMethods(Own)).Where(method => method.IsDefined(typeof(FunctionAttribute), inherit: false));
}
