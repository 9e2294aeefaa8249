namespace Messaging.Kit.Messages;

/// <summary>What becomes of a delivered message: done with (<see cref="Ack"/>), or back to the source (<see cref="Nack"/>).</summary>
public readonly record struct Settlement
{
    private Settlement(bool isAck, TimeSpan redeliverAfter) => (IsAck, RedeliverAfter) = (isAck, redeliverAfter);

    /// <summary>The message is done with and leaves the source.</summary>
    public static Settlement Ack { get; } = new(true, TimeSpan.Zero);

    /// <summary>Whether the message leaves the source.</summary>
    public bool IsAck { get; }

    /// <summary>How long a returned message stays away before it is delivered again; zero for at once.</summary>
    public TimeSpan RedeliverAfter { get; }

    /// <summary>The message goes back to the source and is delivered again.</summary>
    /// <param name="redeliverAfter">How long it stays away first; not negative. Transports bound it (SQS: 12 hours from the receive).</param>
    /// <returns>The settlement.</returns>
    public static Settlement Nack(TimeSpan redeliverAfter = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(redeliverAfter, TimeSpan.Zero);
        return new(false, redeliverAfter);
    }
}
