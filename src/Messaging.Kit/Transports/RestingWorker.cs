using System.Threading.Tasks.Sources;

namespace Messaging.Kit.Transports;

/// <summary>
/// Lives on between batches of work: rests while there is none, without a thread, and neither to rest nor to be woken allocates. Its
/// life begins on the thread pool: there it has no activity and no ambient state of whoever came first, neither then nor later.
/// </summary>
/// <remarks>Woken once for each rest: who wakes it has taken it from those at rest, under a lock.</remarks>
internal abstract class RestingWorker : IThreadPoolWorkItem, IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _work;
    private bool _isStarted;
    private Task? _life;

    /// <summary>Whether its life has ended: there is nothing that should end it.</summary>
    public bool HasDied => _life is { IsCompleted: true };

    /// <summary>Sets it to work, on the thread pool.</summary>
    public void WakeOnPool() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    /// <summary>Sets it to work, on the caller's thread; for the first time on the thread pool, where its life begins.</summary>
    public void WakeHere()
    {
        if (_isStarted)
        {
            _work.SetResult(true);
        }
        else
        {
            WakeOnPool();
        }
    }

    /// <summary>Completes when there is work again.</summary>
    public ValueTask RestAsync() => new(this, _work.Version);

    /// <summary>Works while there is something to do, rests, and so on for ever.</summary>
    protected abstract Task LiveAsync();

    void IThreadPoolWorkItem.Execute()
    {
        if (_isStarted)
        {
            _work.SetResult(true);
        }
        else
        {
            // First the mark: it may be at rest, and woken again, before this returns.
            _isStarted = true;
            _life = LiveAsync();
        }
    }

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _work.GetStatus(token);

    void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _work.OnCompleted(continuation, state, token, flags);

    void IValueTaskSource.GetResult(short token)
    {
        _work.GetResult(token);
        _work.Reset();
    }
}
