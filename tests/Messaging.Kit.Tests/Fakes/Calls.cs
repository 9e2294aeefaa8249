using System.Threading.Channels;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Tests.Fakes;

/// <summary>Batch calls as the test sees them from the other side: each is handed to the test, which says how it ends.</summary>
internal sealed class Calls<T>
{
    private readonly Channel<Call> _calls = Channel.CreateUnbounded<Call>();
    private int _underWay;

    /// <summary>Calls that have begun.</summary>
    public int Count { get; private set; }

    /// <summary>Most calls that were under way at once.</summary>
    public int MostUnderWay { get; private set; }

    public ValueTask Begin(TransportBatch<T> batch, CancellationToken cancellationToken)
    {
        var call = new Call(this, batch, cancellationToken);
        lock (_calls)
        {
            Count++;
            MostUnderWay = Math.Max(MostUnderWay, ++_underWay);
        }

        _calls.Writer.TryWrite(call);
        return new(call.Ended);
    }

    /// <summary>Awaits the next call.</summary>
    public Task<Call> Next() => Wait.For(_calls.Reader.ReadAsync(Wait.Stop).AsTask(), "the next call");

    /// <summary>Awaits the next call and lets it succeed.</summary>
    public async Task<IReadOnlyList<T>> Accept()
    {
        var call = await Next();
        call.Succeed();
        return call.Items;
    }

    /// <summary>Lets a call succeed if there is one.</summary>
    public bool TryAccept()
    {
        if (!_calls.Reader.TryRead(out var call))
        {
            return false;
        }

        call.Succeed();
        return true;
    }

    public void AssertNone() => Assert.False(_calls.Reader.TryPeek(out var call), $"No call was expected, but one came: {call}");

    public sealed class Call(Calls<T> calls, TransportBatch<T> batch, CancellationToken cancellationToken)
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<T> Items { get; } = [.. Enumerable.Range(0, batch.Count).Select(index => batch[index])];

        public CancellationToken CancellationToken { get; } = cancellationToken;

        public Task Ended => _end.Task;

        public void Succeed()
        {
            Leave();
            _end.SetResult();
        }

        public void Fail(Exception failure)
        {
            Leave();
            _end.SetException(failure);
        }

        public void Fail(FailureKind kind) => Fail(new TransportException(kind, $"scripted {kind}"));

        /// <summary>Ends the call with some entries failed, the others accepted.</summary>
        public void FailEntries(FailureKind kind, params int[] indexes)
        {
            foreach (var index in indexes)
            {
                batch.Fail(index, new TransportException(kind, $"scripted {kind} of entry {index}"));
            }

            Succeed();
        }

        public override string ToString() => $"[{string.Join(", ", Items)}]";

        private void Leave()
        {
            lock (calls._calls)
            {
                calls._underWay--;
            }
        }
    }
}
