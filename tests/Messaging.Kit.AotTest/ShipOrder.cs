using Messaging.Kit.Pipeline;

namespace Messaging.Kit.AotTest;

internal sealed class ShipOrder : IMessageHandler<OrderPlaced>
{
    public ValueTask HandleAsync(OrderPlaced message, ConsumeContext context, CancellationToken cancellationToken) =>
        message.Number > 0 ? default : throw new InvalidOperationException("There is no such order.");
}
