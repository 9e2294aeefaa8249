using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace MessageQueue;

/// <summary>Ships an order. What a handler looks like when the pipeline around it does the rest.</summary>
internal sealed class ShipOrder(Ledger ledger) : IMessageHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced message, ConsumeContext context, CancellationToken cancellationToken)
    {
        if (message.Lines.Count == 0)
        {
            throw new RuleBrokenException($"Order {message.OrderNumber} has no lines.");
        }

        // The last moment to let go: the lease may have been lost meanwhile. From here on the work is done whatever happens.
        cancellationToken.ThrowIfCancellationRequested();
        await ledger.HandleAsync(context.MessageId);
    }
}
