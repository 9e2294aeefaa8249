using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.InMemory;

/// <summary>A queue of the in-memory broker to consume from.</summary>
/// <param name="queue">Its logical name.</param>
/// <param name="options">What it is like, in logical names.</param>
/// <param name="namesOf">Finds the physical names of topics and of the dead-letter queue, as they are found for what is published to.</param>
internal sealed class InMemorySource(string queue, InMemoryQueueOptions? options, Func<IServiceProvider, Func<string, string>> namesOf)
    : TransportSource(TransportName, queue), ITopology
{
    internal const string TransportName = "inmemory";

    public override object? Declaration => options;

    public override IEnumerable<string> Validate(string name) => options?.Validate(name) ?? [];

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        broker.DeclareQueue(name, Physical(services));
        return broker.CreateReceiver(name);
    }

    /// <summary>Declares in every mode: nothing was there before the program, so nothing can be missing.</summary>
    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new(services.GetRequiredService<InMemoryBroker>().Apply(name, Physical(services), DeclaredBy.Owner));

    /// <summary>Whether a topic or a bus sends to it.</summary>
    public bool IsFedBy(string logicalTopic) => options?.Subscriptions.Any(subscription => subscription.Topic == logicalTopic) ?? false;

    private InMemoryQueueOptions? Physical(IServiceProvider services) => options?.WithNames(namesOf(services));
}
