using System.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

/// <summary>What a trigger brings along: its own value and the named values beside it.</summary>
internal abstract class TriggerInput
{
    public abstract IReadOnlyDictionary<string, object?> BindingData { get; }

    public virtual HttpContext? Http => null;
}

/// <summary>One run of one function, as middleware and the function see it.</summary>
internal sealed class Invocation(FunctionEntry function, TriggerInput input, IServiceProvider services, CancellationToken cancellationToken) : FunctionContext
{
    private readonly Guid _id = Guid.NewGuid();

    public TriggerInput Input => input;

    public FunctionEntry Function => function;

    public object? Result { get; set; }

    public override string InvocationId => _id.ToString();

    public override string FunctionId => function.Id;

    public override TraceContext TraceContext { get; } = new Trace(Activity.Current);

    public override BindingContext BindingContext => new Bindings(input);

    public override RetryContext RetryContext => Retries.None;

    public override IServiceProvider InstanceServices { get; set; } = services;

    public override FunctionDefinition FunctionDefinition => function;

    public override IDictionary<object, object> Items { get; set; } = new Dictionary<object, object>();

    public override IInvocationFeatures Features { get; } = new InvocationFeatures();

    public override CancellationToken CancellationToken => cancellationToken;

    private sealed class Bindings(TriggerInput input) : BindingContext
    {
        public override IReadOnlyDictionary<string, object?> BindingData => input.BindingData;
    }

    private sealed class Trace(Activity? activity) : TraceContext
    {
        public override string TraceParent => activity?.Id ?? "";

        public override string TraceState => activity?.TraceStateString ?? "";
    }

    // Retries are the queue's; no trigger here has a retry policy of its own.
    private sealed class Retries : RetryContext
    {
        public static Retries None { get; } = new();

        public override int RetryCount => 0;

        public override int MaxRetryCount => 0;
    }

    private sealed class InvocationFeatures : IInvocationFeatures
    {
        private readonly Dictionary<Type, object> _features = [];

        public void Set<T>(T instance) => _features[typeof(T)] = instance!;

        public T? Get<T>() => _features.TryGetValue(typeof(T), out var feature) ? (T)feature : default;
    }
}
