using Messaging.Kit.Load.Measuring;

namespace Messaging.Kit.Load.Work;

/// <summary>
/// What has arrived: each message by its number, so that nothing is lost and nothing comes twice without being seen. It costs a bit for a
/// message, and two atomic operations.
/// </summary>
/// <param name="skip">So many messages pass before the clock starts: members join their groups, connections are opened.</param>
/// <param name="latencies">Counts how long messages took, where that is asked for.</param>
internal sealed class Ledger(long skip, Latencies? latencies = null)
{
    private const int BitsPerBlock = 1 << 22;
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong[][] _blocks = [];
    private long _arrived, _repeated;
    private long _expected = long.MaxValue;
    private Stretch? _stretch;

    public long Arrived => Volatile.Read(ref _arrived);

    /// <summary>Messages that came more than once.</summary>
    public long Repeated => Volatile.Read(ref _repeated);

    public long Expected => Volatile.Read(ref _expected);

    /// <summary>Ends when all that is expected has arrived.</summary>
    public Task Done => _done.Task;

    /// <summary>What it took from the first message that counts to the last.</summary>
    public Measurement? Measured { get; private set; }

    /// <summary>Says how many there will be; it can be said while they arrive.</summary>
    public void Expect(long count)
    {
        // A full fence: the last message may arrive at this moment, and one of the two has to see the other.
        Interlocked.Exchange(ref _expected, count);
        if (skip == 0)
        {
            Begin();
        }

        EndAt(Arrived);
    }

    public void Arrive(Payload payload)
    {
        var block = BlockOf(payload.Number);
        var bit = 1UL << (int)(payload.Number & 63);
        if ((Interlocked.Or(ref block[(payload.Number % BitsPerBlock) >> 6], bit) & bit) != 0)
        {
            Interlocked.Increment(ref _repeated);
            return;
        }

        if (payload.At != 0)
        {
            latencies?.Add(payload.At);
        }

        var arrived = Interlocked.Increment(ref _arrived);
        if (arrived >= skip && Volatile.Read(ref _stretch) is null)
        {
            Begin();
        }

        EndAt(arrived);
    }

    // Whoever first sees that enough have passed: the one that brought the last of them may stand still until all have come.
    private void Begin()
    {
        lock (_gate)
        {
            _stretch ??= new Stretch();
        }
    }

    private void EndAt(long arrived)
    {
        if (arrived >= Expected)
        {
            Measured ??= _stretch?.End(arrived - skip);
            _done.TrySetResult();
        }
    }

    private ulong[] BlockOf(long number)
    {
        var index = (int)(number / BitsPerBlock);
        var blocks = Volatile.Read(ref _blocks);
        return index < blocks.Length ? blocks[index] : Grow(index);
    }

    private ulong[] Grow(int index)
    {
        lock (_gate)
        {
            while (_blocks.Length <= index)
            {
                Volatile.Write(ref _blocks, [.. _blocks, new ulong[BitsPerBlock >> 6]]);
            }

            return _blocks[index];
        }
    }
}
