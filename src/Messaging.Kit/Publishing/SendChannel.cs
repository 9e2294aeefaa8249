using System.Runtime.CompilerServices;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Serialization;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Publishing;

/// <summary>One destination and all that publish to it: a sender, the batcher in front of it, and the order of its keys.</summary>
internal sealed class SendChannel : IEnvelopeSender, IAsyncDisposable
{
    /// <summary>Most publishes of a sequence that are kept going, whatever the transport.</summary>
    public const int WidestWindow = 4_096;

    // While the calls are under way, their next entries and those after them are made.
    private const int Rounds = 4;
    private const int NarrowestWindow = 256;

    // A sequence that stands still is not to hold up what it has brought; most are over in a moment.
    private static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RefusalAge = TimeSpan.FromSeconds(30);
    private static readonly Action<object, Exception?> OnOutcome = static (pending, failure) => ((PendingSend)pending).End(failure);

    private readonly ITransportSender _sender;
    private readonly IPipelinedSender? _pipeline;
    private readonly TransportBatcher<Envelope> _batcher;
    private readonly SendMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly int _calls;
    private readonly Lock _lock = new();
    private PendingSend? _free;
    private volatile Tuple<Exception, long>? _refusal;

    public SendChannel(TransportEndpoint destination, ITransportSender sender, SendingOptions options, TimeProvider time, ILogger logger)
    {
        (Destination, _sender, _time, _calls) = (destination, sender, time, options.MaxConcurrentCalls);
        _metrics = new SendMetrics(destination);
        _batcher = new TransportBatcher<Envelope>(() => _sender.Limits, CallAsync, options.ToBatcherOptions() with { Linger = Linger }, time, logger);
        Capacity = new CapacityGate(options.MaxWaiting, options.MaxWaitingBytes);
        _pipeline = sender as IPipelinedSender;
        Keys = sender.Features.HasFlag(TransportFeatures.SerialKeys) || _pipeline is not null ? new KeyGate() : null;
    }

    public TransportEndpoint Destination { get; }

    public TransportFeatures Features => _sender.Features;

    /// <summary>Whether its sender takes envelopes over one by one, without waiting for what becomes of them.</summary>
    public bool IsPipelined => _pipeline is not null;

    /// <summary>
    /// How many publishes of a sequence are worth keeping going: enough to fill the calls, or to find messages of other keys while those of one wait
    /// for each other. More would only grow old while they wait.
    /// </summary>
    public int Window => Keys is not null ? WidestWindow : (int)Math.Clamp((long)Rounds * _calls * _sender.Limits.BatchCount, NarrowestWindow, WidestWindow);

    /// <summary>Bounds what waits to be sent; publishers pass it before they encode.</summary>
    public CapacityGate Capacity { get; }

    /// <summary>Keeps messages of a key in turn, where the transport needs that: until one has its outcome, or until the sender has taken it over.</summary>
    public KeyGate? Keys { get; }

    /// <summary>
    /// Why the destination refuses, or <see langword="null"/>: what the last call threw as a whole, for half a minute. That a message of
    /// its own fails says nothing about the destination.
    /// </summary>
    public Exception? Refusal => _refusal is var (failure, since) && _time.GetElapsedTime(since) < RefusalAge ? failure : null;

    public ValueTask SendAsync(Envelope envelope, CancellationToken cancellationToken) =>
        Keys is not null && envelope.Key is not null
            ? SendInTurnAsync(envelope, envelope.Key, cancellationToken)
            : SendOutOfTurnAsync(envelope, null, cancellationToken);

    /// <summary>Sends a message that holds the turn of its key.</summary>
    public ValueTask SendAsync(Publication publication) => SendOutOfTurnAsync(publication.Envelope, publication, publication.CancellationToken);

