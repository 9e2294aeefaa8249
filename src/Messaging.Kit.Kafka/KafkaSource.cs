using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Messaging.Kit.Kafka;

/// <summary>A topic to consume from, as a member of a group.</summary>
internal sealed class KafkaSource(string topic, KafkaRegistration registration) : TransportSource(KafkaRegistration.Transport, topic), ITopology
{
    /// <summary>Whether what handlers publish is committed together with the progress of the group.</summary>
    public bool IsExactlyOnce { get; set; }

    /// <summary>What the registration sets.</summary>
    public Action<KafkaTransportOptions>? Configure => registration.Configure;

    public override object? Declaration => registration.Configure;

    public override IEnumerable<string> Validate(string name) => KafkaRegistration.Validate(name);

    public override string Identify(string name) => registration.Identify(name);

    public override ITransportReceiver CreateReceiver(string name, IServiceProvider services)
    {
        var options = registration.GetOptions(services);
        if (IsExactlyOnce && options.ReadUncommitted)
        {
            throw new MessagingException($"'{name}' is consumed with ExactlyOnce and with ReadUncommitted: what an aborted transaction has left would be handled. Leave one of them out.");
        }

        var group = options.Group ?? services.GetService<IHostEnvironment>()?.ApplicationName ?? AppDomain.CurrentDomain.FriendlyName;
        return new KafkaReceiver(name, group, options, IsExactlyOnce, KafkaRegistration.Time(services), KafkaRegistration.Logger<KafkaReceiver>(services));
    }

    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken) =>
        registration.ApplyAsync(mode, name, services, cancellationToken);
}
