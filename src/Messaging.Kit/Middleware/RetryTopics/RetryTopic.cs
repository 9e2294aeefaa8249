using Messaging.Kit.Transports;

namespace Messaging.Kit.Middleware.RetryTopics;

/// <summary>One station of a message that failed: where it goes to, where it comes from again, and after how long.</summary>
internal sealed record RetryTopic(TimeSpan Delay, TransportDestination Destination, TransportSource Source);
