using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>Keeps how large orders have ended, for the auditors. Which are large is said by the filter of the subscription.</summary>
internal sealed class AuditOrder(Accounts accounts) : IMessageHandler<OrderCompleted>, IMessageHandler<OrderCompensated>
{
    public async ValueTask HandleAsync(OrderCompleted message, ConsumeContext context, CancellationToken cancellationToken) =>
        await accounts.AuditAsync(message.Order, Outcome.Completed);

    public async ValueTask HandleAsync(OrderCompensated message, ConsumeContext context, CancellationToken cancellationToken) =>
        await accounts.AuditAsync(message.Order, message.Reason);
}