    /// <summary>Sends what has been accepted for sending, and then ends the sender.</summary>
    public async Task StopAsync(CancellationToken deadline)
    {
        await _batcher.StopAsync(deadline).ConfigureAwait(false);
        if (_pipeline is not null)
        {
            await _pipeline.FlushAsync(deadline).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _batcher.Dispose();
        await _sender.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Whether a message of the key, if it has one, need not wait for others of it, as far as can be told without asking those who come and go at the same time.</summary>
    public bool IsFree(string? key) => key is null || Keys is null || (IsPipelined && Keys.IsFree(key));

    /// <summary>Hands an envelope over, with nobody to wait in between.</summary>
    /// <param name="envelope">The envelope, which <see cref="IsFree"/> to go.</param>
    /// <param name="body">Its body: the channel's when the envelope has been taken.</param>
    /// <param name="sequence">What it is published together with, if anything.</param>
    /// <param name="cancellationToken">Takes it back while it waits for its call.</param>
    /// <param name="outcome">Completes with the broker's word.</param>
    /// <returns>Whether it has been taken; <see langword="false"/> when there is no room for it.</returns>
    public bool TryPost(Envelope envelope, PooledBuffer body, PublishSequence? sequence, CancellationToken cancellationToken, out ValueTask outcome)
    {
        outcome = default;
        var held = body.Length;
        if (!Capacity.TryEnter(held))
        {
            return false;
        }

        var pending = Rent(held, IsPipelined ? null : body);
        outcome = pending.Outcome;
        var isTaken = false;
        try
        {
            var size = _sender.Measure(envelope);
            isTaken = FaultOf(envelope, size) is { } fault ? throw fault : TryHandOver(envelope, size, pending, sequence, cancellationToken);
        }
        finally
        {
            if (!isTaken)
            {
                Return(pending);
                Capacity.Exit(1, held);
            }
        }

        if (isTaken && IsPipelined)
        {
            body.Dispose();
        }

        return isTaken;
    }

    /// <summary>Sends what waits for more of its sequence.</summary>
    public void Flush() => _batcher.Flush();

    /// <summary>Takes a wait back that is over.</summary>
    public void Return(PendingSend pending)
    {
        lock (_lock)
        {
            pending.Next = _free;
            _free = pending;
        }
    }

    /// <summary>Notes the outcome of an envelope that went out by itself.</summary>
    public void OnSent(TransportException? failure, long started)
    {
        // What is wrong with the message says nothing about the destination.
        if (failure is null)
        {
            _refusal = null;
        }
        else if (failure.Kind != FailureKind.TooLarge)
        {
            _refusal = Tuple.Create<Exception, long>(failure, _time.GetTimestamp());
        }

        if (SendMetrics.IsEnabled)
        {
            _metrics.Sent(failure is null ? 1 : 0, failure is null ? 0 : 1, failure, _time.GetElapsedTime(started));
        }
    }

    private bool TryHandOver(Envelope envelope, int size, PendingSend pending, PublishSequence? sequence, CancellationToken cancellationToken)
    {
        if (_pipeline is null)
        {
            _batcher.Post(envelope, size, pending, OnOutcome, MayLinger(envelope, sequence), cancellationToken);
            return true;
        }

        try
        {
            return _pipeline.TryPost(envelope, pending);
        }
        catch (TransportException exception)
        {
            OnSent(exception, _time.GetTimestamp());
            throw;
        }
    }

    // The next of a key waits for the one before, and not for company.
    private bool MayLinger(Envelope envelope, PublishSequence? sequence) => sequence is { IsOver: false } && (Keys is null || envelope.Key is null);

    private PendingSend Rent(int? held, PooledBuffer? body = null)
    {
        PendingSend? pending;
        lock (_lock)
        {
            pending = _free;
            _free = pending?.Next;
        }

        pending ??= new PendingSend(this);
        pending.Start(SendMetrics.IsEnabled ? _time.GetTimestamp() : 0, held, body);
        return pending;
    }

    private TransportException? FaultOf(Envelope envelope, int size)
    {
        if (envelope.Delay > TimeSpan.Zero && !Features.HasFlag(TransportFeatures.Delay))
        {
            return new(FailureKind.Permanent, $"{Destination} cannot delay single messages. Publish without a delay, or to a destination that can.");
        }

        var limit = _sender.Limits.MessageBytes;
        return size <= limit ? null : new(
            FailureKind.TooLarge,
            $"Message {envelope.Id} has {size:N0} bytes on the wire; {Destination} takes {limit:N0}. Compress it (UseCompression), or store the content elsewhere and publish a reference.");
    }

    private ValueTask SendOutOfTurnAsync(Envelope envelope, Publication? publication, CancellationToken cancellationToken)
    {
        var size = _sender.Measure(envelope);
        if (FaultOf(envelope, size) is { } fault)
        {
            return ValueTask.FromException(fault);
        }

        return _pipeline is null ? _batcher.AddAsync(envelope, size, cancellationToken, MayLinger(envelope, publication?.Sequence)) : PostAsync(_pipeline, envelope, publication, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PostAsync(IPipelinedSender pipeline, Envelope envelope, Publication? publication, CancellationToken cancellationToken)
    {
        var pending = Rent(null);
        var outcome = pending.Outcome;
        try
        {
            await pipeline.PostAsync(envelope, pending, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            // It has not been taken over, so there is nothing to wait for.
            Return(pending);
            if (exception is TransportException failure)
            {
                OnSent(failure, _time.GetTimestamp());
            }

            throw;
        }

        publication?.EndTurn();
        await outcome.ConfigureAwait(false);
    }

    private async ValueTask SendInTurnAsync(Envelope envelope, string key, CancellationToken cancellationToken)
    {
        await Keys!.EnterAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            await SendOutOfTurnAsync(envelope, null, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            Keys.Exit(key);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask CallAsync(TransportBatch<Envelope> batch, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            await _sender.SendAsync(batch, cancellationToken).ConfigureAwait(false);
            _refusal = null;
            _metrics.Sent(batch.Count - batch.FailedCount, batch.FailedCount, null, _time.GetElapsedTime(started));
        }
        catch (Exception exception)
        {
            _refusal = Tuple.Create(exception, _time.GetTimestamp());
            _metrics.Sent(0, batch.Count, exception, _time.GetElapsedTime(started));
            throw;
        }
    }
}
