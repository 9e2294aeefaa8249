using Messaging.Kit.Routing;

namespace EventDrivenMicroservices;

/// <summary>What a queue gets of a topic.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Filter">Which of its messages; <see langword="null"/> for all.</param>
internal sealed record Subscription(string Topic, EventPattern? Filter = null);
