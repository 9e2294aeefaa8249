using System.Buffers;
using System.Globalization;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Kafka;

/// <summary>Compares a topic with the options, or creates it when it is missing; never changes one.</summary>
internal sealed class KafkaTopology(string topic, KafkaTransportOptions options)
{
    public const string NameRule = "A topic's name has 1 to 249 letters, digits, full stops, hyphens and underscores, and is neither '.' nor '..'.";

    private const int LongestName = 249;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private static readonly SearchValues<char> NameCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly List<string> _differences = [];

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

        using var admin = new AdminClientBuilder(KafkaClientSettings.ForAdmin(options)).Build();
        try
        {
            var actual = await DescribeAsync(admin, cancellationToken).ConfigureAwait(false);
            if (actual is null && mode == TopologyMode.Create)
            {
                await CreateAsync(admin).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            else if (actual is null)
            {
                _differences.Add($"Topic '{topic}' does not exist. Create it, or set Topology to Create.");
            }
            else
            {
                await CompareAsync(admin, actual).WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
        catch (KafkaException exception)
        {
            throw KafkaErrors.Translate(exception.Error, "reading or creating the topology", topic, exception);
        }

        return _differences;
    }

    private async Task<TopicDescription?> DescribeAsync(IAdminClient admin, CancellationToken cancellationToken)
    {
        try
        {
            var described = await admin.DescribeTopicsAsync(TopicCollection.OfTopicNames([topic]), new() { RequestTimeout = Timeout })
                .WaitAsync(cancellationToken).ConfigureAwait(false);
            return described.TopicDescriptions.Single();
        }
        catch (DescribeTopicsException exception) when (exception.Results.TopicDescriptions.All(described => described.Error.Code == ErrorCode.UnknownTopicOrPart))
        {
            return null;
        }
    }

    private async Task CreateAsync(IAdminClient admin)
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
