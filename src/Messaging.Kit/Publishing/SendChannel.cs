using System.Runtime.CompilerServices;
using Messaging.Kit.Diagnostics;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Publishing;

/// <summary>One destination and all that publish to it: a sender, the batcher in front of it, and the order of its keys.</summary>
internal sealed class SendChannel : IEnvelopeSender, IAsyncDisposable
{
    private static readonly TimeSpan RefusalAge = TimeSpan.FromSeconds(30);

    private readonly ITransportSender _sender;
    private readonly IPipelinedSender? _pipeline;
    private readonly TransportBatcher<Envelope> _batcher;
    private readonly SendMetrics _metrics;
    private readonly TimeProvider _time;
    private volatile Tuple<Exception, long>? _refusal;

    public SendChannel(TransportEndpoint destination, ITransportSender sender, SendingOptions options, TimeProvider time, ILogger logger)
    {
        (Destination, _sender, _time) = (destination, sender, time);
        _metrics = new SendMetrics(destination);
        _batcher = new TransportBatcher<Envelope>(() => _sender.Limits, CallAsync, options.ToBatcherOptions(), time, logger);
        Capacity = new CapacityGate(options.MaxWaiting, options.MaxWaitingBytes);
        _pipeline = sender as IPipelinedSender;
        Keys = sender.Features.HasFlag(TransportFeatures.SerialKeys) || _pipeline is not null ? new KeyGate() : null;
    }

    public TransportEndpoint Destination { get; }

    public TransportFeatures Features => _sender.Features;

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

    private ValueTask SendOutOfTurnAsync(Envelope envelope, Publication? publication, CancellationToken cancellationToken)
    {
        if (envelope.Delay > TimeSpan.Zero && !Features.HasFlag(TransportFeatures.Delay))
        {
            return ValueTask.FromException(new TransportException(
                FailureKind.Permanent,
                $"{Destination} cannot delay single messages. Publish without a delay, or to a destination that can."));
        }

        var size = _sender.Measure(envelope);
        var limit = _sender.Limits.MessageBytes;
        if (size > limit)
        {
            return ValueTask.FromException(new TransportException(
                FailureKind.TooLarge,
                $"Message {envelope.Id} has {size:N0} bytes on the wire; {Destination} takes {limit:N0}. Compress it (UseCompression), or store the content elsewhere and publish a reference."));
        }

        return _pipeline is null ? _batcher.AddAsync(envelope, size, cancellationToken) : PostAsync(_pipeline, envelope, publication, cancellationToken);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask PostAsync(IPipelinedSender pipeline, Envelope envelope, Publication? publication, CancellationToken cancellationToken)
    {
        var started = _time.GetTimestamp();
        try
        {
            var outcome = await pipeline.PostAsync(envelope, cancellationToken).ConfigureAwait(false);
            publication?.EndTurn();
            await outcome.ConfigureAwait(false);
            _refusal = null;
            _metrics.Sent(1, 0, null, _time.GetElapsedTime(started));
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            // What is wrong with the message says nothing about the destination.
            _refusal = exception is TransportException { Kind: FailureKind.TooLarge } ? _refusal : Tuple.Create(exception, started);
            _metrics.Sent(0, 1, exception, _time.GetElapsedTime(started));
            throw;
        }
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
