using Messaging.Kit.Messages;

namespace Messaging.Kit.InMemory;

/// <summary>
/// Makes the in-memory broker fail as a real one does, to see what a program makes of it: throttling, calls that fail, batches
/// that fail in part, acknowledgements that get lost, leases that end. The broker has one for all its queues and topics, every
/// queue has one of its own.
/// </summary>
/// <remarks>
/// Safe for concurrent use; a program that does not use it pays one field read for each call. Each method says how many of the
/// next calls or entries fail and replaces what was said before; zero stops it.
/// </remarks>
public sealed class InMemoryFaults
{
    private readonly Lock _gate = new();
    private volatile bool _isArmed;
    private int _throttledSends;
    private int _failedSends;
    private FailureKind _sendFailure;
    private int _failedSendEntries;
    private int _throttledReceives;
    private int _failedReceives;
    private FailureKind _receiveFailure;
    private int _droppedAcks;
    private int _failedSettlements;
    private int _lostLeases;
    private Random? _random;
    private double _throttle;
    private double _entryFailure;
    private double _droppedAck;

    internal InMemoryFaults()
    {
    }

    /// <summary>The next sends fail as <see cref="FailureKind.Throttled"/>; nothing is stored.</summary>
    /// <param name="calls">How many calls; zero for none.</param>
    public void ThrottleSends(int calls) => Set(ref _throttledSends, calls);

    /// <summary>The next sends fail as a whole; nothing is stored.</summary>
    /// <param name="calls">How many calls; zero for none.</param>
    /// <param name="kind">What kind of failure it is.</param>
    public void FailSends(int calls, FailureKind kind = FailureKind.Transient)
    {
        lock (_gate)
        {
            _sendFailure = kind;
            Set(ref _failedSends, calls);
        }
    }

    /// <summary>The next entries of sends fail alone as <see cref="FailureKind.Transient"/> and are not stored; the rest of their batch is.</summary>
    /// <param name="entries">How many entries; zero for none.</param>
    public void FailSendEntries(int entries) => Set(ref _failedSendEntries, entries);

    /// <summary>The next receives fail as <see cref="FailureKind.Throttled"/>; no message is touched.</summary>
    /// <param name="calls">How many calls; zero for none.</param>
    public void ThrottleReceives(int calls) => Set(ref _throttledReceives, calls);

    /// <summary>The next receives fail; no message is touched.</summary>
    /// <param name="calls">How many calls; zero for none.</param>
    /// <param name="kind">What kind of failure it is.</param>
    public void FailReceives(int calls, FailureKind kind = FailureKind.Transient)
    {
        lock (_gate)
        {
            _receiveFailure = kind;
            Set(ref _failedReceives, calls);
        }
    }

    /// <summary>The next acknowledgements are reported as done and are not: the message comes again when its lease ends.</summary>
    /// <param name="count">How many acknowledgements; zero for none.</param>
    public void DropAcks(int count) => Set(ref _droppedAcks, count);

    /// <summary>The next entries of settlements fail alone as <see cref="FailureKind.Transient"/> and change nothing.</summary>
    /// <param name="entries">How many entries; zero for none.</param>
    public void FailSettlements(int entries) => Set(ref _failedSettlements, entries);

    /// <summary>The next renewals of a lease fail as <see cref="FailureKind.NotFound"/>, and the message can be received by others at once.</summary>
    /// <param name="renewals">How many renewals; zero for none.</param>
    public void LoseLeases(int renewals) => Set(ref _lostLeases, renewals);

    /// <summary>Fails at random until <see cref="Clear"/>, for long runs. The same seed fails the same in a program without concurrency.</summary>
    /// <param name="seed">Where the random numbers start.</param>
    /// <param name="throttle">How likely a send or a receive is throttled, 0 to 1.</param>
    /// <param name="entryFailure">How likely an entry of a send or of a settlement fails alone as <see cref="FailureKind.Transient"/>, 0 to 1.</param>
    /// <param name="droppedAck">How likely an acknowledgement gets lost as with <see cref="DropAcks"/>, 0 to 1.</param>
    public void Chaos(int seed, double throttle, double entryFailure, double droppedAck)
    {
        ThrowIfNoProbability(throttle, nameof(throttle));
        ThrowIfNoProbability(entryFailure, nameof(entryFailure));
        ThrowIfNoProbability(droppedAck, nameof(droppedAck));
        lock (_gate)
        {
            (_random, _throttle, _entryFailure, _droppedAck) = (new Random(seed), throttle, entryFailure, droppedAck);
            _isArmed = true;
        }
    }

    /// <summary>Ends all failures.</summary>
    public void Clear()
    {
        lock (_gate)
        {
            (_throttledSends, _failedSends, _failedSendEntries, _throttledReceives, _failedReceives) = (0, 0, 0, 0, 0);
            (_droppedAcks, _failedSettlements, _lostLeases, _random) = (0, 0, 0, null);
            _isArmed = false;
        }
    }

    internal TransportException? OnSend() => _isArmed ? OnCall("send", ref _throttledSends, ref _failedSends, _sendFailure) : null;

    internal TransportException? OnReceive() => _isArmed ? OnCall("receive", ref _throttledReceives, ref _failedReceives, _receiveFailure) : null;

    internal TransportException? OnSendEntry() => _isArmed ? OnEntry("send", ref _failedSendEntries) : null;

    internal TransportException? OnSettlement() => _isArmed ? OnEntry("settlement", ref _failedSettlements) : null;

    internal bool DropsAck() => _isArmed && Happens(ref _droppedAcks, _droppedAck);

    internal bool LosesLease() => _isArmed && Happens(ref _lostLeases);

    private static void ThrowIfNoProbability(double value, string name)
    {
        if (value is not (>= 0 and <= 1))
        {
            throw new ArgumentOutOfRangeException(name, value, "A probability is from 0 to 1.");
        }
    }

    private TransportException? OnCall(string call, ref int throttled, ref int failed, FailureKind kind)
    {
        if (Happens(ref throttled, _throttle))
        {
            return new TransportException(FailureKind.Throttled, $"The {call} was throttled, as the faults of the in-memory broker ask for.");
        }

        return Happens(ref failed) ? new TransportException(kind, $"The {call} failed, as the faults of the in-memory broker ask for.") : null;
    }

    private TransportException? OnEntry(string call, ref int failed) => Happens(ref failed, _entryFailure)
        ? new TransportException(FailureKind.Transient, $"This entry of the {call} failed, as the faults of the in-memory broker ask for.")
        : null;

    private bool Happens(ref int count, double probability = 0)
    {
        lock (_gate)
        {
            if (count > 0)
            {
                count--;
                _isArmed = IsArmed();
                return true;
            }

            return probability > 0 && _random is not null && _random.NextDouble() < probability;
        }
    }

    private void Set(ref int count, int value)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(value);
        lock (_gate)
        {
            count = value;
            _isArmed = IsArmed();
        }
    }

    private bool IsArmed() => _random is not null
        || (_throttledSends | _failedSends | _failedSendEntries | _throttledReceives | _failedReceives | _droppedAcks | _failedSettlements | _lostLeases) != 0;
}
