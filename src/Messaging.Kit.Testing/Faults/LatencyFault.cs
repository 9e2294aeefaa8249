namespace Messaging.Kit.Testing.Faults;

/// <summary>Lets a call wait, for ever if need be.</summary>
internal sealed class LatencyFault(TimeSpan time, Fault? then) : Fault
{
    internal override async Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken)
    {
        await Task.Delay(time, TimeProvider.System, cancellationToken);
        return then is null ? await call.ForwardAsync(call.Request, cancellationToken) : await then.AnswerAsync(call, cancellationToken);
    }
}
