using Messaging.Kit.Routing;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;

namespace Messaging.Kit.EventBridge;

/// <summary>Which events of a bus a queue gets, and how: <c>from.EventBridge("shop", "shipping", options =&gt; ...)</c>.</summary>
/// <remarks>All of it but <see cref="Queue"/> is topology: it counts where the rule is created or compared at start.</remarks>
public sealed class EventBridgeRuleOptions
{
    internal EventBridgeRuleOptions(SqsTransportOptions queue) => Queue = queue;

    /// <summary>The options of the queue.</summary>
    public SqsTransportOptions Queue { get; }

    /// <summary>Sets options of the bus, on top of the application's; it may run more than once. <see langword="null"/> when there is nothing to set.</summary>
    public Action<EventBridgeTransportOptions>? Bus { get; set; }

    /// <summary>What happens at start with this rule and its bus; <see langword="null"/>, the default, for what happens with the queue.</summary>
    public TopologyMode? Topology { get; set; }

    /// <summary>The rule's name, up to 64 letters, digits, periods, hyphens and underscores; that of the queue unless set, shortened where it is too long.</summary>
    public string? Name { get; set; }

    /// <summary>
    /// Which events the queue gets, such as <c>EventPattern.Parse("""{"detail-type":["order.placed"]}""")</c>; all of them unless set. Needed on the
    /// bus <c>default</c>, where AWS's own events are.
    /// </summary>
    public EventPattern? Pattern { get; set; }

    /// <summary>The message group of what the rule sends, up to 100 characters. Needed for a FIFO queue, which then takes bodies for deduplication ids.</summary>
    public string? MessageGroupId { get; set; }

    /// <summary>
    /// The name of the queue for events that EventBridge cannot deliver, logical (<c>Messaging:Names</c>) or physical; <see langword="null"/> for
    /// none: EventBridge drops them then. It is never a FIFO queue.
    /// </summary>
    public string? RedriveTo { get; set; }

    /// <summary>How often a delivery is tried again, 0 to 185; <see langword="null"/> for AWS's default, 185.</summary>
    public int? RetryAttempts { get; set; }

    /// <summary>How old an event may get while its delivery is tried again, 1 minute to 24 hours in whole seconds; <see langword="null"/> for AWS's default, 24 hours.</summary>
    public TimeSpan? MaximumEventAge { get; set; }

    /// <summary>
    /// The part of the event that the queue gets, such as <c>$.detail</c>; the whole event unless set. What EventBridge knows of the event, id and type
    /// among it, does not arrive then.
    /// </summary>
    public string? InputPath { get; set; }

    /// <summary>
    /// Makes what the queue gets instead of the event; <see langword="null"/> for nothing of the kind. What EventBridge knows of the event, id and type
    /// among it, arrives only where the template has it.
    /// </summary>
    public InputTransformer? Transformer { get; set; }
}
