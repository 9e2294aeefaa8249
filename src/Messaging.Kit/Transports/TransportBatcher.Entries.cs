namespace Messaging.Kit.Transports;

internal sealed partial class TransportBatcher<T>
{
    private Entry Rent()
    {
        lock (_lock)
        {
            if (_freeEntries is not { } entry)
            {
                return new Entry(this);
            }

            _freeEntries = entry.Next;
            entry.Next = null;
            return entry;
        }
    }

    private void Return(Entry entry)
    {
        lock (_lock)
        {
            entry.Next = _freeEntries;
            _freeEntries = entry;
        }
    }

    private void Enqueue(Entry entry)
    {
        _waiting++;
        (entry.Previous, entry.Next, entry.IsWaiting) = (_last, null, true);
        if (_last is null)
        {
            _first = entry;
        }
        else
        {
            _last.Next = entry;
        }

        _last = entry;
    }

    private void EnqueueFirst(Entry entry)
    {
        _waiting++;
        (entry.Previous, entry.Next, entry.IsWaiting) = (null, _first, true);
        if (_first is null)
        {
            _last = entry;
        }
        else
        {
            _first.Previous = entry;
        }

        _first = entry;
    }

    private void Unlink(Entry entry)
    {
        _waiting--;
        if (entry.Previous is null)
        {
            _first = entry.Next;
        }
        else
        {
            entry.Previous.Next = entry.Next;
        }

        if (entry.Next is null)
        {
            _last = entry.Previous;
        }
        else
        {
            entry.Next.Previous = entry.Previous;
        }

        (entry.Previous, entry.Next, entry.IsWaiting) = (null, null, false);
        _isDue &= _first is not null;
    }

    /// <summary>A call, under way or at rest: what it carries, and what of it is to be tried again.</summary>
    private sealed class Call(TransportBatcher<T> batcher) : RestingWorker
    {
        private int _capacity = 1;
        private long _bytes;

        public TransportBatch<T> Tray { get; private set; } = new(1);

        public List<Entry> Entries { get; } = [];

        public List<Entry> Again { get; } = [];

        public void Clear(int capacity)
        {
            Tray.Clear();
            Entries.Clear();
            _bytes = 0;
            capacity = Math.Max(capacity, Again.Count);
            if (_capacity < capacity)
            {
                (Tray, _capacity) = (new(capacity), capacity);
            }
        }

        public bool HasRoomFor(Entry entry, int count, int bytes) =>
            Tray.Count == 0
            || (Tray.Count < count && _bytes + entry.Size <= bytes && !entry.IsAlone && !Entries[0].IsAlone);

        public void Add(Entry entry)
        {
            _bytes += entry.Size;
            Entries.Add(entry);
            Tray.Add(entry.Item);
        }

        protected override Task LiveAsync() => batcher.RunAsync(this);
    }

    /// <summary>One entry and the publisher that awaits its outcome; used again when the outcome has been taken.</summary>
    private sealed class Entry(TransportBatcher<T> batcher) : ReusableOutcome
    {
        private CancellationToken _cancellationToken;
        private CancellationTokenRegistration _registration;
        private Action<object, Exception?>? _onOutcome;
        private object? _state;

        public T Item { get; private set; } = default!;

        public int Size { get; private set; }

        public int Attempts { get; set; }

        /// <summary>Whether it must not share a call.</summary>
        public bool IsAlone { get; set; }

        /// <summary>Whether it is in the queue.</summary>
        public bool IsWaiting { get; set; }

        /// <summary>Where it waits for another attempt.</summary>
        public List<Entry>? Retries { get; set; }

        public bool IsTakenBack { get; set; }

        public Entry? Previous { get; set; }

        public Entry? Next { get; set; }

        public ValueTask Start(T item, int size, CancellationToken cancellationToken)
        {
            var outcome = Outcome;
            Begin(item, size, cancellationToken);
            return outcome;
        }

        public void Start(T item, int size, object state, Action<object, Exception?> onOutcome, CancellationToken cancellationToken)
        {
            (_state, _onOutcome) = (state, onOutcome);
            Begin(item, size, cancellationToken);
        }

        public void Succeed()
        {
            _registration.Dispose();
            Conclude(null);
        }

        public void Fail(Exception reason)
        {
            _registration.Dispose();
            Conclude(reason);
        }

        public void Cancel() => Conclude(new OperationCanceledException(_cancellationToken));

        protected override void Recycle()
        {
            (Item, _cancellationToken, _registration) = (default!, default, default);
            batcher.Return(this);
        }

        private void Begin(T item, int size, CancellationToken cancellationToken)
        {
            (Item, Size, Attempts, IsAlone, IsTakenBack) = (item, size, 0, false, false);
            _cancellationToken = cancellationToken;
            _registration = cancellationToken.UnsafeRegister(static state => ((Entry)state!).TakeBack(), this);
        }

        private void TakeBack() => batcher.TakeBack(this);

        private void Conclude(Exception? failure)
        {
            if (_onOutcome is not { } tell)
            {
                Set(failure);
                return;
            }

            var state = _state!;
            (_onOutcome, _state) = (null, null);
            Recycle();
            tell(state, failure);
        }
    }
}
