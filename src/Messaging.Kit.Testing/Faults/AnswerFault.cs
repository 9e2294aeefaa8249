namespace Messaging.Kit.Testing.Faults;

/// <summary>Answers in place of the service, or cuts the connection.</summary>
internal sealed class AnswerFault(Func<ProxyRequest, ProxyResponse?> answer) : Fault
{
    internal override Task<ProxyResponse?> AnswerAsync(ProxyCall call, CancellationToken cancellationToken) => Task.FromResult(answer(call.Request));
}
