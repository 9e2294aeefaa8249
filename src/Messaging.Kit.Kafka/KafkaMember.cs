using System.Runtime.InteropServices;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>A member of a consumer group, from joining to leaving: the client, the thread that polls it, and the partitions that it has.</summary>
internal sealed partial class KafkaMember : IAsyncDisposable
{
    // As much as one receive takes: whoever waits is woken once for it.
    private const int Burst = KafkaReceiver.MostAtOnce;
    private static readonly TimeSpan IdleTick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan BusyTick = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RoomPatience = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LastCommitPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LeavePatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan JoinPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CheckTime = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan CheckInterval = TimeSpan.FromSeconds(1);

    private readonly KafkaTransportOptions _options;
    private readonly KafkaInbox _inbox;
    private readonly IMessageHolder? _holder;
    private readonly KafkaTransactions? _transactions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IConsumer<KafkaKey, byte[]?> _client;
    private readonly ITimer _watch;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<KafkaRecord> _burst = new(Burst);
    private readonly List<(KafkaPartition Partition, long Offset)> _ends = [];
    private readonly HashSet<int> _replayed;
    private readonly KafkaCalls _reads = new();

    // Replaced as a whole when the assignment changes: others read it.
    private volatile Dictionary<int, KafkaPartition> _partitions = [];
    private volatile bool _isStopping;
    private volatile bool _hasJoined;
    private Error? _fatal;
    private Error? _down;
    private Error? _trouble;
    private long _checkedAt;
    private long _fullSince;

    /// <param name="topic">What is consumed.</param>
    /// <param name="group">The group.</param>
    /// <param name="options">The options.</param>
    /// <param name="inbox">Where what is read goes to.</param>
    /// <param name="holder">Who has what was received from there.</param>
    /// <param name="transactions">Its transactions, where it has any.</param>
    /// <param name="replayed">The partitions that have begun at <see cref="KafkaTransportOptions.ReplayFrom"/>, which those who come after it do not do again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">The log.</param>
    public KafkaMember(
        string topic,
        string group,
        KafkaTransportOptions options,
        KafkaInbox inbox,
        IMessageHolder? holder,
        KafkaTransactions? transactions,
        HashSet<int> replayed,
        TimeProvider time,
        ILogger logger)
    {
        (Topic, Group, _options, _inbox, _holder, _transactions, _replayed, _time, _logger) = (topic, group, options, inbox, holder, transactions, replayed, time, logger);
        _client = Build(group);
        _inbox.Gate = transactions is null ? null : transactions.Enter;
        _watch = time.CreateTimer(_ => Watch(), null, TimeSpan.Zero, WatchInterval);
        KafkaMetrics.Add(this);
    }

    public string Topic { get; }

    public string Group { get; }

    /// <summary>Whether the group has given it partitions, be it none.</summary>
    public bool HasJoined => _hasJoined;

    public bool IsOrderedByPartition => _options.OrderByPartition;

    public bool HasEnded => _ended.Task.IsCompleted;

    public IReadOnlyCollection<KafkaPartition> Partitions => _partitions.Values;

    // How long it waits for anything: not long while there is a transaction to be ended, or about to be.
    private TimeSpan Tick => _transactions is not null && (_transactions.IsBusy || !_inbox.IsEmpty) ? BusyTick : IdleTick;

    public void Start() => new Thread(Run) { IsBackground = true, Name = $"Messaging.Kit Kafka {Topic}" }.Start();

    /// <summary>What has gone wrong on the way to the brokers since somebody asked, if anything has.</summary>
    public Exception? TakeTrouble() => Interlocked.Exchange(ref _trouble, null) is { } trouble ? KafkaErrors.Translate(trouble, "joining the group", Topic) : null;

    /// <summary>Stores an offset for the next commit.</summary>
    public void Store(int partition, long offset) => _client.StoreOffset(new TopicPartitionOffset(Topic, partition, offset));

