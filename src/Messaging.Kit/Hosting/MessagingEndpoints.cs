using System.Collections;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Hosting;

/// <summary>
/// All that the registrations name: where messages come from and where they go, one entry for each time it is named. A singleton of the
/// services. It connects to nothing, so that it can be asked in an application that is never started.
/// </summary>
public sealed class MessagingEndpoints : IReadOnlyList<RegisteredEndpoint>
{
    private readonly List<RegisteredEndpoint> _all;

    internal MessagingEndpoints(MessagingRegistrations registrations, MessagingOptions options) => _all =
    [
        // Sources first: they know most about their queues.
        .. registrations.Consumers.SelectMany(consumer => consumer.Sources).Select(source => Named(source, EndpointUse.Consume, options)),
        .. registrations.Routes.Select(route => Named(route.Destination, EndpointUse.Publish, options)),
        .. registrations.Consumers.SelectMany(consumer => consumer.Steps).SelectMany(step => step.Destinations?.Invoke() ?? [])
            .Select(destination => Named(destination, EndpointUse.SetAside, options)),
    ];

    /// <inheritdoc/>
    public int Count => _all.Count;

    /// <inheritdoc/>
    public RegisteredEndpoint this[int index] => _all[index];

    /// <inheritdoc/>
    public IEnumerator<RegisteredEndpoint> GetEnumerator() => _all.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private static RegisteredEndpoint Named(TransportEndpoint endpoint, EndpointUse use, MessagingOptions options) => new(endpoint, options.PhysicalNameOf(endpoint), use);
}
