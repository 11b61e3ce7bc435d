using System.Collections.Immutable;
using System.Reflection;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Extensions.Abstractions;

namespace StoreClaw.Embedded;

/// <summary>One checked function: its method, its trigger and how its parameters and its result are handled.</summary>
internal sealed class FunctionEntry(string name, MethodInfo method, string parameter, TriggerBindingAttribute trigger) : FunctionDefinition
{
    public override string Id => name;

    public override string Name => name;

    public override string EntryPoint => $"{method.DeclaringType!.FullName}.{method.Name}";

    public override string PathToAssembly => method.DeclaringType!.Assembly.Location;

    public override IImmutableDictionary<string, BindingMetadata> InputBindings =>
        ImmutableDictionary<string, BindingMetadata>.Empty.Add(parameter, new Binding(parameter, TypeOf(trigger), BindingDirection.In));

    public override IImmutableDictionary<string, BindingMetadata> OutputBindings =>
        Outputs.ToImmutableDictionary(output => output.BindingName, BindingMetadata (output) => new Binding(output.BindingName, "queue", BindingDirection.Out));

    public MethodInfo Method => method;

    public TriggerBindingAttribute Trigger => trigger;

    public required IReadOnlyList<ParameterBinder> Binders { get; init; }

    public required Func<object?, ValueTask<object?>> Await { get; init; }

    /// <summary>What the method returns, without its Task; null for nothing.</summary>
    public required Type? Result { get; init; }

    public required IReadOnlyList<QueueOutput> Outputs { get; init; }

    /// <summary>HTTP only.</summary>
    public HttpRoute? Route { get; init; }

    /// <summary>Timer only.</summary>
    public Schedule? Schedule { get; init; }

    /// <summary>Queue only.</summary>
    public QueueAddress? Queue { get; init; }

    private static string TypeOf(TriggerBindingAttribute trigger) => trigger switch
    {
        HttpTriggerAttribute => "httpTrigger",
        TimerTriggerAttribute => "timerTrigger",
        _ => "queueTrigger",
    };

    private sealed class Binding(string name, string type, BindingDirection direction) : BindingMetadata
    {
        public override string Name => name;

        public override string Type => type;

        public override BindingDirection Direction => direction;
    }
}
