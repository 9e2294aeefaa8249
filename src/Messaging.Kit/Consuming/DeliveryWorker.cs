using System.Threading.Tasks.Sources;

namespace Messaging.Kit.Consuming;

/// <summary>
/// One of the hands of a consumer: handles a message at a time. Works on the thread pool while there is work, rests while there is none,
/// and neither costs anything for a message.
/// </summary>
internal sealed class DeliveryWorker(Func<DeliveryWorker, Task> run) : IThreadPoolWorkItem, IValueTaskSource, IDisposable
{
    private readonly Lock _lock = new();
    private ManualResetValueTaskSourceCore<bool> _work;
    private bool _isStarted;
    private Task? _life;
    private CancellationTokenSource _cancellation = new();
    private Delivery? _current;

    /// <summary>The message in hand.</summary>
    public Delivery? Current => _current;

    /// <summary>Whether its life has ended: there is nothing that should end it.</summary>
    public bool HasDied => _life is { IsCompleted: true };

    /// <summary>Sets it to work, on the thread pool.</summary>
    public void Wake() => ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);

    public void Execute()
    {
        if (_isStarted)
        {
            _work.SetResult(true);
        }
        else
        {
            // First the mark: it may be at rest, and woken again, before this returns.
            _isStarted = true;
            _life = run(this);
        }
    }

    /// <summary>Completes when there is work again.</summary>
    public ValueTask RestAsync() => new(this, _work.Version);

    public ValueTaskSourceStatus GetStatus(short token) => _work.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _work.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        _work.GetResult(token);
        _work.Reset();
    }

    /// <summary>Takes a message in hand.</summary>
    /// <returns>The token of its handling.</returns>
    public CancellationToken Begin(Delivery delivery)
    {
        lock (_lock)
        {
            if (!_cancellation.TryReset())
            {
                // Not disposed: its callbacks may still be running, and it holds nothing that needs it.
                _cancellation = new CancellationTokenSource();
            }

            (_current, delivery.Worker) = (delivery, this);
            return _cancellation.Token;
        }
    }

    public void Dispose() => _cancellation.Dispose();

    public void End(Delivery delivery)
    {
        lock (_lock)
        {
            (_current, delivery.Worker) = (null, null);
        }
    }

    /// <summary>Cancels the handling of a message, if it is still this one that is in hand.</summary>
    public void Cancel(Delivery delivery)
    {
        lock (_lock)
        {
            if (ReferenceEquals(_current, delivery))
            {
                // Sets the token at once, and runs what waits for it elsewhere: not under this lock.
                _ = _cancellation.CancelAsync();
            }
        }
    }
}
