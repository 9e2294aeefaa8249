using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>An order was placed: sets its goods aside, or says that there are too few. Does it once, and tells it as often as it is asked.</summary>
internal sealed class ReserveStock(Warehouse warehouse, IMessageBus bus) : IMessageHandler<OrderPlaced>
{
    public async ValueTask HandleAsync(OrderPlaced message, ConsumeContext context, CancellationToken cancellationToken)
    {
        // The last moment to let go: the lease may have been lost meanwhile. From here on the work is done, and told, whatever happens.
        cancellationToken.ThrowIfCancellationRequested();
        if (await warehouse.ReserveAsync(message.Order))
        {
            await bus.TellAsync(new StockReserved(message.Order));
        }
        else
        {
            await bus.TellAsync(new StockShort(message.Order));
        }
    }
}
