namespace Messaging.Kit.Transports;

/// <summary>A receiver whose broker takes messages back while they are held (Kafka: partitions move to another member of the group).</summary>
/// <remarks>
/// What it reads is a log, so its receives are made one after the other. What it has taken back before the consumer holds it, it marks as
/// <see cref="Messages.ReceivedEnvelope.IsTakenBack"/>.
/// </remarks>
public interface IRevocableReceiver
{
    /// <summary>Says who holds its messages. Called once, before the first receive.</summary>
    /// <param name="holder">The holder.</param>
    void Attach(IMessageHolder holder);
}
