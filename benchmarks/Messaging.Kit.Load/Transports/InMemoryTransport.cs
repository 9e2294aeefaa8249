using Messaging.Kit.Hosting;
using Messaging.Kit.InMemory;
using Messaging.Kit.Load.Twins;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Load.Transports;

/// <summary>The broker in the process: what publishing and consuming cost without a network.</summary>
internal sealed class InMemoryTransport(Options options) : LoadTransport
{
    private InMemoryBroker _broker = new();

    public override string Endpoint => "in this process";

    public override IReadOnlyList<Contender> Twins { get; } = [new ChannelTwin()];

    public override TransportDestination To(DestinationBuilder to, string channel) => to.InMemory(channel);

    public override TransportSource From(SourceBuilder from, string channel) => from.InMemory(channel);

    public override string NewChannel() => base.NewChannel() + (options.IsFifo ? ".fifo" : "");

    // Publishing and consuming are hosts of their own, and meet in one broker.
    public override void Configure(MessagingBuilder kit) => kit.Services.AddSingleton(_broker);

    public override Task CreateAsync(string channel, CancellationToken cancellationToken)
    {
        _broker = new();
        return Task.CompletedTask;
    }

    public override Task DeleteAsync(string channel) => Task.CompletedTask;
}
