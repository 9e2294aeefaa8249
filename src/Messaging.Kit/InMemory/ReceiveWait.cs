using System.Threading.Tasks.Sources;
using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>A receive that waits for messages. Used again and again by its receiver.</summary>
internal sealed class ReceiveWait(IReceiveLine line, WaitingReceiver receiver) : IValueTaskSource<IReadOnlyList<ReceivedEnvelope>>
{
    private readonly IReceiveLine _line = line;
    private ManualResetValueTaskSourceCore<IReadOnlyList<ReceivedEnvelope>> _core = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _registration;
    private ReceivedEnvelope[] _messages = [];
    private Exception? _failure;

    public ReceiveWait? Previous { get; set; }

    public ReceiveWait? Next { get; set; }

    public WaitingReceiver Receiver { get; } = receiver;

    public int MaxMessages { get; private set; }

    /// <summary>When the wait ends with nothing, in ticks of the broker's clock.</summary>
    public long Deadline { get; private set; }

    /// <summary>Whether it stands in the line; guarded by the line's lock.</summary>
    public bool IsWaiting { get; private set; }

    public void Start(int maxMessages, long deadline) => (MaxMessages, Deadline, IsWaiting) = (maxMessages, deadline, true);

    public ValueTask<IReadOnlyList<ReceivedEnvelope>> AsTask(CancellationToken cancellationToken)
    {
        var task = new ValueTask<IReadOnlyList<ReceivedEnvelope>>(this, _core.Version);
        _registration = cancellationToken.UnsafeRegister(
            static (wait, token) => ((ReceiveWait)wait!)._line.Cancel((ReceiveWait)wait, token), this);
        return task;
    }

    public void End(ReceivedEnvelope[] messages, Exception? failure) => (_messages, _failure, IsWaiting) = (messages, failure, false);

    /// <summary>Wakes the receiver. Not under the line's lock: the receiver's context may run it at once.</summary>
    public void Wake()
    {
        if (_failure is null)
        {
            _core.SetResult(_messages);
        }
        else
        {
            _core.SetException(_failure);
        }
    }

    public IReadOnlyList<ReceivedEnvelope> GetResult(short token)
    {
        if (GetStatus(token) == ValueTaskSourceStatus.Pending)
        {
            throw new InvalidOperationException("The receive has not ended; await it.");
        }

        try
        {
            return _core.GetResult(token);
        }
        finally
        {
            // Waits for a cancellation that is just running, so that it cannot meet the next use.
            _registration.Dispose();
            (_registration, _messages, _failure) = (default, [], null);
            _core.Reset();
            Receiver.Recycle(this);
        }
    }

    public ValueTaskSourceStatus GetStatus(short token) => _core.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _core.OnCompleted(continuation, state, token, flags);
}
