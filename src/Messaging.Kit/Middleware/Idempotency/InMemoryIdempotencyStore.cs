using System.Globalization;
using Messaging.Kit.Messages;

namespace Messaging.Kit.Middleware.Idempotency;

/// <summary>
/// Remembers within this process: enough for a single instance, and for tests. Memory is bounded: when it is full, the messages
/// that were handled longest ago are forgotten first, and claims never.
/// </summary>
public sealed class InMemoryIdempotencyStore : IIdempotencyStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _completed = [];
    private readonly TimeProvider _time;
    private readonly int _capacity;
    private long _tokens;

    /// <summary>Makes a store.</summary>
    /// <param name="time">The clock; the system's when omitted.</param>
    /// <param name="capacity">Most messages to remember, 1 or more; about 200 bytes each.</param>
    public InMemoryIdempotencyStore(TimeProvider? time = null, int capacity = 100_000)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (_time, _capacity) = (time ?? TimeProvider.System, capacity);
    }

    /// <summary>How many messages it remembers, claims included.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _entries.Count;
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask<IdempotencyClaim> ClaimAsync(string key, TimeSpan lease, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow();
        lock (_lock)
        {
            ForgetExpired(now);
            if (_entries.TryGetValue(key, out var entry) && entry.Until > now)
            {
                return new(entry.IsCompleted ? IdempotencyClaim.Completed : IdempotencyClaim.InProgress(entry.Until - now));
            }

            if (entry is null)
            {
                MakeRoom();
            }
            else
            {
                Forget(key, entry);
            }

            var token = (++_tokens).ToString(CultureInfo.InvariantCulture);
            _entries[key] = new Entry(token, now + lease, null);
            return new(IdempotencyClaim.Claimed(token));
        }
    }

    /// <inheritdoc/>
    public ValueTask<bool> RenewAsync(string key, string token, TimeSpan lease, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (!_entries.TryGetValue(key, out var entry) || entry.Token != token || entry.IsCompleted)
            {
                return new(false);
            }

            _entries[key] = entry with { Until = _time.GetUtcNow() + lease };
            return new(true);
        }
    }

    /// <inheritdoc/>
    public ValueTask CompleteAsync(string key, string token, TimeSpan retention, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var entry))
            {
                Forget(key, entry);
            }
            else
            {
                MakeRoom();
            }

            _entries[key] = new Entry(token, _time.GetUtcNow() + retention, _completed.AddLast(key));
        }

        return default;
    }

    /// <inheritdoc/>
    public ValueTask ReleaseAsync(string key, string token, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            if (_entries.TryGetValue(key, out var entry) && entry.Token == token && !entry.IsCompleted)
            {
                _entries.Remove(key);
            }
        }

        return default;
    }

    private void MakeRoom()
    {
        if (_entries.Count < _capacity)
        {
            return;
        }

        if (_completed.First is not { } oldest)
        {
            throw new MessagingException(
                $"The idempotency store is full: {_capacity} messages are being handled at once. Give it a larger capacity, or the consumers less concurrency.");
        }

        Forget(oldest.Value, _entries[oldest.Value]);
    }

    // Retention is the same for all, or nearly: those that were completed first expire first.
    private void ForgetExpired(DateTimeOffset now)
    {
        while (_completed.First is { } oldest && _entries[oldest.Value] is var entry && entry.Until <= now)
        {
            Forget(oldest.Value, entry);
        }
    }

    private void Forget(string key, Entry entry)
    {
        _entries.Remove(key);
        if (entry.Completed is { } node)
        {
            _completed.Remove(node);
        }
    }

    private sealed record Entry(string Token, DateTimeOffset Until, LinkedListNode<string>? Completed)
    {
        public bool IsCompleted => Completed is not null;
    }
}
