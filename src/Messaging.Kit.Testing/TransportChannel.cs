using Messaging.Kit.Transports;
using Microsoft.Extensions.Time.Testing;

namespace Messaging.Kit.Testing;

/// <summary>
/// A queue or topic of a test's own: its two ends and the time it lives by. Owns every sender and receiver made through it.
/// </summary>
public sealed class TransportChannel : IAsyncDisposable
{
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(1);

    private readonly Func<ITransportSender> _createSender;
    private readonly Func<ITransportReceiver> _createReceiver;
    private readonly List<IAsyncDisposable> _opened = [];
    private readonly Lock _lock = new();
    private ITransportSender? _sender;

    /// <summary>Makes a channel.</summary>
    /// <param name="createSender">Makes a sender; called whenever a test wants another one.</param>
    /// <param name="createReceiver">Makes a receiver; called whenever a test wants another one. All of them share the messages.</param>
    public TransportChannel(Func<ITransportSender> createSender, Func<ITransportReceiver> createReceiver)
    {
        ArgumentNullException.ThrowIfNull(createSender);
        ArgumentNullException.ThrowIfNull(createReceiver);
        (_createSender, _createReceiver) = (createSender, createReceiver);
    }

    /// <summary>The time that the broker lives by when it is made for tests; <see langword="null"/>, the default, for a broker in real time.</summary>
    public FakeTimeProvider? FakeTime { get; init; }

    /// <summary>
    /// Makes a receiver that is a member of the group of this name; a group that is new begins at the end when the second argument is
    /// <see langword="true"/>, else at the beginning. <see langword="null"/>, the default, for a transport without groups.
    /// </summary>
    public Func<string, bool, ITransportReceiver>? CreateMember { get; init; }

    /// <summary>How many partitions there are for the members of a group to share; of no meaning without <see cref="CreateMember"/>.</summary>
    public int Partitions { get; init; }

    /// <summary>Removes the queue or topic when the test is over; nothing unless set.</summary>
    public Func<ValueTask>? Remove { get; init; }

    /// <summary>The time that the broker lives by.</summary>
    public TimeProvider Time => FakeTime ?? TimeProvider.System;

    /// <summary>The channel's first sender.</summary>
    public ITransportSender Sender
    {
        get
        {
            lock (_lock)
            {
                return _sender ??= Open(_createSender);
            }
        }
    }

    /// <summary>Makes another sender, disposed of with the channel.</summary>
    /// <returns>The sender.</returns>
    public ITransportSender CreateSender() => Open(_createSender);

    /// <summary>Makes another receiver, disposed of with the channel.</summary>
    /// <returns>The receiver.</returns>
    public ITransportReceiver CreateReceiver() => Open(_createReceiver);

    /// <summary>Makes a receiver that is a member of a group, disposed of with the channel.</summary>
    /// <param name="group">The group's name, within this channel.</param>
    /// <param name="startAtEnd">Where the group begins if it is new: at the end, or at the beginning.</param>
    /// <returns>The receiver.</returns>
    /// <exception cref="NotSupportedException">The transport has no groups.</exception>
    public ITransportReceiver CreateReceiver(string group, bool startAtEnd = false)
    {
        var create = CreateMember ?? throw new NotSupportedException("The transport has no groups.");
        return Open(() => create(group, startAtEnd));
    }

    /// <summary>
    /// Lets time pass until something is done: winds fake time forward in small steps, or really waits.
    /// </summary>
    /// <param name="work">What is under way.</param>
    /// <param name="atMost">Most time to let pass.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>Whether the work is done; how it ended is not looked at.</returns>
    public async Task<bool> PassUntilAsync(Task work, TimeSpan atMost, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        if (FakeTime is null)
        {
            return await EndsAsync(work, atMost, cancellationToken);
        }

        // What is due already gets the time to happen before the clock is touched, and likewise after every step.
        for (var passed = TimeSpan.Zero; !await EndsAsync(work, Pause, cancellationToken) && passed < atMost; passed += Step)
        {
            FakeTime.Advance(Step);
        }

        return await EndsAsync(work, TimeSpan.FromSeconds(2), cancellationToken);
    }

    /// <summary>Lets a time pass: winds fake time forward, or really waits.</summary>
    /// <param name="time">How long.</param>
    /// <param name="cancellationToken">Ends the wait early.</param>
    /// <returns>A task for the wait.</returns>
    public async Task PassAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        if (FakeTime is null)
        {
            await Task.Delay(time, TimeProvider.System, cancellationToken);
        }
        else
        {
            FakeTime.Advance(time);
        }
    }

    /// <summary>Disposes of every sender and receiver, then removes the queue or topic.</summary>
    /// <returns>A task for the work.</returns>
    public async ValueTask DisposeAsync()
    {
        // Together, for one may wait until its last poll is over.
        await Task.WhenAll(_opened.Select(opened => opened.DisposeAsync().AsTask()));
        if (Remove is not null)
        {
            await Remove();
        }
    }

    private static async Task<bool> EndsAsync(Task work, TimeSpan within, CancellationToken cancellationToken)
    {
        if (!work.IsCompleted)
        {
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(work, Task.Delay(within, TimeProvider.System, stop.Token));
            await stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }

        return work.IsCompleted;
    }

    private T Open<T>(Func<T> create)
        where T : class, IAsyncDisposable
    {
        var opened = create() ?? throw new InvalidOperationException($"The harness made no {typeof(T).Name}.");
        lock (_lock)
        {
            _opened.Add(opened);
        }

        return opened;
    }
}
