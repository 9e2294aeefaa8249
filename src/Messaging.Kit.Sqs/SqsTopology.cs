using System.Globalization;
using System.Text.Json;
using Amazon.SQS;
using Amazon.SQS.Model;
using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sqs;

/// <summary>Compares a queue and its dead-letter queue with the options, or creates what is missing; never changes a queue.</summary>
/// <param name="queue">The queue.</param>
/// <param name="deadLetters">The physical name of the queue that SQS moves messages to, if any.</param>
/// <param name="options">What the registration says of it.</param>
/// <param name="time">The clock.</param>
internal sealed class SqsTopology(SqsQueue queue, string? deadLetters, SqsTransportOptions options, TimeProvider time)
{
    // SQS: "You must wait at least one second after the queue is created to be able to use the queue."
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(1);

    private readonly List<string> _differences = [];

    /// <summary>Whether the queue, when it is created, is to keep messages as long as can be: it takes those that could not be delivered elsewhere.</summary>
    public bool IsForDeadLetters { get; init; }

    /// <summary>The longest retention of SQS.</summary>
    public static TimeSpan LongestRetention { get; } = TimeSpan.FromDays(14);

    /// <summary>Does the work; once for each object.</summary>
    /// <param name="mode">What the application does with all of its queues; the queue's own options go before.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    /// <returns>Every difference.</returns>
    public async ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            return [];
        }

        _differences.AddRange(FaultsOf(queue.Name, deadLetters, options));
        if (_differences.Count == 0)
        {
            var deadLetterArn = deadLetters is null ? null : await ApplyDeadLettersAsync(deadLetters, mode, cancellationToken).ConfigureAwait(false);
            var actual = await ApplyAsync(queue, mode, Describe(queue.Name, deadLetterArn, options), IsForDeadLetters ? DescribeNewDeadLetters() : [], cancellationToken).ConfigureAwait(false);
            _differences.AddRange(KeyFaultsOf(queue.Name, actual?.GetValueOrDefault(QueueAttributeName.KmsMasterKeyId), options));
        }

        return _differences;
    }

    /// <summary>The attributes of a queue's dead-letter queue, which every queue has as well.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="options">What is said of the queue.</param>
    public static Dictionary<string, string> DescribeDeadLetters(string name, SqsTransportOptions options)
    {
        var wanted = new Dictionary<string, string>();
        if (SqsQueue.IsFifoName(name))
        {
            wanted[QueueAttributeName.FifoQueue] = "true";
        }

        if (options.KmsKeyId is not null)
        {
            wanted[QueueAttributeName.KmsMasterKeyId] = options.KmsKeyId;
        }

        return wanted;
    }

    /// <summary>
    /// What a queue for dead letters is created with, and may have otherwise: a message keeps its age when it is moved, so the queue that it ends up in
    /// keeps messages as long as can be.
    /// </summary>
    public static Dictionary<string, string> DescribeNewDeadLetters() => new() { [QueueAttributeName.MessageRetentionPeriod] = Seconds(LongestRetention) };

    /// <summary>The attributes of a queue.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="deadLetterArn">The ARN of its dead-letter queue, if any.</param>
    /// <param name="options">What is said of the queue.</param>
    public static Dictionary<string, string> Describe(string name, string? deadLetterArn, SqsTransportOptions options)
    {
        var wanted = DescribeDeadLetters(name, options);
        if (options.HighThroughputFifo)
        {
            wanted[QueueAttributeName.DeduplicationScope] = "messageGroup";
            wanted[QueueAttributeName.FifoThroughputLimit] = "perMessageGroupId";
        }

        if (options.ContentBasedDeduplication || (SqsQueue.IsFifoName(name) && options.Feeds.Exists(feed => feed.NeedsContentBasedDeduplication)))
        {
            wanted[QueueAttributeName.ContentBasedDeduplication] = "true";
        }

        if (options.Retention is { } retention)
        {
            wanted[QueueAttributeName.MessageRetentionPeriod] = Seconds(retention);
        }

        if (options.Delay is { } delay)
        {
            wanted[QueueAttributeName.DelaySeconds] = Seconds(delay);
        }

        if (deadLetterArn is not null)
        {
            wanted[QueueAttributeName.RedrivePolicy] = DescribeRedrive(deadLetterArn, options.MaxReceiveCount);
        }

        return wanted;
    }

    /// <summary>What does not go together in what is said of a queue.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="deadLetters">The physical name of its dead-letter queue, if any.</param>
    /// <param name="options">What is said of the queue.</param>
    public static IEnumerable<string> FaultsOf(string name, string? deadLetters, SqsTransportOptions options)
    {
        if (options.HighThroughputFifo && !SqsQueue.IsFifoName(name))
        {
            yield return $"Queue '{name}' is to have high FIFO throughput, but its name does not end in .fifo. Rename it, or leave HighThroughputFifo out.";
        }

        if (options.ContentBasedDeduplication && !SqsQueue.IsFifoName(name))
        {
            yield return $"Queue '{name}' is to take bodies for deduplication ids, but its name does not end in .fifo. Rename it, or leave ContentBasedDeduplication out.";
        }

        foreach (var fault in KeyFaultsOf(name, options.KmsKeyId, options))
        {
            yield return fault;
        }

        if (deadLetters is null)
        {
            yield break;
        }

        if (!SqsQueue.IsValidName(deadLetters))
        {
            yield return $"Queue '{name}' cannot have '{deadLetters}' as its dead-letter queue. {SqsQueue.NameRule}";
        }
        else if (deadLetters == name)
        {
            yield return $"Queue '{name}' is its own dead-letter queue. Name another one in RedriveTo.";
        }
        else if (SqsQueue.IsFifoName(deadLetters) != SqsQueue.IsFifoName(name))
        {
            yield return $"Queue '{name}' cannot have '{deadLetters}' as its dead-letter queue: both are FIFO queues, their names ending in .fifo, or neither is.";
        }
    }

    // Services may use a key only where its policy lets them, and nobody can change those of AWS's own keys.
    private static IEnumerable<string> KeyFaultsOf(string name, string? key, SqsTransportOptions options) => KmsPermissions.IsOfAws(key)
        ? options.Feeds.Select(feed => $"Queue '{name}' has the key {key} of AWS's own, by which what the {feed.Origin} sends is refused. Use a key whose policy lets it, or SQS's own encryption, which needs none.")
        : [];

    private static string Seconds(TimeSpan duration) => ((long)duration.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string DescribeRedrive(string targetArn, int maxReceiveCount) =>
        string.Create(CultureInfo.InvariantCulture, $$"""{"deadLetterTargetArn":"{{targetArn}}","maxReceiveCount":"{{maxReceiveCount}}"}""");

    private static bool IsSame(string name, string wanted, string? actual) =>
        name == QueueAttributeName.RedrivePolicy.Value ? IsSameRedrive(wanted, actual) : wanted == actual;

    // SQS returns the policy in its own words, the count as a number or as text.
    private static bool IsSameRedrive(string wanted, string? actual)
    {
        try
        {
            return actual is not null && Parse(wanted) == Parse(actual);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }

        static (string Target, string Count) Parse(string policy)
        {
            using var document = JsonDocument.Parse(policy);
            var root = document.RootElement;
            return (root.GetProperty("deadLetterTargetArn").ToString(), root.GetProperty("maxReceiveCount").ToString());
        }
    }

    private async Task<string?> ApplyDeadLettersAsync(string name, TopologyMode mode, CancellationToken cancellationToken)
    {
        var target = new SqsQueue(name, queue.Client);

        var actual = await ApplyAsync(target, mode, DescribeDeadLetters(name, options), DescribeNewDeadLetters(), cancellationToken).ConfigureAwait(false);
        return actual?.GetValueOrDefault(QueueAttributeName.QueueArn);
    }

    // Returns the attributes of the queue as it is, or null when it is missing and stays so.
    private async Task<IReadOnlyDictionary<string, string>?> ApplyAsync(
        SqsQueue target, TopologyMode mode, Dictionary<string, string> wanted, Dictionary<string, string> whenCreated, CancellationToken cancellationToken)
    {
        var actual = await ReadAsync(target, cancellationToken).ConfigureAwait(false);
        if (actual is null && mode == TopologyMode.Create && !target.HasFixedUrl)
        {
            await CreateAsync(target, new(wanted.Concat(whenCreated)), cancellationToken).ConfigureAwait(false);
            await Task.Delay(Settling, time, cancellationToken).ConfigureAwait(false);
            actual = await ReadAsync(target, cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"Queue '{target.Name}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            var advice = target.HasFixedUrl ? "Create it; a queue that is named by its URL is never created by the kit." : "Create it, or set Topology to Create.";
            _differences.Add($"Queue '{target.Name}' does not exist. {advice}");
            return null;
        }

        foreach (var (name, value) in wanted)
        {
            var found = actual.GetValueOrDefault(name);
            if (!IsSame(name, value, found))
            {
                _differences.Add($"Queue '{target.Name}' has {name} {found ?? "not set"}, and the registration says {value}. Change one of them.");
            }
        }

        return actual;
    }

    private static async Task<IReadOnlyDictionary<string, string>?> ReadAsync(SqsQueue target, CancellationToken cancellationToken)
    {
        try
        {
            return await target.ReadAttributesAsync([QueueAttributeName.All], cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }

    // Another host may be creating the same queue: then it is there, and what differs is found by comparing.
    private static async Task CreateAsync(SqsQueue target, Dictionary<string, string> attributes, CancellationToken cancellationToken)
    {
        try
        {
            await target.CreateAsync(attributes, cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.InnerException is QueueNameExistsException)
        {
        }
    }
}
