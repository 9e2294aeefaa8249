using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Testing.Tests.Conformance;

/// <summary>The in-memory broker with a sender or a receiver in front that is broken on purpose.</summary>
internal sealed class MutantHarness : TransportHarness
{
    public Func<ITransportSender, ITransportSender> BreakSender { get; init; } = sender => sender;

    public Func<ITransportReceiver, ITransportReceiver> BreakReceiver { get; init; } = receiver => receiver;

    /// <summary>What becomes of a member: is given how to join a group, and the group's name.</summary>
    public Func<Func<string, ITransportReceiver>, string, ITransportReceiver> BreakMember { get; init; } = (join, group) => join(group);

    /// <summary>Whether a channel is a stream.</summary>
    public bool IsStream { get; init; }

    /// <summary>Whether a new group begins at the beginning whatever it is told.</summary>
    public bool IgnoresStart { get; init; }

    /// <summary>Whether a channel that should keep order is a standard queue that does not.</summary>
    public bool IsNeverFifo { get; init; }

    public override TimeSpan Patience => TimeSpan.FromSeconds(1);

    public override ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var broker = new InMemoryBroker(time);
        if (IsStream)
        {
            broker.DeclareStream("stream");
            return ValueTask.FromResult(new TransportChannel(() => BreakSender(broker.CreateStreamSender("stream")), () => Join("group", false))
            {
                FakeTime = time,
                CreateMember = Join,
                Partitions = 4,
            });
        }

        var name = !IsNeverFifo && (options.Ordered || options.Deduplicated) ? "queue.fifo" : "queue";
        if (!options.Missing)
        {
            broker.DeclareQueue(name, new InMemoryQueueOptions { VisibilityTimeout = options.Lease, WaitTime = options.Poll });
        }

        return ValueTask.FromResult(new TransportChannel(() => BreakSender(broker.CreateSender(name)), () => BreakReceiver(broker.CreateReceiver(name))) { FakeTime = time });

        ITransportReceiver Join(string group, bool atEnd) => BreakMember(
            name => broker.CreateReceiver("stream", name, new InMemoryGroupOptions { WaitTime = options.Poll, RevokeTimeout = TimeSpan.FromSeconds(2), StartAtEnd = atEnd && !IgnoresStart }), group);
    }
}
