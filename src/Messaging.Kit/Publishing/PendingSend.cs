using System.Threading.Tasks.Sources;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>The wait for the word on one envelope that a pipelined sender has taken over. Used again and again by its channel.</summary>
internal sealed class PendingSend(SendChannel channel) : ISendReceipt, IValueTaskSource
{
    // Whoever brings the word is not to run what waits for it.
    private ManualResetValueTaskSourceCore<bool> _outcome = new() { RunContinuationsAsynchronously = true };
    private long _started;
    private int? _held;

    /// <summary>The next of those that are free.</summary>
    public PendingSend? Next { get; set; }

    /// <summary>Completes with the word. To be asked for once, and awaited once.</summary>
    public ValueTask Outcome => new(this, _outcome.Version);

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
        if (failure is null)
        {
            _outcome.SetResult(true);
        }
        else
        {
            _outcome.SetException(failure);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        // Whoever asks too early or twice gets an exception, and must not free a wait that is in use.
        var isTaken = _outcome.GetStatus(token) != ValueTaskSourceStatus.Pending;
        try
        {
            _outcome.GetResult(token);
        }
        finally
        {
            if (isTaken)
            {
                _outcome.Reset();
                channel.Return(this);
            }
        }
    }
}
