using System.Collections.Immutable;

namespace Microsoft.Azure.Functions.Worker;

public abstract class FunctionDefinition
{
    public abstract string Id { get; }

    public abstract string Name { get; }

    public abstract string EntryPoint { get; }

    public abstract string PathToAssembly { get; }

    public abstract IImmutableDictionary<string, BindingMetadata> InputBindings { get; }

    public abstract IImmutableDictionary<string, BindingMetadata> OutputBindings { get; }
}

public abstract class BindingMetadata
{
    public abstract string Name { get; }

    public abstract string Type { get; }

    public abstract BindingDirection Direction { get; }
}

public enum BindingDirection
{
    In,
    Out,
}
