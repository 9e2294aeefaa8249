using Messaging.Kit.Aws.Topology;
using Messaging.Kit.Sqs;
using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Messaging.Kit.Sns;

/// <summary>A queue's subscription to a topic, as a part of the queue's options.</summary>
internal sealed class SnsFeed(string topic, SnsSubscriptionOptions options) : IQueueFeed
{
    public string Origin => $"subscription to topic '{topic}'";

    public bool NeedsContentBasedDeduplication => false;

    public void AddServices(IServiceCollection services) => SnsBuilderExtensions.AddServices(services);

    public IEnumerable<string> Faults()
    {
        foreach (var fault in SnsRegistration.Validate(topic))
        {
            yield return fault;
        }

        if (options.Topology is { } topology && !Enum.IsDefined(topology))
        {
            yield return $"Topology is {topology}. Use None, Validate or Create.";
        }

        foreach (var fault in SnsFilter.Faults(options))
        {
            yield return fault;
        }

        if (!Enum.IsDefined(options.FilterScope))
        {
            yield return $"FilterScope is {options.FilterScope}. Use Attributes or Body.";
        }

        foreach (var fault in SqsRegistration.FaultsOfDeadLetters(options.RedriveTo))
        {
            yield return fault;
        }
    }

    /// <summary>Whether it is a topic's.</summary>
    public bool IsOf(string logicalTopic) => SnsTopic.NameOf(topic) == logicalTopic;

    public async Task ApplyAsync(TopologyMode mode, SqsQueue queue, IServiceProvider services, List<string> differences, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            return;
        }

        var (topicOptions, physicalTopic, deadLetters) = (GetTopicOptions(services), PhysicalTopic(services), SqsRegistration.PhysicalDeadLetters(options.RedriveTo, services));
        var faults = FaultsOf(topicOptions, physicalTopic, deadLetters, queue.Name).ToList();
        if (faults.Count > 0)
        {
            differences.AddRange(faults);
            return;
        }

        var opened = services.GetRequiredService<SnsClients>().Open(topicOptions, physicalTopic);
        var deadLetterQueue = deadLetters is null ? null : new SqsQueue(deadLetters, queue.Client);
        await new SnsSubscriptionTopology(opened, topicOptions, queue, deadLetterQueue, options, differences, SqsRegistration.Time(services)).ApplyAsync(mode, cancellationToken).ConfigureAwait(false);
    }

    public void Describe(SqsDescription queue, IServiceProvider services)
    {
        var (document, topicOptions) = (queue.Document, GetTopicOptions(services));
        var (physicalTopic, deadLetters) = (PhysicalTopic(services), SqsRegistration.PhysicalDeadLetters(options.RedriveTo, services));
        var described = new SnsDescription(document, physicalTopic, topicOptions, SaidOfTopic(), SnsClients.IsHandedIn(topicOptions, services));
        if ((options.Topology ?? queue.Mode) != TopologyMode.None)
        {
            described.AllowReadingSubscriptions();
            queue.AllowReading(deadLetters);
        }

        if (!TopologyDocument.IsOwn(options.Topology ?? queue.Said))
        {
            return;
        }

        foreach (var fault in FaultsOf(topicOptions, physicalTopic, deadLetters, queue.Name))
        {
            document.Report(fault);
        }

        described.Describe();
        described.Subscribe(queue, options, deadLetters);
    }

    private SnsTransportOptions GetTopicOptions(IServiceProvider services)
    {
        var topicOptions = services.GetRequiredService<IOptionsFactory<SnsTransportOptions>>().Create(Options.DefaultName);
        options.Topic?.Invoke(topicOptions);
        return topicOptions;
    }

    private TopologyMode? SaidOfTopic()
    {
        var own = new SnsTransportOptions();
        options.Topic?.Invoke(own);
        return own.Topology;
    }

    private string PhysicalTopic(IServiceProvider services) => SqsRegistration.PhysicalNameOf(SnsTopic.NameOf(topic), services, topic);

    // What the operators have named is known only here.
    private IEnumerable<string> FaultsOf(SnsTransportOptions topicOptions, string physicalTopic, string? deadLetters, string queue) =>
        SnsTransportOptionsValidator.Faults(topicOptions).Concat(SnsRegistration.Validate(physicalTopic)).Concat(SqsRegistration.FaultsOfDeadLetters(deadLetters))
            .Select(fault => $"Queue '{queue}', {Origin}: {fault}");
}
