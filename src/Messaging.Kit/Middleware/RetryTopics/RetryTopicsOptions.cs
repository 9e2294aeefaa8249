using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Middleware.RetryTopics;

/// <summary>The stations of a message that fails, in their order.</summary>
public sealed class RetryTopicsOptions
{
    private readonly IServiceCollection _services;

    internal RetryTopicsOptions(IServiceCollection services) => _services = services;

    internal List<RetryTopic> Topics { get; } = [];

    /// <summary>Adds a station. A message that fails for the first time goes to the first, one that fails again to the next.</summary>
    /// <param name="delay">How long a message stays there; more than zero.</param>
    /// <param name="to">The station as a destination.</param>
    /// <param name="from">The same as a source; nobody else may consume from it.</param>
    /// <returns>The same options.</returns>
    public RetryTopicsOptions Add(TimeSpan delay, Func<DestinationBuilder, TransportDestination> to, Func<SourceBuilder, TransportSource> from)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(delay, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(to);
        ArgumentNullException.ThrowIfNull(from);
        Topics.Add(new(delay, to(new DestinationBuilder(_services)), from(new SourceBuilder(_services))));
        return this;
    }
}
