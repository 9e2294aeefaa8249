using Messaging.Kit.Transports;

namespace Messaging.Kit.Middleware.DeadLetter;

internal sealed record DeadLetterRule(Func<Exception, bool> Matches, TransportDestination Destination);
