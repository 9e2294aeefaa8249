namespace Messaging.Kit.Transports;

/// <summary>A receiver whose broker takes messages back while they are held (Kafka: partitions move to another member of the group).</summary>
public interface IRevocableReceiver
{
    /// <summary>Says who holds its messages. Called once, before the first receive.</summary>
    /// <param name="holder">The holder.</param>
    void Attach(IMessageHolder holder);
}
