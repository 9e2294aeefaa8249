using Messaging.Kit.Routing;

namespace Messaging.Kit.InMemory;

/// <summary>What a queue gets of a topic.</summary>
/// <param name="Topic">The topic's name.</param>
/// <param name="Filter">Which of its messages; <see langword="null"/> for all.</param>
/// <param name="Transformer">Makes of them what the queue gets; <see langword="null"/> for themselves.</param>
internal sealed record InMemorySubscription(string Topic, EventPattern? Filter, InputTransformer? Transformer);
