using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.InMemory.Streams;

/// <summary>A stream of the in-memory broker to consume from, as a member of a group.</summary>
internal sealed class InMemoryStreamSource(string stream, string? group, InMemoryGroupOptions options) : TransportSource(InMemorySource.TransportName, stream)
{
    public override IEnumerable<string> Validate(string name) => options.Validate(name);

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        broker.DeclareStream(name);
        return broker.CreateReceiver(name, group ?? services.GetService<IHostEnvironment>()?.ApplicationName ?? AppDomain.CurrentDomain.FriendlyName, options);
    }
}
