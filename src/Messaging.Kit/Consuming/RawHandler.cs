using Messaging.Kit.Diagnostics;
using Messaging.Kit.Pipeline;

namespace Messaging.Kit.Consuming;

/// <summary>The last step for messages of all types that have no handler of their own: nothing is decoded.</summary>
internal sealed class RawHandler(Func<ConsumeContext, CancellationToken, ValueTask> handle)
{
    public async ValueTask HandleAsync(ConsumeContext context, MessageObservers observers)
    {
        await handle(context, context.CancellationToken).ConfigureAwait(false);
        observers.Handled(context, context.Envelope);
    }
}
