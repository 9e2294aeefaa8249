using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>Reads what no service could handle. Such an order has no end until somebody looks at it, so the run says which.</summary>
internal sealed class DeadLetterClerk(OrderBook book)
{
    // Decodes nothing, for a body that nobody can read is one of the reasons why messages end up here.
    public async ValueTask RecordAsync(ConsumeContext context, CancellationToken cancellationToken) => await book.BuryAsync(
        context.MessageId,
        context.Headers[HeaderNames.DeadLetterReason] ?? "unknown",
        context.Headers[HeaderNames.DeadLetterConsumer] ?? "unknown",
        context.Headers[HeaderNames.DeadLetterMessage]);
}
