using System.Collections.Concurrent;
using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>
/// Request and reply over queues: a question is published with a correlation id, and whoever waits under that id gets the answer. That is
/// all there is to it. The answers' queue is this service's own; those who wait are in memory, so an answer that comes after a
/// restart, or too late, finds nobody and is dropped: a question can be asked again.
/// </summary>
internal sealed class QuoteClient(IMessageBus bus) : IMessageHandler<QuoteGiven>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<decimal>> _waiting = new(StringComparer.Ordinal);

    /// <summary>Asks what something costs.</summary>
    /// <exception cref="TimeoutException">Nobody has answered in time. Perhaps nobody has heard the question, perhaps the answer is on its way.</exception>
    public async Task<decimal> AskAsync(string order, string sku, int quantity, CancellationToken cancellationToken)
    {
        var correlation = Guid.NewGuid().ToString("N");
        var answer = new TaskCompletionSource<decimal>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[correlation] = answer;
        try
        {
            var about = new PublishOptions { Id = Correlation.QuestionAbout(order, correlation), Headers = [new(Correlation.Header, correlation)] };
            await bus.PublishAsync(new QuoteAsked(sku, quantity), about, cancellationToken);
            return await answer.Task.WaitAsync(Patience, cancellationToken);
        }
        finally
        {
            _waiting.TryRemove(correlation, out _);
        }
    }

    public ValueTask HandleAsync(QuoteGiven message, ConsumeContext context, CancellationToken cancellationToken)
    {
        if (context.Headers[Correlation.Header] is { } correlation && _waiting.TryGetValue(correlation, out var answer))
        {
            answer.TrySetResult(message.Total);
        }

        return ValueTask.CompletedTask;
    }
}
