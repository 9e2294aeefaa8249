using Messaging.Kit.Pipeline;
using Messaging.Kit.Publishing;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Hosting;

/// <summary>What the routes of all message types have in common.</summary>
public abstract class PublishRegistration
{
    private protected PublishRegistration(string type, TransportDestination destination) => (Type, Destination) = (type, destination);

    /// <summary>The name of the message type on the wire.</summary>
    public string Type { get; }

    /// <summary>Where messages go.</summary>
    public TransportDestination Destination { get; }

    internal abstract Type MessageType { get; }

    internal List<PipelineStep<PublishContext>> Steps { get; } = [];

    internal abstract string? Validate(IMessageSerializer serializer);

    internal abstract PublishRoute Build(MessagingRuntime runtime);
}
