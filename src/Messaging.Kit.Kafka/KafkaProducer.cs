using Confluent.Kafka;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>
/// The client that writes for all topics of one cluster, replaced by a new one when it has come to its end: by a fatal error, or because the
/// brokers do not let it in.
/// </summary>
/// <remarks>Safe for concurrent use.</remarks>
internal sealed partial class KafkaProducer(KafkaTransportOptions options, TimeProvider time, ILogger logger, string? transactionalId = null) : IAsyncDisposable
{
    // How long a refusal by the brokers answers for the next attempts, lest every message makes a client of its own.
    private static readonly TimeSpan RefusalAge = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private KafkaClient? _client;
    private KafkaSend? _free;
    private KafkaSend? _underWay;
    private Error? _lastError;
    private volatile Error? _endedBy;
    private (Error Error, long Since)? _refusal;
    private string _topic = "";
    private Task _confirmation = Task.CompletedTask;
    private bool _isDisposed;

    /// <summary>Why the client of transactions has come to its end. Others are in calls of it, so its owner is who replaces it.</summary>
    public Error? EndedBy => _endedBy;

    /// <summary>Hands a message to the client.</summary>
    /// <param name="sender">Who sends it.</param>
    /// <param name="message">The message; the caller's again when this returns.</param>
    /// <param name="transaction">The transaction that it is a part of, if it is part of one: of this one or of none.</param>
    /// <param name="receipt">Who is to hear of it.</param>
    /// <returns>Whether the client has taken it; <see langword="false"/> while its queue is full.</returns>
    public bool TryPost(KafkaSender sender, Message<byte[], byte[]?> message, KafkaTransaction? transaction, ISendReceipt receipt)
    {
        while (true)
        {
            var client = transaction?.Client ?? GetClient(sender.Topic);
            var calls = transaction?.Calls ?? client.Calls;
            if (!calls.TryEnter())
            {
                if (transaction is not null)
                {
                    throw KafkaTransaction.TooLate(sender.Topic);
                }

                continue; // replaced just now
            }

            var send = Begin(sender, client, transaction, receipt);
            try
            {
                client.Producer.Produce(sender.Topic, message, send.OnReport);
                return true;
            }
            catch (Exception exception)
            {
                // It has not been taken over, so no report will come; but those who end the client may have told its outcome.
                if (!TryEnd(send))
                {
                    return true;
                }

                sender.OnOutcome();
                if (exception is not ProduceException<byte[], byte[]?> refused)
                {
                    throw;
                }

                return refused.Error.Code == ErrorCode.Local_QueueFull ? false : throw KafkaErrors.Translate(refused.Error, "publish", sender.Topic, refused);
            }
            finally
            {
                calls.Exit();
            }
        }
    }

    /// <summary>Tells the outcome of a message by the client's report, if nobody else has.</summary>
    public void End(KafkaSend send, Error error)
    {
        var (sender, transaction, receipt) = (send.Sender, send.Transaction, send.Receipt);
        if (TryEnd(send))
        {
            sender.OnOutcome();
            var failure = error.IsError ? FailureOf(error, sender.Topic) : null;
            transaction?.NoteOutcome(failure);
            receipt.Conclude(failure);
        }
    }

    /// <summary>Ends the waits of a sender that waits no longer.</summary>
    public void Abandon(KafkaSender sender) => Fail(send => send.Sender == sender, _ => Stopped());

    private TransportException FailureOf(Error error, string topic) => KafkaErrors.Translate(error, "publish", topic, last: _lastError);

    public async ValueTask DisposeAsync()
    {
        KafkaClient? client;
        lock (_lock)
        {
            _isDisposed = true;
            (client, _client) = (_client, null);
        }

        if (client is not null)
        {
            await RetireAsync(client, _ => Stopped()).ConfigureAwait(false);
        }
    }

    private KafkaSend Begin(KafkaSender sender, KafkaClient client, KafkaTransaction? transaction, ISendReceipt receipt)
    {
        sender.OnStart();
        lock (_lock)
        {
            var send = _free ?? new KafkaSend(this);
            _free = send.Next;
            send.Start(sender, client, transaction, receipt);
            (send.Previous, send.Next, send.IsUnderWay) = (null, _underWay, true);
            if (_underWay is not null)
            {
                _underWay.Previous = send;
            }

            _underWay = send;
            return send;
        }
    }

    // Who ends it may have it used again.
    private bool TryEnd(KafkaSend send)
    {
        lock (_lock)
        {
            if (!send.IsUnderWay)
            {
                return false;
            }

            Unlink(send);
            (send.Next, send.Transaction) = (_free, null);
            _free = send;
            return true;
        }
    }

    private void Unlink(KafkaSend send)
    {
        if (send.Previous is null)
        {
            _underWay = send.Next;
        }
        else
        {
            send.Previous.Next = send.Next;
        }

        if (send.Next is not null)
        {
            send.Next.Previous = send.Previous;
        }

        (send.Previous, send.Next, send.IsUnderWay) = (null, null, false);
    }

