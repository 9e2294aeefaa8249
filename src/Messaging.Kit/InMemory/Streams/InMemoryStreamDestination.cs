using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A stream of the in-memory broker to publish to.</summary>
internal sealed class InMemoryStreamDestination(string stream, InMemoryStreamOptions? options) : TransportDestination(InMemorySource.TransportName, stream), ITopology
{
    public override object? Declaration => options;

    public override IEnumerable<string> Validate(string name) => options?.Validate(name) ?? [];

    public override ITransportSender CreateSender(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        broker.DeclareStream(name, options);
        return broker.CreateStreamSender(name);
    }

    /// <summary>Declares in every mode: nothing was there before the program, so nothing can be missing.</summary>
    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken)
    {
        try
        {
            services.GetRequiredService<InMemoryBroker>().DeclareStream(name, options);
            return new([]);
        }
        catch (InvalidOperationException exception)
        {
            return new([exception.Message]);
        }
    }
}
