namespace Messaging.Kit.Consuming;

/// <summary>How a consumer works: how much it holds, and how much of that it handles at once. Operators: <c>Messaging:Consumers:{name}</c>.</summary>
public sealed class ConsumerOptions
{
    /// <summary>Most messages handled at once. 1 to 10,000; 10 by default. Messages with the same key are handled one after the other all the same, where the source has order.</summary>
    public int Concurrency { get; set; } = 10;

    /// <summary>
    /// Most messages held at once: those being handled, those that wait, and those asked for. As many again may have been handled and wait for
    /// the source to take their acknowledgement. At least <see cref="Concurrency"/>; twice that and one full receive when not set. Where the source has order it is one full
    /// receive of up to 100 messages for each message handled at once, and no less than two full ones, because a receive may bring messages
    /// of one key only: those that wait behind a slow one then leave room for other keys. What is held costs memory and, where messages are
    /// many, time.
    /// </summary>
    public int? Prefetch { get; set; }

    /// <summary>
    /// No more messages are received while the bodies of those held have this many bytes; what one receive brings can go over it. As many again
    /// may wait for their acknowledgement.
    /// 1 or more; 32 MiB by default.
    /// </summary>
    public long PrefetchBytes { get; set; } = 32 * 1024 * 1024;

    /// <summary>
    /// Most receive calls under way at once. More than one is used only while the calls come back full, so an idle source costs
    /// one. 1 to 100; 4 by default. A source whose order is that of its receives, such as a stream, has one whatever is set here.
    /// </summary>
    public int Receivers { get; set; } = 4;

    internal int PrefetchFor(int batchCount, bool isOrdered) =>
        Prefetch ?? (isOrdered ? Math.Max(Concurrency * Math.Min(batchCount, 100), 2 * batchCount) : (Concurrency * 2) + batchCount);

    internal IEnumerable<string> Validate(string section)
    {
        if (Concurrency is < 1 or > 10_000)
        {
            yield return $"{section}:Concurrency is {Concurrency}; use 1 to 10000.";
        }

        if (Prefetch is { } prefetch && prefetch < Concurrency)
        {
            yield return $"{section}:Prefetch is {prefetch}, below Concurrency ({Concurrency}): messages that are handled count as held. Use {Concurrency} or more.";
        }

        if (PrefetchBytes < 1)
        {
            yield return $"{section}:PrefetchBytes is {PrefetchBytes}; use 1 or more bytes.";
        }

        if (Receivers is < 1 or > 100)
        {
            yield return $"{section}:Receivers is {Receivers}; use 1 to 100.";
        }
    }
}
