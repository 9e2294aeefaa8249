using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>An order is paid, or costs nothing: ships it, unless nobody can deliver there.</summary>
internal sealed class ShipOrder(Parcels parcels, IMessageBus bus) : IMessageHandler<PaymentCharged>, IMessageHandler<StockReserved>
{
    /// <summary>Where nobody can deliver.</summary>
    public const string Nowhere = "somewhere over the rainbow";

    public ValueTask HandleAsync(PaymentCharged message, ConsumeContext context, CancellationToken cancellationToken) => ShipAsync(message.Order, cancellationToken);

    public ValueTask HandleAsync(StockReserved message, ConsumeContext context, CancellationToken cancellationToken) => ShipAsync(message.Order, cancellationToken);

    private async ValueTask ShipAsync(Order order, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var isShipped = order.Address != Nowhere;
        await parcels.RecordAsync(order, isShipped);
        if (isShipped)
        {
            await bus.TellAsync(new OrderShipped(order));
        }
        else
        {
            await bus.TellAsync(new ShipmentRefused(order));
        }
    }
}
