using Messaging.Kit.Transports;

namespace Messaging.Kit.Testing.Bus;

/// <summary>Lets a bus publish to a channel of the suite.</summary>
internal sealed class ChannelDestination(string name, Func<ITransportSender> createSender) : TransportDestination("conformance", name)
{
    public override ITransportSender CreateSender(string name, IServiceProvider services) => createSender();
}

/// <summary>Lets a bus consume from a channel of the suite.</summary>
internal sealed class ChannelSource(string name, Func<ITransportReceiver> createReceiver) : TransportSource("conformance", name)
{
    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services) => createReceiver();
}
