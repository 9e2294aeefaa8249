using Messaging.Kit.Transports;
using Microsoft.Extensions.DependencyInjection;

namespace Messaging.Kit.Sqs;

/// <summary>
/// What brings messages into a queue from elsewhere: a subscription to a topic, a rule of a bus. It is a part of the queue's options,
/// and its topology follows that of the queue.
/// </summary>
internal interface IQueueFeed
{
    /// <summary>Where it comes from; it differs from that of other feeds.</summary>
    string Origin { get; }

    /// <summary>Whether what it sends to a FIFO queue has no deduplication ids.</summary>
    bool NeedsContentBasedDeduplication { get; }

    /// <summary>Registers what it needs.</summary>
    void AddServices(IServiceCollection services);

    /// <summary>What is wrong with its options, all of it.</summary>
    IEnumerable<string> Faults();

    /// <summary>Creates what is missing, or only compares.</summary>
    /// <param name="mode">What happens with the queue; the feed's own options go before.</param>
    /// <param name="queue">The queue, whose own topology has been applied.</param>
    /// <param name="services">The application's services.</param>
    /// <param name="differences">Gets every difference; when it throws, those that were found before.</param>
    /// <param name="cancellationToken">Ends it early.</param>
    Task ApplyAsync(TopologyMode mode, SqsQueue queue, IServiceProvider services, List<string> differences, CancellationToken cancellationToken);

    /// <summary>Says what it needs of AWS.</summary>
    /// <param name="queue">The queue, which has been described.</param>
    /// <param name="services">The application's services.</param>
    void Describe(SqsDescription queue, IServiceProvider services);
}
