namespace Messaging.Kit.Testing;

/// <summary>
/// What a test needs of a channel. A harness gives the nearest that its transport has: what is missing then shows in the
/// features that the sender and the receiver claim, and the test is skipped.
/// </summary>
public sealed record ChannelOptions
{
    /// <summary>Messages with the same key keep their order (a FIFO queue, one partition per key). Not needed unless set.</summary>
    public bool Ordered { get; init; }

    /// <summary>Messages with an id that has been there are not delivered again. Not needed unless set.</summary>
    public bool Deduplicated { get; init; }

    /// <summary>The destination and the source do <em>not</em> exist: for tests of what happens then.</summary>
    public bool Missing { get; init; }

    /// <summary>How long a received message is leased, in whole seconds. Longer than any test waits, unless set.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a receive waits when there is nothing, in whole seconds; a transport that cannot wait so shortly takes its shortest.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(1);
}
