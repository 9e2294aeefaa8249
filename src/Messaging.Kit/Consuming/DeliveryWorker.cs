using Messaging.Kit.Transports;

namespace Messaging.Kit.Consuming;

/// <summary>One of the hands of a consumer: handles a message at a time. Guarded by the lock of the consumer.</summary>
internal sealed class DeliveryWorker(Func<DeliveryWorker, Task> run) : RestingWorker, IDisposable
{
    private CancellationTokenSource _cancellation = new();
    private Delivery? _current;

    /// <summary>The message in hand.</summary>
    public Delivery? Current => _current;

    /// <summary>Whether it has been woken and has not begun yet.</summary>
    public bool IsWoken { get; set; }

    /// <summary>Takes a message in hand.</summary>
    /// <returns>The token of its handling.</returns>
    public CancellationToken Begin(Delivery delivery)
    {
        if (!_cancellation.TryReset())
        {
            // Not disposed: its callbacks may still be running, and it holds nothing that needs it.
            _cancellation = new CancellationTokenSource();
        }

        (_current, delivery.Worker) = (delivery, this);
        return _cancellation.Token;
    }

    public void Dispose() => _cancellation.Dispose();

    public void End(Delivery delivery)
    {
        (_current, delivery.Worker) = (null, null);
    }

    /// <summary>Cancels the handling of a message, if it is still this one that is in hand.</summary>
    public void Cancel(Delivery delivery)
    {
        if (ReferenceEquals(_current, delivery))
        {
            // Sets the token at once, and runs what waits for it elsewhere: not under the lock.
            _ = _cancellation.CancelAsync();
        }
    }

    protected override Task LiveAsync() => run(this);
}
