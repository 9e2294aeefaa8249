using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>The parcel cannot be delivered: gives the charge back. A step of undoing must succeed some day, so it is one that may be repeated.</summary>
internal sealed class RefundOrder(Accounts accounts, CardProvider provider, IMessageBus bus) : IMessageHandler<ShipmentRefused>
{
    public async ValueTask HandleAsync(ShipmentRefused message, ConsumeContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await provider.RefundAsync(message.Order.Id);
        await accounts.RefundAsync(message.Order);
        await bus.TellAsync(new PaymentRefunded(message.Order));
    }
}
