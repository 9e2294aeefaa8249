namespace Messaging.Kit.Transports;

/// <summary>
/// A tray: the kit fills it, a transport works on it and marks what broke. An entry that is not marked when the call
/// returns has succeeded; when the call throws, every entry has failed with that exception.
/// </summary>
/// <typeparam name="T">What the entries are.</typeparam>
/// <remarks>Used by one call at a time. A transport does not keep the tray or its entries after the call.</remarks>
public sealed class TransportBatch<T>
{
    private readonly T[] _items;
    private readonly Exception?[] _failures;

    /// <summary>Makes an empty tray.</summary>
    /// <param name="capacity">Most entries it takes.</param>
    public TransportBatch(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        (_items, _failures) = (new T[capacity], new Exception?[capacity]);
    }

    /// <summary>Makes a tray that holds the given entries.</summary>
    /// <param name="items">The entries; at least one.</param>
    public TransportBatch(params ReadOnlySpan<T> items)
        : this(items.Length)
    {
        items.CopyTo(_items);
        Count = items.Length;
    }

    /// <summary>How many entries it holds.</summary>
    public int Count { get; private set; }

    /// <summary>How many entries are marked as failed.</summary>
    public int FailedCount { get; private set; }

    /// <summary>An entry.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    public T this[int index] => _items.AsSpan(0, Count)[index];

    /// <summary>Adds an entry.</summary>
    /// <param name="item">The entry.</param>
    public void Add(T item) => _items[Count++] = item;

    /// <summary>Marks an entry as failed.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <param name="failure">Why; a <see cref="Messages.TransportException"/> says whether it may be tried again, any other exception is permanent.</param>
    public void Fail(int index, Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        ref var slot = ref _failures.AsSpan(0, Count)[index];
        if (slot is null)
        {
            FailedCount++;
        }

        slot = failure;
    }

    /// <summary>Why an entry failed, or <see langword="null"/> when it did not.</summary>
    /// <param name="index">From 0 to <see cref="Count"/> - 1.</param>
    /// <returns>The failure.</returns>
    public Exception? FailureOf(int index) => _failures.AsSpan(0, Count)[index];

    /// <summary>Empties the tray for its next use.</summary>
    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Array.Clear(_failures, 0, Count);
        (Count, FailedCount) = (0, 0);
    }
}
