using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.InMemory;

/// <summary>A queue or a topic of the in-memory broker to publish to.</summary>
internal sealed class InMemoryDestination : TransportDestination, ITopology
{
    private readonly InMemoryQueueOptions? _options;
    private readonly Func<IServiceProvider, Func<string, string>>? _namesOf;
    private readonly bool _isTopic;

    /// <summary>Describes a queue.</summary>
    public InMemoryDestination(string queue, InMemoryQueueOptions? options, Func<IServiceProvider, Func<string, string>> namesOf)
        : base(InMemorySource.TransportName, queue) => (_options, _namesOf) = (options, namesOf);

    /// <summary>Describes a topic.</summary>
    public InMemoryDestination(string topic)
        : base(InMemorySource.TransportName, topic) => _isTopic = true;

    public override object? Declaration => _options;

    public override IEnumerable<string> Validate(string name) => _options?.Validate(name) ?? [];

    // What has come through a filter comes through it again: a dead letter is the message that it was, and a few headers.
    public override bool MayBe(string name, TransportEndpoint other, string otherName) =>
        base.MayBe(name, other, otherName) || (_isTopic && other is InMemorySource source && source.IsFedBy(Name));

    public override ITransportSender CreateSender(string name, IServiceProvider services)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        if (_isTopic)
        {
            broker.DeclareTopic(name);
        }
        else
        {
            broker.DeclareQueue(name, Physical(services), DeclaredBy.Destination);
        }

        return broker.CreateSender(name);
    }

    /// <summary>Declares in every mode: nothing was there before the program, so nothing can be missing.</summary>
    public ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, string name, IServiceProvider services, CancellationToken cancellationToken)
    {
        var broker = services.GetRequiredService<InMemoryBroker>();
        if (!_isTopic)
        {
            return new(broker.Apply(name, Physical(services), DeclaredBy.Destination));
        }

        broker.DeclareTopic(name);
        return new([]);
    }

    private InMemoryQueueOptions? Physical(IServiceProvider services) => _namesOf is null ? _options : _options?.WithNames(_namesOf(services));
}
