using Messaging.Kit.Messages;
using Messaging.Kit.Pipeline;

namespace MessageQueue;

/// <summary>
/// Reads the dead-letter queues and records what is in them: what counts as dead-lettered is what has really arrived there. Decodes
/// nothing, for a body that nobody can read is one of the reasons why messages end up here.
/// </summary>
internal sealed class DeadLetterClerk(Ledger ledger)
{
    public async ValueTask RecordAsync(ConsumeContext context, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await ledger.BuryAsync(context.MessageId, context.Headers[HeaderNames.DeadLetterReason] ?? "unknown");
    }
}
