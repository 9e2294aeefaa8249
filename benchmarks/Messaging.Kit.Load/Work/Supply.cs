using System.Diagnostics;
using Messaging.Kit.Load.Measuring;

namespace Messaging.Kit.Load.Work;

/// <summary>
/// What is to be published in a phase, and what has been: so many messages, or as many as go out in a time. Whoever publishes takes lots,
/// and says what became of them. The clock starts when connections are there, with <see cref="Begin"/>.
/// </summary>
internal sealed class Supply(Payloads payloads, long? messages, TimeSpan? duration)
{
    /// <summary>Goes out before the clock starts: it opens connections and reads metadata.</summary>
    public const int Opening = 20;

    /// <summary>With fewer, too little is left to measure.</summary>
    public const int Least = 100;

    private long _taken, _confirmed, _failed;
    private long _deadline = long.MaxValue;
    private Stretch? _stretch;
    private long _confirmedBefore;

    public Payloads Payloads => payloads;

    public long Confirmed => Volatile.Read(ref _confirmed);

    public long Failed => Volatile.Read(ref _failed);

    /// <summary>How many there will be, where that is known.</summary>
    public long? Messages => messages;

    /// <summary>Why the first that failed did.</summary>
    public Exception? Failure { get; private set; }

    /// <summary>The first few, which do not count for the rate.</summary>
    public Lot TakeOpening()
    {
        TryTake(Opening, out var lot);
        return lot;
    }

    public void Begin()
    {
        _confirmedBefore = Confirmed;
        _deadline = duration is { } time ? Stopwatch.GetTimestamp() + (long)(time.TotalSeconds * Stopwatch.Frequency) : long.MaxValue;
        _stretch = new Stretch();
    }

    /// <summary>Stops the clock, when all is confirmed and before anything is put away.</summary>
    public void End() => Measured = _stretch?.End(Confirmed - _confirmedBefore);

    /// <summary>What it took from <see cref="Begin"/> to <see cref="End"/>.</summary>
    public Measurement? Measured { get; private set; }

    /// <summary>Takes the next messages; for all threads.</summary>
    /// <param name="most">No more than so many.</param>
    /// <param name="lot">What is there to publish.</param>
    /// <returns>Whether there is any.</returns>
    public bool TryTake(int most, out Lot lot)
    {
        lot = default;
        if (Stopwatch.GetTimestamp() >= _deadline)
        {
            return false;
        }

        var first = Interlocked.Add(ref _taken, most) - most;
        var count = messages is { } all ? Math.Min(most, all - first) : most;
        lot = new(first, (int)Math.Max(count, 0));
        return count > 0;
    }

    public void Confirm(long count = 1) => Interlocked.Add(ref _confirmed, count);

    public void Fail(Exception failure)
    {
        Failure ??= failure;
        Interlocked.Increment(ref _failed);
    }

    /// <summary>Counts what became of a call for several messages.</summary>
    public void Count(IReadOnlyList<PublishOutcome> outcomes)
    {
        var good = 0;
        for (var i = 0; i < outcomes.Count; i++)
        {
            if (outcomes[i].Error is { } failure)
            {
                Fail(failure);
            }
            else
            {
                good++;
            }
        }

        Confirm(good);
    }
}
