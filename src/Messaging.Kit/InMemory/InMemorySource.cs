using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.InMemory;

/// <summary>A queue of the in-memory broker to consume from.</summary>
internal sealed class InMemorySource(string queue, InMemoryQueueOptions? options) : TransportSource(TransportName, queue), ITopology
{
    internal const string TransportName = "inmemory";

    public override IEnumerable<string> Validate(string name) => options?.Validate(name) ?? [];

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        broker.DeclareQueue(name, options);
        return broker.CreateReceiver(name);
    }

    /// <summary>Declares in every mode: nothing was there before the program, so nothing can be missing.</summary>
    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        new(services.GetRequiredService<InMemoryBroker>().Apply(name, options, DeclaredBy.Owner));
}
