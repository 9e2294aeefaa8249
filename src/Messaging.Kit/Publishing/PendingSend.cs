using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>The wait for the word on one envelope that a pipelined sender has taken over. Used again and again by its channel.</summary>
internal sealed class PendingSend(SendChannel channel) : ReusableOutcome, ISendReceipt
{
    private long _started;
    private int? _held;

    /// <summary>The next of those that are free.</summary>
    public PendingSend? Next { get; set; }

    /// <summary>Begins a wait.</summary>
    /// <param name="started">When, by the clock of the channel.</param>
    /// <param name="held">The bytes of the channel's capacity that it gives back at its end, together with a place; <see langword="null"/> for none.</param>
    public void Start(long started, int? held) => (_started, _held) = (started, held);

    public void Conclude(TransportException? failure)
    {
        if (_held is { } bytes)
        {
            channel.Capacity.Exit(1, bytes);
        }

        channel.OnSent(failure, _started);
        Set(failure);
    }

    protected override void Recycle() => channel.Return(this);
}
