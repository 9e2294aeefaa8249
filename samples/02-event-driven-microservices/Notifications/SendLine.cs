using Messaging.Kit;
using Messaging.Kit.Pipeline;

namespace EventDrivenMicroservices;

/// <summary>
/// Sends the line that the rule's transformer has written. What comes out of a transformer is a new message: it has neither the id nor
/// the headers of the event, so what recognises a copy, and what goes on with the trace, is in the line itself.
/// </summary>
internal sealed class SendLine(Mailbox mailbox) : IMessageHandler<CustomerLine>
{
    public async ValueTask HandleAsync(CustomerLine message, ConsumeContext context, CancellationToken cancellationToken)
    {
        using var activity = Tracing.Continue(Service.Notification, message.Trace, "customer line");
        await mailbox.ConfirmAsync(message.Order, message.Text);
    }
}
