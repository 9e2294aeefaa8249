using Messaging.Kit.Hosting;
using Messaging.Kit.Load.Work;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Load.Transports;

/// <summary>A transport under load: how the kit is led to it, and the raw clients that do the same work.</summary>
internal abstract class LoadTransport : IAsyncDisposable
{
    /// <summary>Where the messages go, for reports.</summary>
    public abstract string Endpoint { get; }

    /// <summary>Whether what is published can be consumed; stubs of SNS and EventBridge only accept.</summary>
    public virtual bool Delivers => true;

    /// <summary>The raw clients: with the client's defaults, and tuned.</summary>
    public abstract IReadOnlyList<Contender> Twins { get; }

    public abstract TransportDestination To(DestinationBuilder to, string channel);

    public abstract TransportSource From(SourceBuilder from, string channel);

    public virtual void Configure(MessagingBuilder kit)
    {
    }

    /// <summary>A name that nobody else uses.</summary>
    public virtual string NewChannel() => $"load-{Guid.NewGuid().ToString("N")[..12]}";

    /// <summary>Makes the queue, the topic or all that leads from one to the other, as the kit makes it at start.</summary>
    public virtual async Task CreateAsync(string channel, CancellationToken cancellationToken)
    {
        TransportSource? source = null;
        await using var services = new ServiceCollection()
            .AddMessaging(kit =>
            {
                Configure(kit);
                kit.Consume(from => source = From(from, channel)).HandleRaw((_, _) => default);
            })
            .BuildServiceProvider();
        if (source is ITopology topology && await topology.ApplyAsync(TopologyMode.Create, source.Name, services, cancellationToken) is { Count: > 0 } differences)
        {
            throw new EndpointException(string.Join(Environment.NewLine, differences));
        }
    }

    /// <summary>Removes what <see cref="CreateAsync"/> has made.</summary>
    public abstract Task DeleteAsync(string channel);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    public static LoadTransport Open(Options options) => options.Transport switch
    {
        Transport.Kafka => new KafkaTransport(options),
        Transport.Sqs => new SqsTransport(options),
        Transport.Sns => new SnsTransport(options),
        Transport.EventBridge => new EventBridgeTransport(options),
        _ => new InMemoryTransport(options),
    };
}
