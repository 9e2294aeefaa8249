using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>A card was declined, or a charge given back: undoes the reservation. It is the last step back, so with it the order is undone.</summary>
internal sealed class ReleaseStock(Warehouse warehouse, IMessageBus bus) : IMessageHandler<PaymentDeclined>, IMessageHandler<PaymentRefunded>
{
    public ValueTask HandleAsync(PaymentDeclined message, ConsumeContext context, CancellationToken cancellationToken) =>
        ReleaseAsync(message.Order, Outcome.Declined, cancellationToken);

    public ValueTask HandleAsync(PaymentRefunded message, ConsumeContext context, CancellationToken cancellationToken) =>
        ReleaseAsync(message.Order, Outcome.Undeliverable, cancellationToken);

    private async ValueTask ReleaseAsync(Order order, string reason, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await warehouse.ReleaseAsync(order);
        await bus.TellAsync(new StockReleased(order, reason));
    }
}
