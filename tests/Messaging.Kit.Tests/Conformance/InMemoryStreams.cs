using Messaging.Kit.InMemory;
using Messaging.Kit.InMemory.Streams;
using Messaging.Kit.Testing;
using Messaging.Kit.Testing.Conformance;
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

        var group = new InMemoryGroupOptions { WaitTime = options.Poll, RevokeTimeout = TimeSpan.FromSeconds(2) };
        return ValueTask.FromResult(new TransportChannel(() => broker.CreateStreamSender(Stream), () => broker.CreateReceiver(Stream, "group", group))
        {
            FakeTime = time,
        });
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

public sealed class InMemoryStreamsBus : BusConformance<InMemoryStreams>;
