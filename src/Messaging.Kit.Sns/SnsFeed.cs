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

        if (options.RedriveTo is { } redriveTo && !SqsQueue.IsValidName(redriveTo))
        {
            yield return $"RedriveTo is '{redriveTo}'. {SqsQueue.NameRule}";
        }
    }

    /// <summary>Whether it is a topic's.</summary>
    public bool IsOf(string logicalTopic) => SnsTopic.NameOf(topic) == logicalTopic;

    public async ValueTask<IReadOnlyList<string>> ApplyAsync(TopologyMode mode, SqsQueue queue, IServiceProvider services, CancellationToken cancellationToken)
    {
        mode = options.Topology ?? mode;
        if (mode == TopologyMode.None)
        {
            return [];
        }

        var topicOptions = GetTopicOptions(services);
        var faults = FaultsOf(topicOptions, queue.Name).ToList();
        if (faults.Count > 0)
        {
            return faults;
        }

        var opened = services.GetRequiredService<SnsClients>().Open(topicOptions, PhysicalTopic(services));
        var deadLetters = options.RedriveTo is { } redriveTo ? new SqsQueue(SqsRegistration.PhysicalNameOf(redriveTo, services), queue.Client) : null;
        return await new SnsSubscriptionTopology(opened, topicOptions, queue, deadLetters, options, SqsRegistration.Time(services)).ApplyAsync(mode, cancellationToken).ConfigureAwait(false);
    }

    public void Describe(SqsDescription queue, IServiceProvider services)
    {
        var (document, topicOptions) = (queue.Document, GetTopicOptions(services));
        var described = new SnsDescription(document, PhysicalTopic(services), topicOptions, SaidOfTopic());
        var deadLetters = options.RedriveTo is { } redriveTo ? SqsRegistration.PhysicalNameOf(redriveTo, services) : null;
        if ((options.Topology ?? queue.Mode) != TopologyMode.None)
        {
            described.AllowReadingSubscriptions();
            queue.AllowReading(deadLetters);
        }

        if (!TopologyDocument.IsOwn(options.Topology ?? queue.Said))
        {
            return;
        }

        foreach (var fault in FaultsOf(topicOptions, queue.Name))
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

    private IEnumerable<string> FaultsOf(SnsTransportOptions topicOptions, string queue) =>
        SnsTransportOptionsValidator.Faults(topicOptions).Select(fault => $"Queue '{queue}', {Origin}: {fault}");
}
