namespace Messaging.Kit.Testing.Faults;

/// <summary>Lets the service do its work and throws the answer away.</summary>
internal sealed class LostAnswerFault : Fault
{
    internal override async Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken)
    {
        await call.ForwardAsync(call.Request, cancellationToken);
        return null;
    }
}
