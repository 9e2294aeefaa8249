using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A stream of the in-memory broker to publish to.</summary>
internal sealed class InMemoryStreamDestination(string stream, InMemoryStreamOptions? options) : TransportDestination(InMemorySource.TransportName, stream)
{
    public override IEnumerable<string> Validate(string name) => options?.Validate(name) ?? [];

    public override ITransportSender CreateSender(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        broker.DeclareStream(name, options);
        return broker.CreateStreamSender(name);
    }
}