    /// <summary>The client of now.</summary>
    /// <exception cref="TransportException">There is none: the brokers have just refused it.</exception>
    public KafkaClient GetClient(string topic)
    {
        if (Volatile.Read(ref _client) is { } ready)
        {
            return ready;
        }

        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_refusal is var (error, since) && time.GetElapsedTime(since) < RefusalAge)
            {
                throw KafkaErrors.Translate(error, "publish", topic);
            }

            _topic = topic;
            return _client ??= Build();
        }
    }

    private KafkaClient Build()
    {
        var builder = new ProducerBuilder<byte[], byte[]?>(KafkaClientSettings.ForProducer(options, transactionalId))
            .SetErrorHandler(OnError)
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message));
        if (KafkaTokens.HandlerFor(options, time, logger) is { } refresh)
        {
            builder.SetOAuthBearerTokenRefreshHandler(refresh);
        }

        try
        {
            _endedBy = null;
            return new KafkaClient(builder.Build());
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new TransportException(FailureKind.Permanent, $"Kafka: the client cannot be made: {exception.Message} Correct the options.", exception);
        }
    }

    // Called by the client's own thread: never throws, never waits.
    private void OnError(IProducer<byte[], byte[]?> client, Error error)
    {
        if (error.IsFatal)
        {
            End(client, error);
        }
        else if (KafkaErrors.IsRefusal(error))
        {
            Confirm(client, error);
        }
        else
        {
            _lastError = error;
        }
    }

    private void End(IProducer<byte[], byte[]?> client, Error error)
    {
        if (Volatile.Read(ref _client) is not { } current || !ReferenceEquals(current.Producer, client))
        {
            return;
        }

        if (transactionalId is not null)
        {
            _endedBy = error;
        }
        else
        {
            Replace(current, error);
        }
    }

    // One broker of several says the same while it starts, as does a connection that is cut while it is being made, or a token that could not be
    // renewed while the old one is good. The client is refused when nobody lets it in: else its messages would fail for nothing.
    private void Confirm(IProducer<byte[], byte[]?> client, Error error)
    {
        lock (_lock)
        {
            if (!_confirmation.IsCompleted)
            {
                return;
            }

            _confirmation = Task.Run(() =>
            {
                try
                {
                    using var admin = new DependentAdminClientBuilder(client.Handle).Build();
                    admin.GetMetadata(_topic, RefusalPatience);
                }
                catch (KafkaException)
                {
                    End(client, error);
                }
                catch (ObjectDisposedException)
                {
                    // It has ended meanwhile.
                }
            });
        }
    }

    /// <summary>Ends a client; who publishes next makes a new one. What it has not delivered fails.</summary>
    public void Replace(KafkaClient client, Error error)
    {
        if (TryDetach(client, error))
        {
            _ = Task.Run(() => RetireAsync(client, send => KafkaErrors.Translate(error, "publish", send.Sender.Topic)));
        }
    }

    /// <summary>Replaces a client that cannot be ended, because a call of it does not return.</summary>
    public void LeaveBehind(KafkaClient client, Error error)
    {
        if (TryDetach(client, error))
        {
            Fail(send => send.Client == client, send => KafkaErrors.Translate(error, "publish", send.Sender.Topic));
        }
    }

    private bool TryDetach(KafkaClient client, Error error)
    {
        lock (_lock)
        {
            if (!ReferenceEquals(_client, client))
            {
                return false;
            }

            _client = null;
            _refusal = KafkaErrors.IsRefusal(error) ? (error, time.GetTimestamp()) : _refusal;
        }

        LogEnded(logger, options.BootstrapServers, error.Reason);
        return true;
    }

    // What it has not delivered fails: whether it has arrived nobody knows. Its end reports nothing, and waits for its threads.
    private async Task RetireAsync(KafkaClient client, Func<KafkaSend, TransportException> reason)
    {
        // It is not to end under somebody who asks it something.
        await _confirmation.ConfigureAwait(false);
        await Task.Run(client.Dispose).ConfigureAwait(false);
        Fail(send => send.Client == client, reason);
    }

    private void Fail(Func<KafkaSend, bool> which, Func<KafkaSend, TransportException> reason)
    {
        var failed = new List<KafkaSend>();
        lock (_lock)
        {
            for (var (send, next) = (_underWay, _underWay?.Next); send is not null; (send, next) = (next, next?.Next))
            {
                if (which(send))
                {
                    // Not used again, for its report may still come.
                    Unlink(send);
                    failed.Add(send);
                }
            }
        }

        foreach (var send in failed)
        {
            send.Sender.OnOutcome();
            send.Receipt.Conclude(reason(send));
        }
    }

    private static TransportException Stopped() =>
        new(FailureKind.Transient, "The messaging host stopped before the broker confirmed this; it may not have arrived.");

    [LoggerMessage(LogLevel.Error, "The Kafka producer for {Brokers} has ended and is replaced: {Reason}")]
    private static partial void LogEnded(ILogger logger, string? brokers, string reason);
}
