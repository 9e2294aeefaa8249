namespace Messaging.Kit.InMemory.Streams;

/// <summary>What a stream of the in-memory broker is like. Read once, when the stream is declared.</summary>
public sealed class InMemoryStreamOptions
{
    /// <summary>How many partitions it has. Default 4; 1 to 10,000. Messages with the same key are in the same one; which one, is as Kafka's clients have it.</summary>
    public int Partitions { get; set; } = 4;

    /// <summary>
    /// Most messages that a partition holds. Default 100,000; 1 or more. They are kept to be read again, until newer ones need their
    /// place; what a group has not acknowledged is never given up for that, see <see cref="FullTimeout"/>.
    /// </summary>
    public int RetainedMessages { get; set; } = 100_000;

    /// <summary>Most bytes of bodies that a partition holds. Default 64 MiB; 1 or more. A larger body is taken when the partition is empty.</summary>
    public long RetainedBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// How long a publish waits while its partition is full of messages that some group has not acknowledged; then it fails as
    /// <see cref="Messages.FailureKind.Throttled"/>. Default 30 seconds; zero for not at all.
    /// </summary>
    public TimeSpan FullTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Most bytes of one message, counted as body, key, type and headers in UTF-8. Default 1,048,576.</summary>
    public int MaxMessageBytes { get; set; } = InMemoryQueueOptions.DefaultMaxMessageBytes;

    internal InMemoryStreamOptions Copy() => (InMemoryStreamOptions)MemberwiseClone();

    /// <summary>All that is wrong, in words that say what to do.</summary>
    internal IEnumerable<string> Validate(string stream)
    {
        if (Partitions is < 1 or > 10_000)
        {
            yield return $"Stream '{stream}': Partitions is {Partitions}; it must be 1 to 10000.";
        }

        if (RetainedMessages < 1)
        {
            yield return $"Stream '{stream}': RetainedMessages is {RetainedMessages}; it must be 1 or more.";
        }

        if (RetainedBytes < 1)
        {
            yield return $"Stream '{stream}': RetainedBytes is {RetainedBytes}; it must be 1 or more.";
        }

        if (FullTimeout < TimeSpan.Zero)
        {
            yield return $"Stream '{stream}': FullTimeout is {FullTimeout}; it must not be negative. Zero fails at once.";
        }

        if (MaxMessageBytes < 1)
        {
            yield return $"Stream '{stream}': MaxMessageBytes is {MaxMessageBytes}; it must be 1 or more.";
        }
    }

    /// <summary>Where two declarations of a stream are not the same.</summary>
    internal IEnumerable<string> CompareTo(InMemoryStreamOptions declared)
    {
        (string Name, object Declared, object Asked)[] values =
        [
            (nameof(Partitions), declared.Partitions, Partitions),
            (nameof(RetainedMessages), declared.RetainedMessages, RetainedMessages),
            (nameof(RetainedBytes), declared.RetainedBytes, RetainedBytes),
            (nameof(FullTimeout), declared.FullTimeout, FullTimeout),
            (nameof(MaxMessageBytes), declared.MaxMessageBytes, MaxMessageBytes),
        ];
        return values.Where(value => !Equals(value.Declared, value.Asked)).Select(value => $"{value.Name} is {value.Declared} and not {value.Asked}");
    }
}
