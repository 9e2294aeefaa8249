using System.Threading.Tasks.Sources;

namespace Messaging.Kit.Transports;

/// <summary>An outcome that one awaits and that is used again when it has been taken.</summary>
internal abstract class ReusableOutcome : IValueTaskSource
{
    // Whoever tells the outcome is not to run what waits for it.
    private ManualResetValueTaskSourceCore<bool> _outcome = new() { RunContinuationsAsynchronously = true };

    /// <summary>Completes with the outcome. To be awaited once.</summary>
    public ValueTask Outcome => new(this, _outcome.Version);

    public ValueTaskSourceStatus GetStatus(short token) => _outcome.GetStatus(token);

    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _outcome.OnCompleted(continuation, state, token, flags);

    public void GetResult(short token)
    {
        // Whoever asks too early or twice gets an exception, and must not free what is in use.
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
                Recycle();
            }
        }
    }

    /// <summary>Tells the outcome: success, or why not.</summary>
    protected void Set(Exception? failure)
    {
        if (failure is null)
        {
            _outcome.SetResult(true);
        }
        else
        {
            _outcome.SetException(failure);
        }
    }

    /// <summary>Called when the outcome has been taken: from now on it may be used again.</summary>
    protected abstract void Recycle();
}
