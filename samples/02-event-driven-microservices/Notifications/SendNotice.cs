using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>Tells the customer how the order has ended.</summary>
internal sealed class SendNotice(Mailbox mailbox) : IMessageHandler<OrderCompleted>, IMessageHandler<OrderCompensated>
{
    public async ValueTask HandleAsync(OrderCompleted message, ConsumeContext context, CancellationToken cancellationToken) =>
        await mailbox.NotifyAsync(message.Order.Id, Outcome.Completed, $"{message.Order.Customer}, your order is on its way to {message.Order.Address}.");

    public async ValueTask HandleAsync(OrderCompensated message, ConsumeContext context, CancellationToken cancellationToken) =>
        await mailbox.NotifyAsync(message.Order.Id, message.Reason, $"{message.Order.Customer}, your order could not be carried out ({message.Reason}). You pay nothing.");
}
