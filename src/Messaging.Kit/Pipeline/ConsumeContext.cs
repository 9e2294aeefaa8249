using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Pipeline;

/// <summary>A message on its way in: what middleware and handlers see of it.</summary>
public abstract class ConsumeContext : MessageContext
{
    private IServiceScope? _scope;

    private protected ConsumeContext(ReceivedEnvelope envelope, DeliveryOrigin origin) =>
        (Envelope, Origin, DeliveryCount) = (envelope, origin, envelope.DeliveryCount);

    /// <summary>What was received. Middleware may change its body and headers; a redelivery starts from what the source holds.</summary>
    public ReceivedEnvelope Envelope { get; }

    /// <summary>Where it came from.</summary>
    public TransportEndpoint Source => Origin.Source;

    /// <summary>The name of the consumer that handles it, by default the logical name of its source.</summary>
    public string Consumer => Origin.Consumer;

    /// <summary>Identifies the message: the same for every redelivery.</summary>
    public string MessageId => Envelope.Id;

    /// <summary>
    /// How often the message has been delivered to be handled, this time included: the source's count. On sources with order, where a
    /// message also goes back because one of its key in front of it failed, it is the failures that this process knows of, and one.
    /// </summary>
    public int DeliveryCount { get; internal set; }

    /// <summary>Text that travelled with the message.</summary>
    public MessageHeaders Headers => Envelope.Headers;

    /// <summary>
    /// The services of this delivery: a scope of its own, made when it is first asked for and disposed with the delivery. Each
    /// attempt of <c>UseRetry</c> gets a fresh one.
    /// </summary>
    public IServiceProvider Services => (_scope ??= Origin.Scopes.CreateScope()).ServiceProvider;

    /// <summary>
    /// How long the message stays away when this delivery fails; <see langword="null"/> lets the consumer's redelivery policy
    /// decide. Handlers and middleware may set it.
    /// </summary>
    public TimeSpan? RedeliverAfter { get; set; }

    // Set by dead-letter routing for a message that has had its deliveries: the handler step refuses it. It goes in all the same,
    // so that idempotency can recognise one that was handled and only lost its ack.
    internal bool IsExhausted { get; set; }

    // Set by retry topics: how often the message had failed before it came here, that it has failed at the last of them, and that it has
    // failed and gone to the next.
    internal int EarlierDeliveries { get; set; }

    internal bool HasFailedForGood { get; set; }

    internal bool HasMovedOn { get; set; }

    // Set by dead-letter routing and retry topics when the message fails, or has failed before.
    internal FailureRecord? Failures { get; set; }

    // Deliveries that the source has counted and this process knows nothing of: failures elsewhere, crashes, or messages that others
    // gave back unhandled. Only on sources with order.
    internal int DoubtfulDeliveries { get; set; }

    private protected DeliveryOrigin Origin { get; }

    internal async ValueTask DisposeScopeAsync()
    {
        var scope = _scope;
        _scope = null;
        if (scope is IAsyncDisposable disposable)
        {
            await disposable.DisposeAsync().ConfigureAwait(false);
        }
        else
        {
            scope?.Dispose();
        }
    }
}
