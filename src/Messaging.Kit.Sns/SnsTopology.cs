using System.Globalization;
using Messaging.Kit.Messages;
using Messaging.Kit.Transports;

namespace Messaging.Kit.Sns;

/// <summary>Compares a topic with the options, or creates it when it is missing; never changes a topic.</summary>
/// <param name="topic">The topic.</param>
/// <param name="options">What the registration says of it.</param>
internal sealed class SnsTopology(SnsTopic topic, SnsTransportOptions options)
{
    private const string FifoTopic = "FifoTopic";

    private readonly List<string> _differences = [];

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

        _differences.AddRange(FaultsOf(topic.Name, options));
        if (_differences.Count > 0)
        {
            return _differences;
        }

        await ApplyAsync(mode, Describe(topic.Name, options), cancellationToken).ConfigureAwait(false);
        return _differences;
    }

    /// <summary>What does not go together in what is said of a topic.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="options">What is said of the topic.</param>
    public static IEnumerable<string> FaultsOf(string name, SnsTransportOptions options)
    {
        if (options.HighThroughputFifo && !SnsTopic.IsFifoName(name))
        {
            yield return $"Topic '{name}' is to have high FIFO throughput, but its name does not end in .fifo. Rename it, or leave HighThroughputFifo out.";
        }
    }

    /// <summary>The attributes of a topic.</summary>
    /// <param name="name">The physical name.</param>
    /// <param name="options">What is said of the topic.</param>
    public static Dictionary<string, string> Describe(string name, SnsTransportOptions options)
    {
        var wanted = new Dictionary<string, string>();
        if (SnsTopic.IsFifoName(name))
        {
            wanted[FifoTopic] = "true";
        }

        if (options.HighThroughputFifo)
        {
            wanted["FifoThroughputScope"] = "MessageGroup";
        }

        if (options.KmsKeyId is not null)
        {
            wanted["KmsMasterKeyId"] = options.KmsKeyId;
        }

        if (options.MaximumMessageSize is { } bytes)
        {
            wanted[nameof(options.MaximumMessageSize)] = bytes.ToString(CultureInfo.InvariantCulture);
        }

        return wanted;
    }

    private async Task ApplyAsync(TopologyMode mode, Dictionary<string, string> wanted, CancellationToken cancellationToken)
    {
        var actual = await ReadAsync(cancellationToken).ConfigureAwait(false);
        if (actual is null && mode == TopologyMode.Create && !topic.HasFixedArn)
        {
            // Another host may be creating the same topic: with the same attributes that is as good, and what differs is found by comparing.
            await topic.CreateAsync(wanted, cancellationToken).ConfigureAwait(false);
            actual = await ReadAsync(cancellationToken).ConfigureAwait(false)
                ?? throw new TransportException(FailureKind.Transient, $"Topic '{topic.Name}' has been created and is not there yet.");
        }

        if (actual is null)
        {
            var advice = topic.HasFixedArn ? "Create it; a topic that is named by its ARN is never created by the kit." : "Create it, or set Topology to Create.";
            _differences.Add($"Topic '{topic.Name}' does not exist. {advice}");
            return;
        }

        foreach (var (name, value) in wanted)
        {
            var found = actual.GetValueOrDefault(name);
            if (found != value && !(name == nameof(options.MaximumMessageSize) && found is null && options.MaximumMessageSize == SnsTopic.DefaultBytes))
            {
                _differences.Add($"Topic '{topic.Name}' has {name} {found ?? "not set"}, and the registration says {value}. Change one of them.");
            }
        }
    }

    private async Task<IReadOnlyDictionary<string, string>?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await topic.ReadAttributesAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (TransportException exception) when (exception.Kind == FailureKind.NotFound)
        {
            return null;
        }
    }
}
