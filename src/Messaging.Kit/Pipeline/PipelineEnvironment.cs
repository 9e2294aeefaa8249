using Messaging.Kit.Messages;
using Messaging.Kit.Transports;
using Microsoft.Extensions.Configuration;

namespace Messaging.Kit.Pipeline;

/// <summary>What a middleware can learn about the pipeline it is built for. Given to the factories of middleware, once.</summary>
public abstract class PipelineEnvironment
{
    private protected PipelineEnvironment(IServiceProvider services, string name, TransportFeatures features, IConfiguration? settings) =>
        (Services, Name, Features, Settings) = (services, name, features, settings);

    /// <summary>The application's services.</summary>
    public IServiceProvider Services { get; }

    /// <summary>The consumer's name, or the logical name of the destination.</summary>
    public string Name { get; }

    /// <summary>What the pipeline's own sender or receiver can do.</summary>
    public TransportFeatures Features { get; }

    /// <summary>The operator's settings for this consumer, <c>Messaging:Consumers:{name}</c>; <see langword="null"/> without configuration.</summary>
    public IConfiguration? Settings { get; }

    internal void RefuseTransactions(string middleware, string why)
    {
        if (Features.HasFlag(TransportFeatures.Transactions))
        {
            throw new MessagingException($"'{Name}' handles exactly once, which {middleware} would break: {why} Leave one of them out.");
        }
    }

    /// <summary>A way to send envelopes somewhere else, batched and confirmed, such as a dead-letter queue.</summary>
    /// <param name="destination">Where to.</param>
    /// <returns>The sender, shared with all who send there and owned by the kit.</returns>
    public abstract IEnvelopeSender SenderFor(TransportDestination destination);
}
