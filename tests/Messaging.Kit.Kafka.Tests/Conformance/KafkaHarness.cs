using Messaging.Kit.Testing;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging.Abstractions;

namespace Messaging.Kit.Kafka.Tests.Conformance;

/// <summary>Kafka over one cluster: a topic and a group of each test's own.</summary>
public abstract class KafkaHarness : TransportHarness
{
    // As many as the mock cluster gives every topic.
    private const int Partitions = 4;

    private KafkaProducers? _producers;

    /// <summary>The brokers, or <see langword="null"/> when there are none.</summary>
    protected abstract string? BootstrapServers { get; }

    /// <summary>How the members of each group share the partitions.</summary>
    protected virtual KafkaGroupProtocol GroupProtocol => KafkaGroupProtocol.Classic;

    public override async ValueTask<TransportChannel> OpenAsync(ChannelOptions options, CancellationToken cancellationToken)
    {
        var topic = $"kit-{Guid.NewGuid():N}";
        var settings = Settings(startAtEnd: false);
        if (!options.Missing)
        {
            await CreateAsync(topic, settings, cancellationToken);
        }

        return new TransportChannel(() => new KafkaSender(topic, _producers!.Get(settings), settings, TimeProvider.System), Receiver)
        {
            CreateMember = (group, atEnd) => Join(group, Settings(atEnd)),
            Partitions = Partitions,
        };

        // What one has in hand stays its own, also when another joins: that it moves in the end is for the suite of the groups.
        ITransportReceiver Receiver()
        {
            var own = Settings(startAtEnd: false);
            own.RevokeTimeout = TimeSpan.FromSeconds(20);
            return Join("group", own);
        }

        ITransportReceiver Join(string group, KafkaTransportOptions own) =>
            new KafkaReceiver(topic, $"{group}-{topic}", own, isExactlyOnce: false, TimeProvider.System, NullLogger<KafkaReceiver>.Instance) { ReceiveWait = options.Poll };
    }

    private KafkaTransportOptions Settings(bool startAtEnd)
    {
        var settings = new KafkaTransportOptions
        {
            BootstrapServers = BootstrapServers,
            GroupProtocol = GroupProtocol,
            Linger = TimeSpan.Zero,
            CommitInterval = TimeSpan.FromMilliseconds(100),
            RevokeTimeout = TimeSpan.FromSeconds(2),
            DeliveryTimeout = TimeSpan.FromSeconds(10),
            Partitions = Partitions,
            StartAtEnd = startAtEnd,
        };
        settings.ClientSettings["topic.metadata.propagation.max.ms"] = "1000";
        Tune(settings);
        return settings;
    }

    /// <summary>Makes a topic.</summary>
    internal virtual async ValueTask CreateAsync(string topic, KafkaTransportOptions settings, CancellationToken cancellationToken) =>
        Assert.Empty(await new KafkaTopology(topic, settings, TimeProvider.System, NullLogger<KafkaTopology>.Instance).ApplyAsync(TopologyMode.Create, cancellationToken));

    /// <summary>Sets what this cluster needs.</summary>
    /// <param name="settings">The settings of producers and consumers.</param>
    protected virtual void Tune(KafkaTransportOptions settings)
    {
    }

    protected override ValueTask<string?> StartAsync()
    {
        _producers = new KafkaProducers(TimeProvider.System, NullLogger<KafkaProducer>.Instance);
        return new(BootstrapServers is null
            ? $"The environment variable {KafkaClientSettings.BootstrapVariable} names no brokers. See the README, 'Tests on real brokers'."
            : null);
    }

    protected override async ValueTask StopAsync()
    {
        if (_producers is not null)
        {
            await _producers.DisposeAsync();
        }
    }
}
