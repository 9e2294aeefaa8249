using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Transports;

/// <summary>The word <c>to</c> in <c>to =&gt; to.Sqs("orders")</c>: adapters hang their extension methods on it.</summary>
public sealed class DestinationBuilder
{
    /// <summary>Makes a builder, as the kit does for each registration.</summary>
    /// <param name="services">The application's services.</param>
    public DestinationBuilder(IServiceCollection services) => Services = services ?? throw new ArgumentNullException(nameof(services));

    /// <summary>The application's services, for what an adapter needs to register.</summary>
    public IServiceCollection Services { get; }
}
