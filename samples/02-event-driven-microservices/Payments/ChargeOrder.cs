using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>
/// The goods are set aside: charges the card. The provider is asked before anything is written down, with the order for its key: if the
/// answer gets lost, or this process dies, the same question is asked again and the card is charged once all the same.
/// </summary>
internal sealed class ChargeOrder(Accounts accounts, CardProvider provider, IMessageBus bus) : IMessageHandler<StockReserved>
{
    public async ValueTask HandleAsync(StockReserved message, ConsumeContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (await PayAsync(message.Order))
        {
            await bus.TellAsync(new PaymentCharged(message.Order));
        }
        else
        {
            await bus.TellAsync(new PaymentDeclined(message.Order));
        }
    }

    private async Task<bool> PayAsync(Order order)
    {
        if (await accounts.FindAsync(order) is { } known)
        {
            await accounts.CountCopyAsync();
            return known;
        }

        var isCharged = await provider.ChargeAsync(order.Id, order.Card, order.Total);
        await accounts.RecordAsync(order, isCharged);
        return isCharged;
    }
}
