using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace MessageQueue;

/// <summary>Books a movement of stock. Movements of one article come one at a time and in their order; the ledger checks that.</summary>
internal sealed class BookStock(Ledger ledger) : IMessageHandler<StockMoved>
{
    public async ValueTask HandleAsync(StockMoved message, ConsumeContext context, CancellationToken cancellationToken)
    {
        if (message.Quantity == 0)
        {
            throw new RuleBrokenException($"Movement {message.Sequence} of {message.Sku} moves nothing.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        await ledger.HandleAsync(context.MessageId, message.Sku, message.Sequence);
    }
}