    /// <summary>Leaves the group, after what has been settled is committed.</summary>
    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _ended.Task.WaitAsync(ClosePatience, _time).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!_ended.Task.IsCompleted)
        {
            LogStillClosing(Topic, ClosePatience);
        }
    }

    private IConsumer<KafkaKey, byte[]?> Build(string group)
    {
        var builder = new ConsumerBuilder<KafkaKey, byte[]?>(KafkaClientSettings.ForConsumer(_options, Topic, group, commits: _transactions is null))
            .SetKeyDeserializer(_inbox.Texts)
            .SetValueDeserializer(Deserializers.ByteArray!)
            .SetErrorHandler((_, error) => OnError(error))
            .SetLogHandler((_, message) => KafkaLog.Write(_logger, message))
            .SetPartitionsAssignedHandler((_, partitions) => OnAssigned(partitions))
            .SetPartitionsRevokedHandler((_, partitions) => OnRevoked(partitions))
            .SetPartitionsLostHandler((_, partitions) => OnLost(partitions));
        if (KafkaTokens.HandlerFor(_options, _time, _logger) is { } refresh)
        {
            builder.SetOAuthBearerTokenRefreshHandler(refresh);
        }

        try
        {
            return builder.Build();
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or KafkaException)
        {
            throw new TransportException(FailureKind.Permanent, $"Kafka: the client cannot be made: {exception.Message} Correct the options.", exception);
        }
    }

    private void Run()
    {
        try
        {
            // The client asks for its first token in a poll, and connects to nobody before it has one.
            _client.Consume(TimeSpan.Zero);

            // A topic that is not there is told by the client with one of its group protocols and not with the other.
            Check();
            var subscribed = _time.GetTimestamp();
            _client.Subscribe(Topic);
            while (!_isStopping && _fatal is null)
            {
                WaitForRoom();
                Read();
                ServeTransactions();
                Store(_partitions.Values);
                if (_down is not null && _time.GetElapsedTime(_checkedAt) >= CheckInterval)
                {
                    Check();
                }
            }

            CommitLast();
            Leave(subscribed);
        }
        catch (Exception exception)
        {
            _fatal = (exception as KafkaException)?.Error ?? new Error(ErrorCode.Local_Fatal, exception.Message);
        }

        End();
    }

    // Nothing is read while there is no room for it, except when that lasts: then the partitions are paused, and polling goes on.
    private void WaitForRoom()
    {
        while (!_isStopping && _fatal is null)
        {
            if (_inbox.WaitForRoom(Tick))
            {
                _fullSince = 0;
                break;
            }

            _fullSince = _fullSince == 0 ? _time.GetTimestamp() : _fullSince;
            if (_time.GetElapsedTime(_fullSince) >= RoomPatience)
            {
                break;
            }

            ServeTransactions();
            Store(_partitions.Values);
        }

        Throttle(isStalled: _fullSince != 0);
    }

    private void Read()
    {
        try
        {
            var bytes = 0;
            for (var result = _client.Consume(Tick); result is not null; result = _client.Consume(TimeSpan.Zero))
            {
                if (_partitions.TryGetValue(result.Partition.Value, out var partition) && result.IsPartitionEOF)
                {
                    _ends.Add((partition, result.Offset.Value));
                }
                else if (partition is not null)
                {
                    var offset = result.Offset.Value;
                    partition = offset > partition.Last ? partition : BeginAnew(partition, offset);
                    partition.Last = offset;
                    var record = new KafkaRecord(result, partition);
                    _burst.Add(record);
                    bytes += record.Bytes;
                }

                if (_burst.Count == Burst || bytes >= KafkaInbox.BytesAtOnce)
                {
                    break;
                }
            }
        }
        catch (ConsumeException exception) when (!exception.Error.IsFatal)
        {
            OnError(exception.Error);
        }

        if (_burst.Count > 0)
        {
            Track(CollectionsMarshal.AsSpan(_burst));
            _inbox.Add(_burst);
            _burst.Clear();
            SetDown(null);
        }

        // Not before the messages in front of them.
        _ends.ForEach(end => end.Partition.NoteEnd(end.Offset));
        _ends.Clear();
    }

    // What is stored the client commits from time to time, and when it gives partitions up.
    private void Store(IEnumerable<KafkaPartition> partitions)
    {
        if (_transactions is not null)
        {
            return;
        }

        foreach (var partition in partitions)
        {
            try
            {
                partition.Store();
            }
            catch (KafkaException exception)
            {
                // What is not stored now is stored the next time.
                LogNotStored(Topic, partition.Number, exception);
            }
        }
    }

    // Pausing costs what the client has fetched ahead, so it is for stalls, not for every full inbox.
    private void Throttle(bool isStalled)
    {
        foreach (var partition in _partitions.Values)
        {
            var most = partition.IsPaused == true ? _options.MaxUncommitted / 2 : _options.MaxUncommitted;
            var pause = isStalled || partition.IsResting || partition.Uncommitted >= Math.Max(1, most);
            if (partition.IsPaused == pause)
            {
                continue;
            }

            TopicPartition[] target = [new(Topic, partition.Number)];
            if (pause)
            {
                _client.Pause(target);
            }
            else
            {
                _client.Resume(target);
            }

            partition.IsPaused = pause;
        }
    }

    // Called by the client on the thread that polls.
    private void OnError(Error error)
    {
        if (error.IsFatal)
        {
            _fatal = error;
        }
        else if (error.Code == ErrorCode.Local_AllBrokersDown || KafkaErrors.IsStanding(error))
        {
            // Brokers that let nobody in are also reported as being down, which would not say why.
            SetDown(error.Code == ErrorCode.Local_AllBrokersDown && _down is not null ? _down : error);
        }
        else if (error.Code is ErrorCode.Local_Transport or ErrorCode.Local_Resolve or ErrorCode.Local_TimedOut)
        {
            Volatile.Write(ref _trouble, error);
            LogTrouble(Topic, error.Reason);
        }
        else
        {
            _inbox.Fail(KafkaErrors.Translate(error, "consume", Topic));
        }
    }

    private void SetDown(Error? error)
    {
        _down = error;
        var fault = error is null ? null : KafkaErrors.Translate(error, "consume", Topic);

        // A topic that has just been created is not known to every broker at once.
        _inbox.Block(fault, mayPass: fault?.Kind == FailureKind.NotFound);
    }

    // The client tells when it has lost its brokers, misses its topic or may not read it, and not when that is over.
    private void Check()
    {
        _checkedAt = _time.GetTimestamp();
        try
        {
            var topic = ReadTopic(CheckTime);
            var error = topic.Error;
            NoteOldPartitions(topic);
            if (error.IsError || _down?.Code != ErrorCode.TopicAuthorizationFailed || MayRead())
            {
                SetDown(error.IsError ? error : null);
            }
        }
        catch (KafkaException)
        {
            // The client tells by itself that it has no brokers; until it has them again, so does this.
        }
    }

    // Who may only describe a topic, or write it, has its metadata all the same. Where brokers do not tell, the next message does.
    private bool MayRead()
    {
        using var admin = new DependentAdminClientBuilder(_client.Handle).Build();
        return admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([Topic]), new() { RequestTimeout = CheckTime, IncludeAuthorizedOperations = true })
            .GetAwaiter().GetResult().TopicDescriptions.Single().AuthorizedOperations?.Contains(AclOperation.Read) == true;
    }

    private void End()
    {
        if (_fatal is not null)
        {
            LogEnded(Topic, _fatal.Reason);
            Abandon(_partitions.Values);
            _inbox.Fail(KafkaErrors.Translate(_fatal, "consume", Topic));
        }

        KafkaMetrics.Remove(this);
        _watch.Dispose();

        // Whoever reads the backlog has it in a moment; from a client that is closed only when its time is over.
        _reads.Close();
        try
        {
            // Calls OnRevoked, which commits.
            _client.Close();
        }
        catch (KafkaException exception)
        {
            LogNotClosed(Topic, exception);
        }

        // Whatever the client has not taken back: from now on nobody stores with it.
        Abandon(_partitions.Values);
        _client.Dispose();
        _transactions?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _ended.SetResult();
    }

    [LoggerMessage(LogLevel.Warning, "Trouble with the brokers of topic {Topic}; the client connects again by itself: {Reason}")]
    private partial void LogTrouble(string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "The progress of partition {Partition} of {Topic} could not be stored; it is tried again.")]
    private partial void LogNotStored(string topic, int partition, Exception failure);

    [LoggerMessage(LogLevel.Error, "The Kafka consumer of topic {Topic} has come to its end and is replaced: {Reason}")]
    private partial void LogEnded(string topic, string reason);

    [LoggerMessage(LogLevel.Warning, "The Kafka consumer of topic {Topic} could not leave its group in order; its partitions move when its session times out.")]
    private partial void LogNotClosed(string topic, Exception failure);

    [LoggerMessage(LogLevel.Error, "The Kafka consumer of topic {Topic} has not left its group within {Patience}, and is left behind.")]
    private partial void LogStillClosing(string topic, TimeSpan patience);
}
