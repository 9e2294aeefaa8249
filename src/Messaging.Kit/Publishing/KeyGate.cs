namespace Messaging.Kit.Publishing;

/// <summary>
/// Lets messages of one key through one at a time, in the order in which they came, and those of other keys at once. It stands
/// outside of the publish pipeline, so order holds through middleware that waits, batches that fail in part, and retries.
/// </summary>
internal sealed class KeyGate
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, LinkedList<TaskCompletionSource>?> _keys = new(StringComparer.Ordinal);

    /// <summary>Whether nobody has the turn of a key, nor waits for it.</summary>
    public bool IsFree(string key)
    {
        lock (_lock)
        {
            return _keys.Count == 0 || !_keys.ContainsKey(key);
        }
    }

    public ValueTask EnterAsync(string key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled(cancellationToken);
        }

        LinkedListNode<TaskCompletionSource> turn;
        lock (_lock)
        {
            if (_keys.TryAdd(key, null))
            {
                return default;
            }

            turn = new(new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            (_keys[key] ??= []).AddLast(turn);
        }

        return new(WaitAsync(turn, cancellationToken));
    }

    public void Exit(string key)
    {
        LinkedListNode<TaskCompletionSource> next;
        lock (_lock)
        {
            if (_keys[key] is not { First: { } first } waiting)
            {
                _keys.Remove(key);
                return;
            }

            waiting.RemoveFirst();
            next = first;
        }

        next.Value.SetResult();
    }

    private async Task WaitAsync(LinkedListNode<TaskCompletionSource> turn, CancellationToken cancellationToken)
    {
        using var registration = cancellationToken.UnsafeRegister(
            static (state, token) =>
            {
                var (gate, turn) = ((KeyGate, LinkedListNode<TaskCompletionSource>))state!;
                gate.TakeBack(turn, token);
            },
            (this, turn));
        await turn.Value.Task.ConfigureAwait(false);
    }

    private void TakeBack(LinkedListNode<TaskCompletionSource> turn, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (turn.List is not { } waiting)
            {
                return; // its turn has come
            }

            waiting.Remove(turn);
        }

        turn.Value.SetCanceled(cancellationToken);
    }
}
