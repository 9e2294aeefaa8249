namespace Messaging.Kit.Kafka;

/// <summary>Counts who is in a short call of something that is about to end: a client, which must not be freed under a caller, or a transaction.</summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed class KafkaCalls
{
    private int _count;
    private volatile bool _isClosed;

    /// <summary>Begins a call, which must not wait for anything.</summary>
    /// <returns>Whether it may be made.</returns>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _count);
        if (!_isClosed)
        {
            return true;
        }

        Exit();
        return false;
    }

    public void Exit() => Interlocked.Decrement(ref _count);

    /// <summary>Lets nobody in any more, and waits for those who are.</summary>
    public void Close()
    {
        _isClosed = true;
        Interlocked.MemoryBarrier();
        SpinWait.SpinUntil(() => Volatile.Read(ref _count) == 0);
    }
}
