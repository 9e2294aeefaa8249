using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>The last of an order's events has come: writes down how it has ended, and tells all who subscribe.</summary>
internal sealed class SettleOrder(OrderBook book, IMessageBus bus) : IMessageHandler<OrderShipped>, IMessageHandler<StockShort>, IMessageHandler<StockReleased>
{
    public async ValueTask HandleAsync(OrderShipped message, ConsumeContext context, CancellationToken cancellationToken)
    {
        await book.SettleAsync(message.Order, Outcome.Completed);
        await bus.TellAsync(new OrderCompleted(message.Order));
    }

    public ValueTask HandleAsync(StockShort message, ConsumeContext context, CancellationToken cancellationToken) => CompensatedAsync(message.Order, Outcome.SoldOut);

    public ValueTask HandleAsync(StockReleased message, ConsumeContext context, CancellationToken cancellationToken) => CompensatedAsync(message.Order, message.Reason);

    private async ValueTask CompensatedAsync(Order order, string reason)
    {
        await book.SettleAsync(order, reason);
        await bus.TellAsync(new OrderCompensated(order, reason));
    }
}
