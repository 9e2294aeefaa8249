using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Pipeline;

/// <summary>Where deliveries come from, and who handles them: the same for all of a consumer.</summary>
internal sealed record DeliveryOrigin(TransportEndpoint Source, string Consumer, IServiceScopeFactory Scopes);
