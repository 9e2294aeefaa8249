using Messaging.Kit.Messages;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>The wait for the word on one envelope that has been handed over. Used again and again by its channel.</summary>
internal sealed class PendingSend(SendChannel channel) : ReusableOutcome, ISendReceipt
{
    private long _started;
    private int? _held;
    private PooledBuffer? _body;

    /// <summary>The next of those that are free.</summary>
    public PendingSend? Next { get; set; }

    /// <summary>Begins a wait.</summary>
    /// <param name="started">When, by the clock of the channel.</param>
    /// <param name="held">The bytes of the channel's capacity that it gives back at its end, together with a place; <see langword="null"/> for none.</param>
    /// <param name="body">What is needed until then, and not any more after it.</param>
    public void Start(long started, int? held, PooledBuffer? body = null) => (_started, _held, _body) = (started, held, body);

    /// <summary>The word of a pipelined sender, which nobody else has heard.</summary>
    public void Conclude(TransportException? failure)
    {
        channel.OnSent(failure, _started);
        End(failure);
    }

    /// <summary>Ends the wait.</summary>
    public void End(Exception? failure)
    {
        _body?.Dispose();
        if (_held is { } bytes)
        {
            channel.Capacity.Exit(1, bytes);
        }

        Set(failure);
    }

    protected override void Recycle() => channel.Return(this);
}
