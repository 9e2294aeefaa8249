using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Conformance;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Tests.Conformance;

/// <summary>A stream, read by groups.</summary>
public sealed class InMemoryStreams : TransportHarness
{
    private const string Stream = "stream";
    private const int Partitions = 4;

    public override ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var time = new FakeTimeProvider();
        var broker = new InMemoryBroker(time);
        if (!options.Missing)
        {
            broker.DeclareStream(Stream, new InMemoryStreamOptions { Partitions = Partitions });
        }

        return ValueTask.FromResult(new TransportChannel(() => broker.CreateStreamSender(Stream), () => Join("group", atEnd: false))
        {
            FakeTime = time,
            CreateMember = Join,
            Partitions = Partitions,
        });

        ITransportReceiver Join(string group, bool atEnd) => broker.CreateReceiver(
            Stream, group, new InMemoryGroupOptions { WaitTime = options.Poll, RevokeTimeout = TimeSpan.FromSeconds(2), StartAtEnd = atEnd });
    }
}

public sealed class InMemoryStreamsContent : ContentConformance<InMemoryStreams>;

public sealed class InMemoryStreamsBatch : BatchConformance<InMemoryStreams>;

public sealed class InMemoryStreamsReceive : ReceiveConformance<InMemoryStreams>;

public sealed class InMemoryStreamsSettlement : SettlementConformance<InMemoryStreams>;

public sealed class InMemoryStreamsLease : LeaseConformance<InMemoryStreams>;

public sealed class InMemoryStreamsOrdering : OrderingConformance<InMemoryStreams>;

public sealed class InMemoryStreamsDelay : DelayConformance<InMemoryStreams>;

public sealed class InMemoryStreamsDeduplication : DeduplicationConformance<InMemoryStreams>;

public sealed class InMemoryStreamsLifecycle : LifecycleConformance<InMemoryStreams>;

public sealed class InMemoryStreamsBacklog : BacklogConformance<InMemoryStreams>;

public sealed class InMemoryStreamsGroup : GroupConformance<InMemoryStreams>;

public sealed class InMemoryStreamsBus : BusConformance<InMemoryStreams>;
