using Messaging.Kit.Routing;

namespace EventDrivenMicroservices;

/// <summary>Which events of the bus a queue gets.</summary>
/// <param name="Name">The rule's name on the bus.</param>
/// <param name="Pattern">What an event has to look like.</param>
/// <param name="Transformer">Makes of it what the queue gets; <see langword="null"/> for the event itself.</param>
internal sealed record Rule(string Name, EventPattern Pattern, InputTransformer? Transformer = null);
