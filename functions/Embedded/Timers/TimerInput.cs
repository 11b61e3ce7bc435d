using System.Collections.ObjectModel;
using Microsoft.Azure.Functions.Worker;

namespace StoreClaw.Embedded;

/// <summary>A tick.</summary>
internal sealed class TimerInput(TimerInfo timer) : TriggerInput
{
    public TimerInfo Timer => timer;

    public override IReadOnlyDictionary<string, object?> BindingData => ReadOnlyDictionary<string, object?>.Empty;
}
