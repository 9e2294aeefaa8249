using System.Buffers;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Logging;

namespace Messaging.Kit.Kafka;

/// <summary>Compares a topic with the options, or creates it when it is missing; never changes one.</summary>
internal sealed class KafkaTopology(string topic, KafkaTransportOptions options, TimeProvider time, ILogger<KafkaTopology> logger)
{
    public const string NameRule = "A topic's name has 1 to 249 letters, digits, full stops, hyphens and underscores, and is neither '.' nor '..'.";

    private const int LongestName = 249;
    private const string Action = "reading or creating the topology";
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan SpreadInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan RefusalPatience = TimeSpan.FromSeconds(2);

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly List<string> _differences = [];
    private Error? _refusal;
    private Error _lastError = new(ErrorCode.Local_AllBrokersDown, "No broker has answered.");

    public static bool IsValidName(string name) =>
        name.Length is > 0 and <= LongestName && name is not ("." or "..") && name.AsSpan().IndexOfAnyExcept(NameCharacters) < 0;

    /// <summary>Does the work; once for each object.</summary>
    /// <param name="mode">What the application does with all of its topics; the topic's own options go before.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Every difference.</returns>
    public async ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            return [];
        }

        // The client does not give up by itself when the brokers refuse it.
        using var timeout = new CancellationTokenSource(Timeout, time);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        using var admin = Build(patience);
        try
        {
            var actual = await DescribeAsync(admin).WaitAsync(patience.Token).ConfigureAwait(false);
            if (actual is null && mode == TopologyMode.Create)
            {
                await CreateAsync(admin, patience.Token).WaitAsync(patience.Token).ConfigureAwait(false);
            }
            else if (actual is null)
            {
                _differences.Add($"Topic '{topic}' does not exist. Create it, or set Topology to Create.");
            }
            else
            {
                await CompareAsync(admin, actual).WaitAsync(patience.Token).ConfigureAwait(false);
            }
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.Translate(ErrorOf(exception), Action, topic, exception, _refusal ?? _lastError);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw KafkaErrors.Translate(_refusal ?? new Error(ErrorCode.Local_TimedOut), Action, topic, last: _lastError);
        }

        return _differences;
    }

    private IAdminClient Build(CancellationTokenSource patience)
    {
        var builder = new AdminClientBuilder(KafkaClientSettings.ForAdmin(options))
            .SetErrorHandler((_, error) => OnError(error, patience))
            .SetLogHandler((_, message) => KafkaLog.Write(logger, message));
        if (KafkaTokens.HandlerFor(options, time, logger) is { } refresh)
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

    // Of several brokers one may refuse for a moment, while it starts for example: the others have a little time to answer.
    private void OnError(Error error, CancellationTokenSource patience)
    {
        if (!KafkaErrors.IsRefusal(error))
        {
            _lastError = error;
        }
        else if (Interlocked.CompareExchange(ref _refusal, error, null) is null)
        {
            patience.CancelAfter(RefusalPatience);
        }
    }

    // What is wrong with the topic is not in the error of the call.
    private static Error ErrorOf(KafkaException exception) => exception switch
    {
        DescribeTopicsException described => described.Results.TopicDescriptions.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        CreateTopicsException created => created.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        DescribeConfigsException configs => configs.Results.Select(result => result.Error).FirstOrDefault(error => error.IsError),
        _ => null,
    } ?? exception.Error;

    private async Task<TopicDescription?> DescribeAsync(IAdminClient admin)
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = Timeout }).ConfigureAwait(false);
            return described.TopicDescriptions.Single();
        }
        catch (DescribeTopicsException exception) when (exception.Results.TopicDescriptions.All(described => described.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return null;
        }
    }

    private async Task CreateAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        try
        {
            await admin.CreateTopicsAsync(
                [new() { Name = topic, NumPartitions = options.Partitions ?? -1, ReplicationFactor = options.ReplicationFactor ?? -1, Configs = new(options.TopicSettings) }],
                new() { RequestTimeout = Timeout, OperationTimeout = Timeout }).ConfigureAwait(false);
        }
        catch (CreateTopicsException exception) when (exception.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // Another host was quicker.
        }

        // The controller has it; the brokers hear of it a moment later.
        while (await DescribeAsync(admin).ConfigureAwait(false) is null)
        {
            await Task.Delay(SpreadInterval, time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CompareAsync(IAdminClient admin, TopicDescription actual)
    {
        Compare("partitions", options.Partitions?.ToString(CultureInfo.InvariantCulture), actual.Partitions.Count.ToString(CultureInfo.InvariantCulture));
        Compare("a replication factor of", options.ReplicationFactor?.ToString(CultureInfo.InvariantCulture), actual.Partitions[0].Replicas.Count.ToString(CultureInfo.InvariantCulture));
        if (options.TopicSettings.Count == 0)
        {
            return;
        }

        var described = await admin.DescribeConfigsAsync([new() { Type = ResourceType.Topic, Name = topic }], new() { RequestTimeout = Timeout }).ConfigureAwait(false);
        var settings = described.Single().Entries;
        foreach (var (name, wanted) in options.TopicSettings)
        {
            Compare(name, wanted, settings.TryGetValue(name, out var entry) ? entry.Value : "not set");
        }
    }

    private void Compare(string what, string? wanted, string actual)
    {
        if (wanted is not null && wanted != actual)
        {
            _differences.Add($"Topic '{topic}' has {what} {actual}, and the registration says {wanted}. Change one of them.");
        }
    }
}
