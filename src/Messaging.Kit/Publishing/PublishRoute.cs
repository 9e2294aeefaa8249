using System.Runtime.CompilerServices;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Middleware.Telemetry;
using Messaging.Kit.Pipeline;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Publishing;

/// <summary>The way out for messages of one type, closed over that type when the bus is built.</summary>
internal abstract class PublishRoute
{
    /// <summary>How many publishes of a sequence are kept going.</summary>
    public abstract int MostUnderWay { get; }

    /// <summary>Whether its channel has room for one more at the moment.</summary>
    public abstract bool HasRoom { get; }

    /// <summary>For messages whose static type is not the routed one.</summary>
    public abstract ValueTask PublishAsync(object message, Guid uuid, in PublishOptions options, PublishSequence? sequence, CancellationToken cancellationToken);

    /// <summary>Sends what waits for more of its sequence.</summary>
    public abstract void Flush();
}

internal sealed class PublishRoute<TMessage>(
    string type,
    string source,
    Func<TMessage, string?>? keyOf,
    MessageCodec<TMessage> codec,
    MessageDelegate<PublishContext> pipeline,
    bool isDirect,
    SendChannel channel,
    MessageObservers observers,
    TimeProvider time) : PublishRoute
    where TMessage : notnull
{
    public override int MostUnderWay => channel.Window;

    public override bool HasRoom => channel.Capacity.HasRoom;

    public override ValueTask PublishAsync(object message, Guid uuid, in PublishOptions options, PublishSequence? sequence, CancellationToken cancellationToken) =>
        PublishAsync((TMessage)message, uuid, options, sequence, cancellationToken);

    public override void Flush() => channel.Flush();

    /// <summary>Publishes a message.</summary>
    /// <param name="message">The message.</param>
    /// <param name="uuid">Its id, unless the options name one; empty to have one made.</param>
    /// <param name="options">What the publisher says of it.</param>
    /// <param name="sequence">What it is published together with, if anything.</param>
    /// <param name="cancellationToken">Gives it up.</param>
    public ValueTask PublishAsync(TMessage message, Guid uuid, in PublishOptions options, PublishSequence? sequence, CancellationToken cancellationToken)
    {
        string? key;
        try
        {
            key = options.Key ?? keyOf?.Invoke(message);
        }
        catch (Exception exception)
        {
            // The failure of this message, which others that are published with it must not share.
            return ValueTask.FromException(exception);
        }

        if (Fault(options, key) is { } fault)
        {
            return ValueTask.FromException(fault);
        }

        if (isDirect && !observers.Any && PublishTelemetryMiddleware.IsIdle && !cancellationToken.IsCancellationRequested)
        {
            try
            {
                if (TryPost(message, uuid, options, key, sequence, cancellationToken, out var outcome))
                {
                    return outcome;
                }
            }
            catch (Exception exception)
            {
                return ValueTask.FromException(exception);
            }
        }

        return RunAsync(message, uuid, options, key, sequence, cancellationToken);
    }

    // With no middleware on the way, room at once, and nobody of its key before it, there is nothing to wait for but the broker's word: then no
    // step of the way is kept until that comes.
    private bool TryPost(TMessage message, Guid uuid, in PublishOptions options, string? key, PublishSequence? sequence, CancellationToken cancellationToken, out ValueTask outcome)
    {
        outcome = default;
        if (!HasRoom || !channel.IsFree(key))
        {
            return false;
        }

        var body = PooledBuffer.Rent();
        var isTaken = false;
        try
        {
            codec.Write(body, message);
            isTaken = channel.TryPost(Wrap(body, uuid, options, key), body, sequence, cancellationToken, out outcome);
        }
        finally
        {
            if (!isTaken)
            {
                body.Dispose();
            }
        }

        return isTaken;
    }

    private static ArgumentException? Fault(in PublishOptions options, string? key)
    {
        if (key is not null && (key.Length == 0 || MessageHeaders.HasLoneSurrogate(key)))
        {
            return new ArgumentException($"'{key}' cannot be the key of a message: a key is text that is not empty. Use null for no key.", nameof(options));
        }

        if (options.Id is { } id && (id.Length == 0 || MessageHeaders.HasLoneSurrogate(id)))
        {
            return new ArgumentException($"'{id}' cannot be the id of a message: an id is text that is not empty. Use null to have one made.", nameof(options));
        }

        return options.Delay < TimeSpan.Zero
            ? new ArgumentException($"The delay of a message cannot be {options.Delay}; use zero or more.", nameof(options))
            : null;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask RunAsync(TMessage message, Guid uuid, PublishOptions options, string? key, PublishSequence? sequence, CancellationToken cancellationToken)
    {
        var keys = key is null ? null : channel.Keys;
        if (keys is not null)
        {
            await keys.EnterAsync(key!, cancellationToken).ConfigureAwait(false);
        }

        Context? context = null;
        try
        {
            await channel.Capacity.EnterAsync(1, 1, cancellationToken).ConfigureAwait(false);
            using var body = Encode(message);
            try
            {
                context = new Context(message, Wrap(body, uuid, options, key), channel.Destination) { CancellationToken = cancellationToken, Turn = keys, Sequence = sequence };
                await RunAsync(context).ConfigureAwait(false);
            }
            finally
            {
                channel.Capacity.Exit(1, body.Length);
            }
        }
        finally
        {
            if (context is null)
            {
                keys?.Exit(key!);
            }
            else
            {
                context.EndTurn();
            }
        }
    }

    private PooledBuffer Encode(TMessage message)
    {
        var body = PooledBuffer.Rent();
        try
        {
            codec.Write(body, message);
            channel.Capacity.Measure(1, body.Length);
            return body;
        }
        catch
        {
            channel.Capacity.GiveBack(1);
            body.Dispose();
            throw;
        }
    }

    private ValueTask RunAsync(Context context) => observers.Any ? RunObservedAsync(context) : pipeline(context);

    private async ValueTask RunObservedAsync(Context context)
    {
        try
        {
            await pipeline(context).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            observers.PublishFailed(context, exception);

            throw;
        }

        observers.Published(context);
    }

    private Envelope Wrap(PooledBuffer body, Guid uuid, in PublishOptions options, string? key)
    {
        var envelope = options.Id is { } id
            ? new Envelope(id, type, body.Written) { Source = source, Time = time.GetUtcNow(), Key = key, Delay = options.Delay, ContentType = codec.ContentType }
            : new Envelope(uuid == default ? MessageId.New(time) : uuid, type, body.Written) { Source = source, Time = time.GetUtcNow(), Key = key, Delay = options.Delay, ContentType = codec.ContentType };
        if (options.Headers is { } headers)
        {
            foreach (var (name, value) in headers)
            {
                envelope.Headers.Set(name, value);
            }

            if (envelope.Headers.Count > MessageHeaders.MaxPublished)
            {
                throw new ArgumentException($"A message takes {MessageHeaders.MaxPublished} headers at most; this one has {envelope.Headers.Count} headers. Put what is more into the body.", nameof(options));
            }
        }

        return envelope;
    }

    private sealed class Context(TMessage message, Envelope envelope, TransportEndpoint destination) : Publication(envelope, destination)
    {
        public override object Message => message;
    }
}
