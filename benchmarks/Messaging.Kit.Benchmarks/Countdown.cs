namespace Messaging.Kit.Benchmarks;

/// <summary>Counts messages that have been handled, and says when all of a round have been.</summary>
internal sealed class Countdown
{
    private int _left;
    private TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Done => _done.Task;

    public void Begin(int count) => (_left, _done) = (count, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    public void Signal()
    {
        if (Interlocked.Decrement(ref _left) == 0)
        {
            _done.TrySetResult();
        }
    }
}
